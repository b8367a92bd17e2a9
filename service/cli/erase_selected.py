"""`contacts erase --where …`: erases everybody whom a selection finds, and says first how many they are (R31)."""

import os
from dataclasses import asdict
from typing import Any

import click

from service.cli.given import who
from service.cli.progress import progress_shown
from service.cli.terminal import Failed, emit
from service.commands.erase_contact import ReasonUnfit
from service.deployment.parts import CONSUMER, PROJECTOR
from service.imports.record.named_once import named_once
from service.jobs.erasing.by_selection import CountedPeople, ErasedSoFar, ErasingSelected, EverybodyMeant
from service.jobs.erasing.erasing import ErasureRefused
from service.processes.temporary import parts_running
from service.queries.selection import Selection
from service.wiring.drivers import Drivers
from service.wiring.erasing import erasing

_SECONDS = 120.0
_NOT_DONE = 3


def erase_selected(drivers: Drivers, asked: Selection, reason: str | None, *, keep_out: bool, is_json: bool) -> int:
    """Erase them for this reason, or only say how many they are where there is none; the exit code."""
    states, data = drivers.generations(), drivers.deployment.data
    with erasing(drivers.deployment, "/cli") as work:
        selected = ErasingSelected(work, states, drivers.log_reader, named_once(states, drivers.store), drivers.days())
        counted = _counted(selected, asked, reason)
        if reason is None:
            emit(_plan(counted), is_json, lambda: _print_plan(counted))
            return 0
        if not is_json:
            click.echo(f"{_contacts(counted.count)} to be erased.", err=True)
        locks = {"consume": CONSUMER.lock(data), "project": PROJECTOR.lock(data)}
        try:
            with (
                parts_running(locks, os.environ),
                progress_shown("erasing", counted.count, is_json=is_json) as advance,
            ):
                erased = selected.erase(asked, counted, who(), reason, advance, seconds=_SECONDS, keep_out=keep_out)
        except ErasureRefused as fault:
            raise Failed(str(fault)) from None
        except ReasonUnfit as fault:
            raise click.UsageError(f"--reason: {fault}") from None
    document = {
        "contacts": counted.count, "erased": erased.count, "done": erased.is_done,
        "places": [asdict(one) for one in erased.receipt or ()],
    }  # fmt: skip
    emit(document, is_json, lambda: _print_erased(erased, counted))
    return 0 if erased.is_done else _NOT_DONE


def _counted(selected: ErasingSelected, asked: Selection, reason: str | None) -> CountedPeople:
    try:
        return selected.count(asked, reason)
    except ReasonUnfit as fault:
        raise click.UsageError(f"--reason: {fault}") from None
    except EverybodyMeant as fault:
        raise click.UsageError(str(fault)) from None
    except ValueError as fault:
        raise click.UsageError(f"The selection is not possible: {fault}") from None


def _plan(counted: CountedPeople) -> dict[str, Any]:
    return {"contacts": counted.count, "position": counted.position, "erased": 0, "notes": list(counted.notes)}


def _contacts(count: int) -> str:
    return f"{count:,} contact{'' if count == 1 else 's'}"


def _print_plan(counted: CountedPeople) -> None:
    click.echo(f"{_contacts(counted.count)} would be erased.")
    for note in counted.notes:
        click.echo(f"Note: {note}.")
    click.echo("It cannot be undone. With --yes and --reason it is done.")


def _print_erased(erased: ErasedSoFar, counted: CountedPeople) -> None:
    click.echo(f"{_contacts(erased.count)} of {counted.count:,} erased everywhere in this folder.")
    for one in erased.receipt or ():
        if one.note is not None:
            click.echo(f"{one.place}: {one.state}: {one.note}")
    if not erased.is_done:
        click.echo("What waits is finished by `contacts serve`; the same command goes on with the rest.", err=True)
