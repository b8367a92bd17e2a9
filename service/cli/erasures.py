"""`contacts erasures`: erasures of many contacts, listed, confirmed, cancelled and gone on with."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from typing import Any

import click

from service.cli.erase_selected import work_on
from service.cli.terminal.given import who
from service.cli.terminal.terminal import Failed, as_json, emit, opened, table
from service.deployment.tables.audit_trail import record
from service.deployment.tables.bulk_erasure_table import BulkErasureUnknown
from service.jobs.erasing.bulk_erasures import BulkErasures, BulkStateWrong, WrongNumber
from service.wiring.bulk_erasing import bulk_erasures


@click.group("erasures", invoke_without_command=True)
@as_json
@click.pass_context
def erasures(context: click.Context, is_json: bool) -> None:
    """List the erasures of many contacts, newest first; confirm, cancel or go on with one."""
    if context.invoked_subcommand is not None:
        return
    with _opened() as bulk:
        found = bulk.newest()
    names = ("id", "state", "contacts", "erased", "by", "asked_at", "reason")
    rows = [tuple(one[name] for name in names) for one in found]
    emit({"erasures": found}, is_json, lambda: table(names, rows))


@erasures.command()
@click.argument("id")
@as_json
def show(id: str, is_json: bool) -> None:
    """Show how far an erasure of many contacts is."""
    _told(lambda bulk: bulk.find(id), is_json)


@erasures.command()
@click.argument("id")
@click.argument("contacts", type=int)
@as_json
def confirm(id: str, contacts: int, is_json: bool) -> None:
    """Have those erased who were counted; CONTACTS is their number, as `contacts erasures show` says it."""
    _told(lambda bulk: bulk.confirm(id, contacts, who()), is_json)


@erasures.command()
@click.argument("id")
@as_json
def cancel(id: str, is_json: bool) -> None:
    """Have nobody erased any more of those who are not yet."""
    _told(lambda bulk: bulk.cancel(id, who()), is_json)


@erasures.command()
@as_json
def run(is_json: bool) -> int:
    """Go on with the confirmed erasures of many contacts, the oldest first; `contacts serve` does so by itself."""
    drivers, code = opened(), 0
    with _opened() as bulk:
        waiting = [one["id"] for one in reversed(bulk.newest(1000)) if one["state"] == "erasing"]
    for id in waiting:
        code = max(code, work_on(drivers, id, is_json=is_json))
    if not waiting and not is_json:
        click.echo("Nothing waits.")
    return code


@contextmanager
def _opened() -> Iterator[BulkErasures]:
    drivers = opened()
    with closing(drivers.store()) as store:
        yield bulk_erasures(drivers, store, partial(record, store))


def _told(work: Callable[[BulkErasures], dict[str, Any]], is_json: bool) -> None:
    with _opened() as bulk:
        try:
            document = work(bulk)
        except (BulkErasureUnknown, WrongNumber, BulkStateWrong) as fault:
            raise Failed(str(fault)) from None
    emit(document, is_json, lambda: _print(document))


def _print(document: dict[str, Any]) -> None:
    for name in ("id", "state", "contacts", "erased", "gone", "reason", "keep_out", "by", "asked_at", "failure"):
        click.echo(f"{name:>10}: {document[name]}")
    if document["waits_for"]:
        click.echo(f"  waits for: {document['waits_for']}")
    if "confirm" in document["allowed"]:
        click.echo(f"To erase them: contacts erasures confirm {document['id']} {document['contacts']}")
