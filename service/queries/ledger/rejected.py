"""Rejected messages as documents: a page of them, newest first, each whole and with what became of it (R28)."""

import base64
from typing import Any

import msgspec

from ledger.events import moments, types
from ledger.events.data import BROKEN, anything
from ledger.events.envelope import Unreadable, decode
from ledger.log.entry import Entry
from ledger.log.port import LogReader

OPEN, TAKEN, DROPPED, ORDER, ERASED = "open", "taken", "dropped", "order", "erased"
STATES = (OPEN, TAKEN, DROPPED, ORDER, ERASED)
"""Of rejected messages: open; settled, since it was taken after all or dropped; an order that was refused, and can only
be given anew; or emptied by an erasure before it was settled."""


def rejected_page(
    log: LogReader,
    limit: int,
    *,
    before: int | None = None,
    reason: str | None = None,
    source: str | None = None,
    is_open: bool = False,
) -> dict[str, Any]:
    """Rejected messages, newest first, before a position: for one reason, of one source, open, where these are given.

    `total` counts all that the list has, on every page; `reasons` counts by reason, whatever `reason` is, the most
    frequent first. `next_before` is where the next page begins; None at the end.
    """
    found = log.rejected(limit + 1, before=before, reason=reason, source=source, is_open=is_open)
    counts = log.rejected_by_reason(source, is_open=is_open)
    page = rejections(log, found[:limit])
    return {
        "rejected": page,
        "total": sum(counts.values()) if reason is None else counts.get(reason, 0),
        "reasons": [{"reason": one, "count": count} for one, count in sorted(counts.items(), key=_most_first)],
        "next_before": page[-1]["position"] if len(found) > limit else None,
    }


def _most_first(counted: tuple[str, int]) -> tuple[int, str]:
    reason, count = counted
    return -count, reason


def rejections(log: LogReader, entries: list[Entry]) -> list[dict[str, Any]]:
    """Rejected messages of a log; `raw` is text where it is UTF-8, else base64, and None where there is nothing.

    `state` is one of STATES, `settled_by` the entry that settled it.
    """
    settled = log.settled_by([entry.position for entry in entries])
    by = log.entries_at(settled.values())
    return [
        {
            "position": entry.position,
            "id": entry.message_id,
            "reason": entry.reason,
            "message": entry.detail,
            "source": entry.source,
            "recorded_at": moments.text(entry.recorded),
            "raw": raw_text(entry.value),
            "state": _state(entry, by.get(settled.get(entry.position, 0))),
            "settled_by": settled.get(entry.position),
        }
        for entry in entries
    ]


def _state(entry: Entry, settled_by: Entry | None) -> str:
    if entry.is_refused_order:
        return ORDER
    if settled_by is None:
        return ERASED if entry.is_erased else OPEN
    return DROPPED if settled_by.type == types.MESSAGE_DROPPED else TAKEN


def named_as_another(log: LogReader, page: list[dict[str, Any]]) -> set[int]:
    """The positions of those of these rejected messages whose source and id are those of another, which was taken.

    They can only be dropped: no two accepted messages have one name.
    """
    named = ((one["position"], one["source"], one["id"]) for one in page if one["source"] is not None)
    return {position for position, source, id in named if any(log.decided_under(source, id).values())}


def correctable(entry: Entry) -> str:
    """A rejected message as JSON that a person can correct: a CloudEvent without its signature, else as it came."""
    try:
        envelope = decode(entry.headers, entry.value)
        data = anything(envelope.data) if bytes(envelope.data) else {}
    except (Unreadable, *BROKEN):
        raw = raw_text(entry.value)
        return raw if isinstance(raw, str) else ""
    event = {"specversion": "1.0", "id": envelope.id, "source": envelope.source, "type": envelope.type}
    event |= {"time": envelope.time} if envelope.time else {}
    return msgspec.json.format(msgspec.json.encode(event | {"data": data}), indent=2).decode()


def raw_text(value: bytes | None) -> str | dict[str, str] | None:
    """Bytes as JSON can hold them: text where they are UTF-8, else base64, and None where there are none."""
    if value is None:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode()}
