"""Undo and redo of an import: the command on the bus, and waiting until all contacts show it (R32)."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import msgspec

from ledger.bus.port import Message
from ledger.events import moments, types
from ledger.events.signing import Signer
from ledger.events.traits import WHATSAPP_OPTED
from ledger.log.entry import Entry
from service.imports.ledger.opted_out_person import OptedOutPerson
from service.imports.ledger.ports import Ports, Report
from service.imports.registry.import_order import Order, UndoNotPossible
from service.imports.registry.lifecycle import ImportState
from service.imports.registry.registry import Import
from service.imports.run.feed import Feed, Stalled

MOST_LEFT_OUT = 10_000
"""People for whom an order says at once that they stay opted out: for more, a change of many is there."""

_LOOK_AGAIN = 0.05
_encode = msgspec.json.encode


class WouldOptIn(Exception):
    """The order would opt people in again who have opted out, and nobody has said the second yes (R16).

    `opt_ins` is their number.
    """

    def __init__(self, id: str, order: "Order", opt_ins: int) -> None:
        people = "1 person" if opt_ins == 1 else f"{opt_ins:,} people"
        super().__init__(
            f"WhatsApp Opted is not TRUE for {people}, and the {order.name} of import {id} would make it TRUE again."
        )
        self.import_id = id
        self.opt_ins = opt_ins


@dataclass(frozen=True, slots=True)
class Orders:
    """Gives orders about imports, for every way in: calls, command line and hub.

    `orderable(id, order)` gives the import if it can be undone or redone, and raises ImportUnknown, UndoNotPossible.
    `opted_in_by(id, is_redo)` gives the people that it would opt in again. `publish` returns once the messages are
    durable on the bus. `new_id` makes UUIDv7 texts, `clock` gives microseconds
    since the epoch.
    """

    orderable: Callable[[str, Order], Import]
    opted_in_by: Callable[[str, bool], Sequence[OptedOutPerson]]
    publish: Callable[[Sequence[Message]], None]
    signer: Signer
    new_id: Callable[[], str]
    clock: Callable[[], int]

    def give(self, id: str, order: Order) -> str:
        """Have an import undone or redone (R32); the id of the message, which is durable on the bus on return.

        Raises WouldOptIn, and what `orderable` and `publish` raise.
        """
        one = self.orderable(id, order)
        if not order.allow_opt_in and one.says(WHATSAPP_OPTED):
            people = self.opted_in_by(id, order.is_redo)
            if people and not order.leave_opted_out:
                raise WouldOptIn(id, order, len(people))
            if len(people) > MOST_LEFT_OUT:
                told = f"More than {MOST_LEFT_OUT:,} people would be opted in again"
                raise UndoNotPossible(id, f"{told}: set WhatsApp Opted to FALSE for them first, then {order.name} it.")
            if people:
                self.publish([self._opting_out(one, order.by) for one in people])
        message_id, message = message_of(one, order, self.new_id(), self.clock(), self.signer)
        self.publish([message])
        return message_id

    def _opting_out(self, person: OptedOutPerson, by: str) -> Message:
        """What says once more that a person has opted out, by whoever gives the order."""
        who = {name: said for name, said in (("phone", person.phone), ("userId", person.user_id)) if said is not None}
        value = self.signer.message(
            source=types.HUB,
            id=self.new_id(),
            type=types.USER_TRACKED,
            time=moments.text(self.clock()),
            data=_encode(who | {"traits": {WHATSAPP_OPTED: False}, "by": by.removeprefix("key:")}),
        )
        return Message((person.phone or person.user_id or "").encode(), value)


def message_of(one: Import, order: Order, new_id: str, now: int, signer: Signer) -> tuple[str, Message]:
    """The command to be published about an import, with the message's id. `now` is microseconds since the epoch.

    Of an import that failed the log does not know how many rows are to be awaited: the command says so.
    """
    message_id = f"{one.id}.{order.name}.{new_id}"
    data: dict[str, Any] = {"import": one.id, "by": order.by, "reason": order.reason}
    if one.state is ImportState.FAILED:
        data["published"] = one.published
    value = signer.message(
        source=f"{types.IMPORTS}{one.id}",
        id=message_id,
        type=types.IMPORT_REDONE if order.is_redo else types.IMPORT_UNDONE,
        time=moments.text(now),
        data=_encode(data),
    )
    return message_id, Message(one.id.encode(), value)


def orders(orderable: Callable[[str, Order], Import], ports: Ports) -> Orders:
    """Gives orders as an importer publishes: it waits for the log where that is far behind. Raises as `Feed.send`."""

    def publish(messages: Sequence[Message]) -> None:
        with closing(Feed(ports.publisher, ports.backlog, ports.pace)) as feed:
            feed.send(messages)
            feed.finish()

    return Orders(orderable, ports.opted_in_by, publish, ports.signer, ports.new_id, ports.clock)


def wait(id: str, message_id: str, order: Order, ports: Ports, report: Report) -> None:
    """Return when all contacts show the order. Raises UndoNotPossible when the log rejected it, and Stalled."""
    patience = _Patience(id, ports)
    stage = f"{order.name}ing"
    while (entry := ports.message(f"{types.IMPORTS}{id}", message_id)) is None:
        report(stage, 0, 0)
        patience.wait(0)
    if not entry.is_accepted:
        raise UndoNotPossible(id, _sentence(id, entry))
    _wait_until_reached(id, entry.position, order, ports, report, patience)


def carry_out(id: str, order: Order, given: Orders, ports: Ports, report: Report) -> None:
    """Have an import undone or redone, and return when all contacts show it.

    Where the last order was the same one and had not come to its end when this was called, as its command was ended,
    nothing new is ordered. Raises what `Orders.give` and `wait` raise.
    """
    before = ports.outcomes(id).undoing
    _catch_up(id, order, ports, report)
    last = ports.outcomes(id).undoing
    if last is not None and last.is_redo == order.is_redo:
        was_done = before is not None and before.position == last.position and before.refolded >= before.touched
        if not was_done:
            _wait_until_reached(id, last.position, order, ports, report, _Patience(id, ports))
            return
    wait(id, given.give(id, order), order, ports, report)


def _catch_up(id: str, order: Order, ports: Ports, report: Report) -> None:
    """Return when the state has all that is on the bus now: an order whose command was ended may be there, or in the
    log alone. Raises Stalled.
    """
    told = "Contact state does not show what came before"
    patience, is_caught_up = _Patience(id, ports, f"{told} an order about import {id}"), ports.catching_up()
    while not is_caught_up():
        report(f"{order.name}ing", 0, 0)
        patience.wait(ports.behind())


def _wait_until_reached(
    id: str, position: int, order: Order, ports: Ports, report: Report, patience: "_Patience"
) -> None:
    """Return when all contacts show the order that stands there in the log, or one that came later. Raises Stalled."""
    while (undoing := ports.outcomes(id).undoing) is None or undoing.position <= position:
        if undoing is None or undoing.position < position:
            patience.wait(0)  # the state does not have it yet
            continue
        report(f"{order.name}ing", undoing.refolded, undoing.touched)
        if undoing.refolded >= undoing.touched:
            return
        patience.wait(1 + undoing.refolded)


def _sentence(id: str, entry: Entry) -> str:
    return f"Import {id}: {entry.detail}."


class _Patience:
    """Waits from look to look, as long as something happens now and then."""

    def __init__(self, id: str, ports: Ports, told: str | None = None) -> None:
        self._told = told or f"The order about import {id} is on the bus, and nothing came of it"
        self._pace = ports.pace
        self._reached, self._since = -1, ports.pace.clock()

    def wait(self, reached: int) -> None:
        """Wait a little. Raises Stalled when `reached` has been the same for too long."""
        if reached != self._reached:
            self._reached, self._since = reached, self._pace.clock()
        elif self._pace.clock() - self._since > self._pace.patience:
            raise Stalled(f"{self._told} for {self._pace.patience:g} s; are a consumer and a projector running?")
        self._pace.sleep(_LOOK_AGAIN)
