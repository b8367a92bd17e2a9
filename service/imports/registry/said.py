"""What an import said of itself in the log: ImportStarted, and ImportSplit once its last row was out."""

from typing import Any

import msgspec

from ledger.events import moments, types
from ledger.events.data import BROKEN, json_of
from ledger.events.envelope import Unreadable, decode
from ledger.log.entry import Entry
from ledger.log.port import LogReader

STARTED, SPLIT = "started", "split"
"""How the ids of the two messages end."""


def imports_said(log: LogReader) -> list[str]:
    """The ids of the imports from which the log has any message, oldest first."""
    return [source.removeprefix(types.IMPORTS) for source in log.sources_beginning(types.IMPORTS)]


def said_at(log: LogReader, id: str, what: str) -> Entry | None:
    """The entry of one of the two messages of an import; None where the log has not accepted it."""
    entry = log.by_message_id(f"{id}.{what}", f"{types.IMPORTS}{id}")
    return entry if entry is not None and entry.is_accepted else None


def data_said(entry: Entry) -> dict[str, Any]:
    """The data of a message, in whichever mode it came; nothing where it cannot be read (R35)."""
    try:
        return _object(json_of(entry.headers, entry.value) or b"{}")
    except BROKEN:
        return {}


def time_said(entry: Entry) -> int | None:
    """The time that a message names (microseconds since the epoch), which may be later than it is stated for."""
    try:
        return moments.parse(decode(entry.headers, entry.value).time or "")
    except (Unreadable, ValueError):
        return None


_object = msgspec.json.Decoder(dict[str, Any]).decode
