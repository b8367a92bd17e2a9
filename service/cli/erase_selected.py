"""`contacts erase --where …`: erases everybody whom a selection finds, and says first how many they are (R31)."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click

from ledger.bus.port import BusError
from service.cli.terminal.given import who
from service.cli.terminal.progress import progress_shown
from service.cli.terminal.terminal import Failed, emit
from service.commands.erase_contact import ReasonUnfit
from service.deployment.locks import is_held
from service.deployment.parts import CONSUMER, IMPORTER, PROJECTOR
from service.deployment.tables.audit_trail import record
from service.deployment.tables.bulk_erasure_table import ENDED
from service.jobs.erasing.bulk_eraser import BulkEraser
from service.jobs.erasing.bulk_erasures import BulkErasures
from service.jobs.erasing.by_selection import CountedPeople, EverybodyMeant, SelectedPeople
from service.processes.temporary import PartFailed, TemporaryPart, parts_running
from service.queries.filters.selection import Selection
from service.wiring.bulk_erasing import bulk_eraser, bulk_erasures, selected_people
from service.wiring.drivers import Drivers
from service.wiring.erasing import erasing_over

_SECONDS = 120.0
"""How long one place is waited for before the rest is left to whoever goes on."""

_LOOK_SECONDS = 0.2
_NOT_DONE = 3


def erase_selected(
    drivers: Drivers, asked: Selection, reason: str | None, *, keep_out: bool, is_dry: bool, is_json: bool
) -> int:
    """Erase them for this reason, or only say how many they are, and whether a reason is fit; the exit code."""
    if is_dry or reason is None:
        counted = _counted(selected_people(drivers), asked, reason)
        emit(_plan(counted), is_json, lambda: _print_plan(counted))
        return 0
    with closing(drivers.store()) as store:
        bulk = bulk_erasures(drivers, store, partial(record, store))
        id = _asked(bulk, asked, reason, keep_out=keep_out)
    return work_on(drivers, id, is_json=is_json)


def work_on(drivers: Drivers, id: str, *, is_json: bool) -> int:
    """Have an erasure counted and confirm it, where that is not done, and erase until it has ended; the exit code."""
    data = drivers.deployment.data
    locks = {"consume": CONSUMER.lock(data), "project": PROJECTOR.lock(data)}
    with closing(drivers.store()) as store, closing(drivers.bus().publisher()) as publisher:
        bulk = bulk_erasures(drivers, store, partial(record, store))
        eraser = bulk_eraser(drivers, erasing_over(drivers, "/cli", publisher, store), store)
        try:
            with parts_running(locks, os.environ) as parts:
                waiting = _Work(bulk, eraser, id, parts, IMPORTER.lock(data))
                counted = waiting.until(lambda one: one["state"] != "counting")
                if counted["state"] == "failed":
                    raise click.UsageError(f"Nobody was erased: {counted['failure']}")
                if not is_json:
                    click.echo(f"{contacts_said(counted['contacts'])} to be erased.", err=True)
                bulk.confirm(id, counted["contacts"], who())
                with progress_shown("erasing", counted["contacts"], is_json=is_json) as advance:
                    document = waiting.until(lambda one: one["state"] in ENDED, advance)
        except (PartFailed, BusError) as fault:
            raise Failed(f"{fault}: the erasure goes on with `contacts serve` or `contacts erasures run`") from None
    emit(document | {"done": document["state"] == "done"}, is_json, lambda: _print_erased(document))
    return 0 if document["state"] == "done" else _NOT_DONE


@dataclass(frozen=True, slots=True)
class _Work:
    """An erasure that this process works on, unless the importer of a server does, whose lock is `importer`.

    `parts` are those that it needs.
    """

    bulk: BulkErasures
    eraser: BulkEraser
    id: str
    parts: Sequence[TemporaryPart]
    importer: Path

    def until(
        self, is_reached: Callable[[Mapping[str, Any]], bool], advance: Callable[[int], None] = lambda _: None
    ) -> dict[str, Any]:
        """Work until it has come so far, or nothing moves for too long; its JSON then."""
        seen, since = None, time.monotonic()
        while True:
            for part in self.parts:
                part.check()
            document = self.bulk.find(self.id)
            advance((document["ordered"] + document["erased"]) // 2 + document["gone"])
            so_far = (document["state"], document["ordered"], document["erased"], document["places"])
            if so_far != seen:
                seen, since = so_far, time.monotonic()
            if is_reached(document) or time.monotonic() - since > _SECONDS:
                return document
            if not is_held(self.importer):
                self.eraser.turn()
            time.sleep(_LOOK_SECONDS)


def _asked(bulk: BulkErasures, asked: Selection, reason: str, *, keep_out: bool) -> str:
    try:
        return str(bulk.ask(asked, who(), reason, keep_out=keep_out, source="/cli")["id"])
    except ReasonUnfit as fault:
        raise click.UsageError(f"--reason: {fault}") from None
    except ValueError as fault:
        raise _unfit(fault) from None


def _counted(selected: SelectedPeople, asked: Selection, reason: str | None) -> CountedPeople:
    try:
        return selected.count(asked, reason)
    except ReasonUnfit as fault:
        raise click.UsageError(f"--reason: {fault}") from None
    except ValueError as fault:
        raise _unfit(fault) from None


def _unfit(fault: ValueError) -> click.UsageError:
    said = str(fault) if isinstance(fault, EverybodyMeant) else f"The selection is not possible: {fault}"
    return click.UsageError(said)


def _plan(counted: CountedPeople) -> dict[str, Any]:
    return {"contacts": counted.count, "position": counted.position, "erased": 0, "notes": list(counted.notes)}


def contacts_said(count: int) -> str:
    """So many contacts, in words."""
    return f"{count:,} contact{'' if count == 1 else 's'}"


def _print_plan(counted: CountedPeople) -> None:
    click.echo(f"{contacts_said(counted.count)} would be erased.")
    for note in counted.notes:
        click.echo(f"Note: {note}.")
    click.echo("It cannot be undone. With --yes and --reason it is done.")


def _print_erased(document: Mapping[str, Any]) -> None:
    click.echo(f"{contacts_said(document['erased'])} of {document['contacts']:,} erased everywhere in this folder.")
    if document["gone"]:
        click.echo(f"{document['gone']:,} left out: erased by then, or merged with somebody since the count.")
    for one in document["places"]:
        if one["note"] is not None:
            click.echo(f"{one['place']}: {one['state']}: {one['note']}")
    if document["failure"]:
        click.echo(f"Stopped: {document['failure']}.", err=True)
    elif document["state"] == "erasing":
        click.echo(f"Erasure {document['id']} goes on with `contacts serve` or `contacts erasures run`.", err=True)
