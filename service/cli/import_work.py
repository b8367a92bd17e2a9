"""Work on imports by a command: its progress shown, the parts it needs running, and what goes wrong as a sentence."""

import os
import time
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager

import click

from ledger.storage import NotMadeYet
from projections.state.generations import Generations
from service.cli.terminal.import_progress import reporting
from service.cli.terminal.terminal import Failed, opened
from service.deployment.parts import CONSUMER, PROJECTOR
from service.imports.ledger.ports import Report
from service.imports.record.folder import Busy
from service.imports.registry.import_order import UndoNotPossible
from service.imports.registry.lifecycle import StepNotAllowed
from service.imports.registry.registry import ImportUnknown
from service.imports.run.feed import Stalled
from service.imports.run.importer import Importer
from service.imports.run.undo_import import WouldOptIn
from service.imports.table.refusal import FileRefused, MappingRefused
from service.imports.table.wording import OF_COMMAND
from service.processes.temporary import PartFailed, TemporaryPart, parts_running
from service.wiring.imports import importing

_READING = frozenset({"reading"})
_LOOK_AGAIN = 0.05
_MOST_FOLDING = 600.0
"""Seconds for contacts of an earlier version; behind that whoever reads them says so."""
_HOW_TO_MAP = "--map 'Column=attribute' maps a column, --ignore 'Column' leaves one out."


class ImportRefused(click.ClickException):
    """The file, or what was said about it, cannot be imported."""

    exit_code = 2


@contextmanager
def at_work(idle: Collection[str] = _READING) -> Iterator[tuple[Importer, Report]]:
    """An importer that shows its progress; consumer and projector run once a stage comes that is not `idle`."""
    drivers = opened()
    deployment = drivers.deployment
    locks = {"consume": CONSUMER.lock(deployment.data), "project": PROJECTOR.lock(deployment.data)}
    parts: list[TemporaryPart] | None = None

    def check() -> None:
        for part in parts or ():
            part.check()

    with (
        faults_as_sentences(),
        _interruption_as_sentence(),
        ExitStack() as running,
        importing(deployment, check) as importer,
        reporting() as show,
    ):

        def report(stage: str, done: int, total: int) -> None:
            nonlocal parts
            is_idle = stage in idle or (stage == "applying" and done == total)
            if parts is None and not is_idle:
                parts = running.enter_context(parts_running(locks, os.environ))
            show(stage, done, total)

        until = time.monotonic() + _MOST_FOLDING
        while not _is_state_readable(drivers.generations()) and time.monotonic() < until:
            report("folding the contacts anew", 0, 0)
            check()
            time.sleep(_LOOK_AGAIN)
        yield importer, report


def _is_state_readable(generations: Generations) -> bool:
    """Whether contacts can be read, or there are none yet: of an earlier version they are folded anew first."""
    try:
        if generations.current() is not None or generations.found() is not None:
            with generations.in_use().reading():
                pass
    except NotMadeYet:
        return False
    return True


class Interrupted(click.ClickException):
    """Somebody pressed Ctrl-C."""

    exit_code = 130


@contextmanager
def _interruption_as_sentence() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt as fault:
        raise Interrupted(
            "interrupted, and nothing is lost: the same command goes on, and so does `contacts imports resume ID`"
            " (`contacts imports` shows the ids). A running `contacts serve` goes on by itself."
        ) from fault


@contextmanager
def faults_as_sentences() -> Iterator[None]:
    """What can go wrong with an import, as one sentence."""
    try:
        yield
    except MappingRefused as fault:
        raise ImportRefused(f"{fault.as_sentence(OF_COMMAND)}\n{_HOW_TO_MAP}") from fault
    except FileRefused as fault:
        raise ImportRefused(fault.as_sentence(OF_COMMAND)) from fault
    except WouldOptIn as fault:
        which = "--allow-opt-in says that they have agreed, --leave-opted-out that they stay out"
        raise Failed(f"{fault} Nothing was changed; {which}.") from fault
    except ImportUnknown as fault:
        raise Failed(str(fault.args[0])) from fault
    except (Stalled, Busy, StepNotAllowed, UndoNotPossible, PartFailed) as fault:
        raise Failed(str(fault)) from fault
