"""Makes the exports that wait, one after the other, in a process of its own."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import structlog

from ledger.storage import StorageFault
from projections.conditions.condition import BadCondition
from projections.state.port import StoredState
from service.deployment.tables.audit_trail import Act
from service.jobs.exports.export_file import ExportParts, ExportWritten, StillRefolding, write_export
from service.jobs.exports.exports import AskedExport, Attempt, ExportFolder, Made
from service.jobs.exports.wanted_export import BadColumns

_ATTEMPTS = 3
"""Processes that may die over one export before it is given up."""

_NOTE_SECONDS = 0.5
_log = structlog.get_logger(part="exports")


@dataclass(frozen=True, slots=True)
class ExportMaker:
    """Makes what waits in `folder`, until nothing does. Only one process at a time may.

    `state_as_of(position)` is the state of then, or in use. `record` puts an act into the audit table.
    """

    folder: ExportFolder
    state_as_of: Callable[[int | None], StoredState]
    parts: ExportParts
    record: Callable[[Act], None]
    clock: Callable[[], int]

    def run(self) -> None:
        """Make every export that waits, those that come meanwhile among them."""
        self.folder.forget_old(self.clock())
        while (asked := next(self.folder.waiting(), None)) is not None:
            self._make(asked)

    def _make(self, asked: AskedExport) -> None:
        number = self.folder.attempt(asked.id).number + 1
        if number > _ATTEMPTS:
            self._draft(asked).unlink(missing_ok=True)
            self._fail(asked, "it could not be made: the process that did was ended each time")
            return
        self.folder.keep(asked.id, Attempt(number))
        try:
            written, size = self._write(asked, number)
        except (BadCondition, BadColumns, StillRefolding) as fault:
            self._fail(asked, str(fault))
        except (StorageFault, OSError) as fault:
            _log.warning("export failed", export=asked.id, fault=str(fault))
            self._fail(asked, "the disk is full, or contacts could not be read; ask again")
        except Exception:
            _log.exception("export failed", export=asked.id)
            self._fail(asked, f"something went wrong here; the server's log has it under {asked.id}")
        else:
            self.folder.keep(asked.id, Made(self.clock(), written.position, written.rows, size))
            self._note(asked, "exported", position=written.position, rows=written.rows)

    def _write(self, asked: AskedExport, number: int) -> tuple[ExportWritten, int]:
        draft, said = self._draft(asked), 0.0

        def progress(position: int, done: int, rows: int) -> None:
            nonlocal said
            if monotonic() - said >= _NOTE_SECONDS:
                said = monotonic()
                self.folder.keep(asked.id, Attempt(number, position, done, rows))

        try:
            with open(draft, "wb", opener=_private) as out:
                written = write_export(asked.wanted, self.state_as_of(asked.wanted.as_of), self.parts, out, progress)
                out.flush()
                os.fsync(out.fileno())
                size = out.tell()
            draft.replace(self.folder.file(asked))
        finally:
            draft.unlink(missing_ok=True)
        return written, size

    def _draft(self, asked: AskedExport) -> Path:
        return self.folder.path / f"{asked.id}.part"

    def _fail(self, asked: AskedExport, failure: str) -> None:
        self.folder.keep(asked.id, Made(self.clock(), failure=failure))
        self._note(asked, "export failed")

    def _note(self, asked: AskedExport, what: str, **detail: int) -> None:
        self.record(Act(self.clock(), asked.by, what, {"export": asked.id, "format": asked.wanted.format, **detail}))


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
