"""Exports for callers: asked for, looked at, downloaded for a day. A background command makes them, one by one."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec

from ledger.events import moments
from service.deployment.files import replaced
from service.deployment.locks import is_held
from service.jobs.background_command import BackgroundCommands
from service.jobs.exports.wanted_export import WantedExport

ExportState = Literal["waiting", "running", "ready", "failed", "expired"]

DAY = 24 * 3600 * 1_000_000
"""Microseconds for which a file is kept."""

MOST_UNDER_WAY = 10
_RECORD_DAYS = 30
_IS_ID = re.compile(r"[0-9a-f-]{36}", re.ASCII).fullmatch


class ExportUnknown(LookupError):
    """No export has this id, or no longer."""


class TooManyExports(Exception):
    """So many wait already that no other one is taken (429)."""


class NoFile(Exception):
    """There is no file to download: not yet, or not any more; `state` is the export's."""

    def __init__(self, message: str, state: ExportState) -> None:
        super().__init__(message)
        self.state = state


class AskedExport(msgspec.Struct, frozen=True):
    """What was asked for, by whom and when (microseconds since the epoch)."""

    id: str
    by: str
    at: int
    wanted: WantedExport


class Attempt(msgspec.Struct, frozen=True):
    """How far the making is; `number` counts the processes that have begun it."""

    number: int
    position: int | None = None
    done: int = 0
    rows: int | None = None


class Made(msgspec.Struct, frozen=True):
    """How it ended: with a file, or with a sentence that says why there is none."""

    at: int
    position: int | None = None
    rows: int | None = None
    bytes: int | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class ExportFolder:
    """The files of all exports, each beside its records. All are for their owner alone."""

    path: Path

    @property
    def lock(self) -> Path:
        """Held by the process that makes exports."""
        return self.path / "making.lock"

    def file(self, asked: AskedExport) -> Path:
        """The contacts."""
        return self.path / f"{asked.id}.{asked.wanted.format}"

    def ids(self) -> list[str]:
        """Of all exports, oldest first."""
        return sorted(path.name.removesuffix(".asked.json") for path in self.path.glob("*.asked.json"))

    def asked(self, id: str) -> AskedExport | None:
        """What was asked for; None for an id that is no export's."""
        return self._load(id, "asked", AskedExport) if _IS_ID(id) else None

    def attempt(self, id: str) -> Attempt:
        """How far it is."""
        return self._load(id, "attempt", Attempt) or Attempt(0)

    def made(self, id: str) -> Made | None:
        """How it ended; None while it has not."""
        found: Made | None = self._load(id, "made", Made)
        return found

    def keep(self, id: str, record: AskedExport | Attempt | Made) -> None:
        """Put a record in the place of the one before."""
        replaced(self.path / f"{id}.{_NAMES[type(record)]}.json", msgspec.json.encode(record))

    def waiting(self) -> Iterator[AskedExport]:
        """Those that are not made yet, oldest first."""
        for id in self.ids():
            asked = self.asked(id)
            if asked is not None and self.made(id) is None:
                yield asked

    def forget_old(self, now: int) -> None:
        """Remove files that are older than a day, and records that are older than a month."""
        for id in self.ids():
            asked, made = self.asked(id), self.made(id)
            if asked is not None and made is not None and now > made.at + DAY:
                self.file(asked).unlink(missing_ok=True)
                if now > made.at + _RECORD_DAYS * DAY:
                    for name in _NAMES.values():
                        (self.path / f"{id}.{name}.json").unlink(missing_ok=True)

    def _load(self, id: str, name: str, type: Any) -> Any:
        with suppress(FileNotFoundError, msgspec.MsgspecError):
            return msgspec.json.decode((self.path / f"{id}.{name}.json").read_bytes(), type=type)
        return None


_NAMES: dict[type, str] = {AskedExport: "asked", Attempt: "attempt", Made: "made"}


class Exports:
    """The exports in a folder. `new_id` makes ids that rise with time; `clock` gives microseconds since the epoch.

    Safe for threads and processes.
    """

    def __init__(
        self, folder: ExportFolder, background: BackgroundCommands, new_id: Callable[[], str], clock: Callable[[], int]
    ) -> None:
        self._folder = folder
        self._background = background
        self._new_id = new_id
        self._clock = clock

    def ask(self, wanted: WantedExport, by: str) -> dict[str, Any]:
        """Have an export made; its JSON. Raises TooManyExports, OSError."""
        self._folder.forget_old(self._clock())
        if sum(1 for _ in self._folder.waiting()) >= MOST_UNDER_WAY:
            raise TooManyExports(f"{MOST_UNDER_WAY} exports wait to be made; ask again when one is ready")
        asked = AskedExport(self._new_id(), by, self._clock(), wanted)
        self._folder.keep(asked.id, asked)
        return self.find(asked.id)

    def find(self, id: str) -> dict[str, Any]:
        """An export with its state. One that waits for nobody is begun. Raises ExportUnknown."""
        asked = self._asked(id)
        document = self._document(asked)
        if document["state"] == "waiting":
            self._background.begin(self._folder.lock, ["exports", "make"])
        return document

    def all(self, limit: int = 100) -> list[dict[str, Any]]:
        """The newest ones, newest first."""
        found = (self._folder.asked(id) for id in reversed(self._folder.ids()[-limit:]))
        return [self._document(one) for one in found if one is not None]

    def file(self, id: str) -> tuple[Path, str]:
        """The file of an export that is ready, and the name to save it under. Raises ExportUnknown, NoFile."""
        asked = self._asked(id)
        document = self._document(asked)
        state: ExportState = document["state"]
        if state == "expired":
            raise NoFile("this file was kept for a day and is gone; export the contacts again", state)
        if state != "ready":
            raise NoFile(document["failure"] or "this export is not ready yet; look at its state until it is", state)
        return self._folder.file(asked), f"contacts-{moments.text(asked.at)[:10]}-{id[-6:]}.{asked.wanted.format}"

    def _asked(self, id: str) -> AskedExport:
        asked = self._folder.asked(id)
        if asked is None:
            raise ExportUnknown("there is no such export, or no longer")
        return asked

    def _document(self, asked: AskedExport) -> dict[str, Any]:
        made = self._folder.made(asked.id)
        attempt = self._folder.attempt(asked.id)
        if made is None:
            is_running = bool(attempt.number) and is_held(self._folder.lock)
            made_document: dict[str, Any] = {
                "state": "running" if is_running else "waiting", "position": attempt.position, "rows": attempt.rows,
                "done": attempt.done, "bytes": None, "expires_at": None, "failure": None,
            }  # fmt: skip
        else:
            is_there = self._clock() < made.at + DAY and self._folder.file(asked).exists()
            kept: ExportState = "failed" if made.failure is not None else "ready" if is_there else "expired"
            made_document = {
                "state": kept, "position": made.position, "rows": made.rows, "done": made.rows or 0,
                "bytes": made.bytes, "expires_at": None if made.failure else moments.text(made.at + DAY),
                "failure": made.failure,
            }  # fmt: skip
        return {
            "id": asked.id,
            "format": asked.wanted.format,
            "where": list(asked.wanted.selection.where),
            "tag": list(asked.wanted.selection.tags),
            "q": asked.wanted.selection.text,
            "match": asked.wanted.selection.match,
            "opted_in": asked.wanted.is_opted_in_only,
            "by": asked.by,
            "asked_at": moments.text(asked.at),
            **made_document,
        }
