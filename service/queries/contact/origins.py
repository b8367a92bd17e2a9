"""Where an event came from, in words: a program by its key, a person, a file by its name, a service upstream (R27)."""

from collections.abc import Callable
from functools import cache, partial
from typing import Any
from urllib.parse import urlsplit

import msgspec

from ledger.events import types
from ledger.events.data import BROKEN, json_of
from ledger.log.port import LogReader
from projections.fold.component import Step
from projections.fold.event import Event

CALL, FILE, EDIT, HUB, UPSTREAM, LEDGER = "call", "file", "edit", "hub", "upstream", "ledger"
KINDS = (CALL, FILE, EDIT, HUB, UPSTREAM, LEDGER)
"""Of origins."""

_OF_SOURCES = {"import": FILE}
NAMES = {
    "/v1/public/track/users": "Track call",
    "/v1/public/track/events": "Event call",
    "/v1/contacts": "API call",
    "/v1/contacts/batch": "Batch call",
    types.HUB: "Hub",
    types.COMMAND_LINE: "Command line",
}
"""What our own ways in are called, by the sources of their messages."""


class _Started(msgspec.Struct):
    """What ImportStarted says of who brought which file; imports of earlier versions say neither.

    `kind` is `edit` of a change of contacts by hand, whose name says what it changes.
    """

    file_name: str | None = None
    by: str | None = None
    kind: str | None = None
    rows: int | None = None


_started = msgspec.json.Decoder(_Started).decode


def kind_of(source: str | None) -> str:
    """One of KINDS."""
    kind = LEDGER if source is None else types.kind_of(source)
    return _OF_SOURCES.get(kind, kind)


class KindOf:
    """The kind of origin of a replay's steps."""

    def __init__(self, log: LogReader) -> None:
        self._log = log
        self._start = cache(partial(_start_of, log))

    def __call__(self, step: Step) -> str:
        """One of KINDS; an undo or a redo is the ledger's."""
        if not isinstance(step.cause, Event):
            return LEDGER
        if step.cause.import_id is not None:
            return EDIT if self._start(step.cause.import_id).kind == EDIT else FILE
        entry = self._log.entry(step.cause.position)
        return LEDGER if entry is None else kind_of(entry.source)


class Origins:
    """Adds origins to what is told of events. `file_name` knows the files of imports of earlier versions, by id.

    A change by hand (`edit`) is an import without a file; its name says what it changes, `rows` how many contacts.
    """

    def __init__(self, log: LogReader, file_name: Callable[[str], str | None] = lambda _: None) -> None:
        self._file_name = file_name
        self._start = cache(partial(_start_of, log))

    def added(self, document: dict[str, Any]) -> dict[str, Any]:
        """An event, or a claim of one, with its `origin`: `kind`, `name`, `by`, and of a file its `import`."""
        source: str | None = document.get("source")
        by = document.get("by")
        origin: dict[str, Any] = {"kind": kind_of(source), "name": self._name(source, by), "by": by}
        if source is not None and source.startswith(types.IMPORTS):
            id = source.removeprefix(types.IMPORTS)
            started = self._start(id)
            is_edit = started.kind == EDIT
            name = started.file_name or self._file_name(id)
            origin |= {"kind": EDIT if is_edit else FILE, "name": name or "a file", "by": by or started.by}
            line = None if is_edit else document.get("line")
            origin["import"] = {"id": id, "file": None if is_edit else name, "line": line, "rows": started.rows}
        document["origin"] = origin
        return document

    def _name(self, source: str | None, by: str | None) -> str:
        if source is None:
            return "not known any more"
        if by is not None and source.startswith(types.CALLS):
            return by.removeprefix("key:")  # as commands name the key that gave them
        if source in NAMES:
            return NAMES[source]
        parts = urlsplit(source)
        return parts.netloc + parts.path if parts.netloc else source


def _start_of(log: LogReader, id: str) -> _Started:
    """What the import with this id said when it began."""
    entry = log.by_message_id(f"{id}.started", f"{types.IMPORTS}{id}")
    if entry is None or not entry.is_accepted:
        return _Started()
    try:
        return _started(json_of(entry.headers, entry.value) or b"{}")
    except BROKEN:
        return _Started()
