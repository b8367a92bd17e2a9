"""`contacts erase`: removes a person from everything, for good (R31)."""

import os
import sys
from dataclasses import asdict
from typing import Any

import click

from service.cli.terminal.given import who
from service.cli.terminal.terminal import Failed, as_json, emit, opened, table
from service.commands.erase_contact import ErasedPerson, ReasonUnfit, reason_for
from service.deployment.parts import CONSUMER, PROJECTOR
from service.deployment.tables.erasures import PendingErasure
from service.jobs.erasing.erasing import Erasing
from service.jobs.erasing.orders import ErasureRefused, going_on
from service.jobs.erasing.places import PlaceReceipt, is_done
from service.processes.temporary import parts_running
from service.queries.contact.find import Unknown, find
from service.queries.filters.selection import Match, Selection
from service.wiring.erasing import erasing

_SECONDS = 120.0
_NOT_DONE = 3


@click.command()
@click.argument("whom", metavar="[WHO]", required=False)
@click.option("--where", "conditions", multiple=True, metavar="'city=Pune'", help="All of these; as `contacts list`.")
@click.option("--tag", "tags", multiple=True, help="All contacts with this tag. May be repeated.")
@click.option("--q", "text", metavar="TEXT", help="All that a search for this text finds.")
@click.option("--match", type=click.Choice(["all", "any"]), default="all", help="Whether all must hold, or any.")
@click.option("--forget-after", "idle", metavar="'3 years'", help="Say how many are due by CONTACTS_FORGET_AFTER.")
@click.option("--reason", help="Why; it stays in the log for good, so leave phone, user id, name and email out.")
@click.option("--keep-out", is_flag=True, help="Refuse whatever names the person from now on; a keyed hash stays.")
@click.option("--yes", "is_sure", is_flag=True, help="Erase; without it, only say what would be.")
@click.option("--dry-run", is_flag=True, help="Only say what would be erased.")
@as_json
def erase(
    whom: str | None,
    conditions: tuple[str, ...],
    tags: tuple[str, ...],
    text: str | None,
    match: Match,
    idle: str | None,
    reason: str | None,
    keep_out: bool,
    is_sure: bool,
    dry_run: bool,
    is_json: bool,
) -> int:
    """Remove a person from everything, for good, or all of a selection; without --yes, only say what would go."""
    if is_sure and not dry_run and reason is None:
        raise click.UsageError("--reason is missing: say why; it stays in the log")
    if idle is not None:
        if is_sure or whom is not None:
            raise click.UsageError("--forget-after only says how many are due: `contacts serve` erases them")
        from service.cli.erase_idle import say_due  # whoever erases one person waits for less to be loaded

        return say_due(opened(), idle, is_json=is_json)
    asked = Selection(conditions, tags, text, match)
    if (whom is None) == (asked == Selection(match=match)):
        raise click.UsageError("give either WHO, or --where, --tag or --q for all whom these find")
    if whom is None:
        from service.cli.erase_selected import erase_selected
        from service.deployment import logs

        logs.configure("console")
        is_dry = dry_run or not is_sure
        return erase_selected(opened(), asked, reason, keep_out=keep_out, is_dry=is_dry, is_json=is_json)
    return _erase_one(whom, reason, keep_out=keep_out, is_sure=is_sure and not dry_run, is_json=is_json)


def _erase_one(whom: str, reason: str | None, *, keep_out: bool, is_sure: bool, is_json: bool) -> int:
    deployment = opened().deployment
    with erasing(deployment, "/cli") as work:
        try:
            if not is_sure:
                person = work.person(lambda log: find(log, whom))
                if reason is not None:
                    reason_for(reason, person)
                emit(_plan(person), is_json, lambda: _print_plan(person))
                return 0
            locks = {"consume": CONSUMER.lock(deployment.data), "project": PROJECTOR.lock(deployment.data)}
            with parts_running(locks, os.environ):
                pending = _ordered(work, whom, reason or "", keep_out=keep_out)
                receipt = work.finish(pending, _SECONDS)
        except (Unknown, ErasureRefused) as fault:
            raise Failed(str(fault)) from None
        except ReasonUnfit as fault:
            raise click.UsageError(f"--reason: {fault}") from None
    done = receipt is not None and is_done(receipt)
    document: dict[str, Any] = {"done": done, "places": [asdict(one) for one in receipt or ()]}
    emit(document, is_json, lambda: _print_receipt(receipt, done))
    return 0 if done else _NOT_DONE


def _ordered(work: Erasing, whom: str, reason: str, *, keep_out: bool) -> PendingErasure:
    """The order, or the one of before that is not done everywhere. Raises Unknown, ErasureRefused."""
    try:
        return work.order(lambda log: find(log, whom), who(), reason, keep_out=keep_out)
    except Unknown:
        begun = work.begun(whom)
        if begun is None:
            raise
        return going_on(begun, keep_out=keep_out)


def _plan(person: ErasedPerson) -> dict[str, Any]:
    return {"contact": person.contact, "entries": person.entries, "erased": False}


def _print_plan(person: ErasedPerson) -> None:
    click.echo(f"Contact {person.contact} would be erased: {person.entries:,} entries of the log are about it.")
    click.echo("It cannot be undone. With --yes and --reason it is done.")


def _print_receipt(receipt: list[PlaceReceipt] | None, done: bool) -> None:
    if receipt is None:
        click.echo("The order is on the bus: the person is erased when the consumer comes to it.", file=sys.stderr)
        return
    table(("place", "state", "note"), ((one.place, one.state, one.note or "") for one in receipt))
    if not done:
        click.echo("What waits is finished by `contacts serve`, or by this command once more.", file=sys.stderr)
