"""What `contacts rejected retry` and `drop` do, loaded only by these."""

from collections.abc import Callable
from typing import Any, Literal

import click

from ledger.events.schema import Invalid
from service.cli.terminal.given import who
from service.cli.terminal.terminal import Failed, emit, opened
from service.commands.rejected_messages import CountMoved, IsSettled, NotRejected, RefusedAgain, Which
from service.commands.retry_message import CannotBeTaken, SettlingOrder
from service.deployment.locks import is_held
from service.deployment.parts import CONSUMER
from service.wiring.settling import rejected_messages

SOURCE = "/cli"
WAIT_SECONDS = 10.0
"""How long a command waits for a running consumer to decide."""

Order = Literal["retry", "drop"]
_DONE: dict[Order, str] = {"retry": "taken again", "drop": "dropped"}


def settle_one(order: Order, position: int, corrected: bytes | None, reason: str | None, is_json: bool) -> None:
    """Have the message at a position taken again, as it stands or corrected, or dropped."""
    said = _said(order, reason)
    with rejected_messages(opened().deployment, SOURCE) as messages:
        if order == "retry":
            settled = _settled(lambda: messages.retry(position, said, corrected, _seconds()))
        else:
            settled = _settled(lambda: messages.drop(position, said, _seconds()))
    document: dict[str, Any] = {"position": position, "settled_by": settled}
    on_its_way = f"The order about the message at {position} is on the bus: the consumer decides when it comes to it."
    done = f"The message at {position} is {_DONE[order]}, at position {settled}."
    emit(document, is_json, lambda: click.echo(on_its_way if settled is None else done))


def settle_all(
    order: Order, rejected_for: str | None, source: str | None, is_sure: bool, reason: str | None, is_json: bool
) -> None:
    """Say how many open messages there are, for a reason or of a source; if it is sure, have them settled."""
    which, said, sent = Which(rejected_for, source), _said(order, reason), 0
    with rejected_messages(opened().deployment, SOURCE) as messages:
        plan = messages.plan(which)
        if is_sure:
            try:
                act = messages.retry_all if order == "retry" else messages.drop_all
                sent = act(which, plan.count, said)
            except CountMoved as fault:
                raise Failed(str(fault)) from None
    would = f"{plan.ready:,} of {plan.count:,} messages break no rule by themselves, and would be tried again."
    if order == "drop":
        would = f"{plan.count:,} messages would be dropped."
    done = f"{sent:,} of {plan.count:,} messages are on the bus to be {_DONE[order]}."
    document = {"count": plan.count, "ready": plan.ready, "open": plan.open, "sent": sent}
    emit(document, is_json, lambda: click.echo(done if is_sure else f"{would} With --yes it is done."))


def _said(order: Order, why: str | None) -> SettlingOrder:
    """Who gives the order, and why. To filter by a code is no why: `list` has it as --reason. Raises UsageError."""
    with opened().log_reader() as log:
        if order == "drop" and why in log.rejected_by_reason():
            raise click.UsageError(
                f"--reason says why you drop it, in your words; to choose by it: --rejected-for {why}"
            )
    return SettlingOrder(who(), why)


def _seconds() -> float:
    """How long to wait for the decision: only a consumer that runs makes one."""
    return WAIT_SECONDS if is_held(CONSUMER.lock(opened().deployment.data)) else 0.0


def _settled(order: Callable[[], int | None]) -> int | None:
    try:
        return order()
    except RefusedAgain as fault:
        raise Failed(f"it was refused again, at position {fault.position} ({fault.reason}): {fault}") from None
    except CannotBeTaken as fault:
        raise Failed(f"it would be refused again ({fault.reason}): {fault}") from None
    except Invalid as fault:
        raise Failed(f"it would be refused again: {fault}") from None
    except (NotRejected, IsSettled) as fault:
        raise Failed(str(fault)) from None
