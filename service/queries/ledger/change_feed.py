"""The log as a feed: every entry by position, without gaps, for whoever keeps a copy elsewhere."""

from typing import Any

from ledger.events import moments, types
from ledger.events.data import json_of
from ledger.log.entry import Entry, public_id
from ledger.log.port import LogReader


def changes(log: LogReader, after: int, limit: int) -> dict[str, Any]:
    """Up to `limit` entries after position `after`, rejected ones among them; `next_after` is where to go on."""
    head = log.head().position
    entries = log.read(after, limit)
    numbers = {number for entry in entries for number in (entry.contact, entry.absorbed) if number is not None}
    ids = {number: public_id(id) for number, id in log.ids(numbers).items()}
    return {
        "changes": [_document(entry, ids) for entry in entries],
        "next_after": entries[-1].position if entries else after,
        "head": max(head, entries[-1].position if entries else 0),
    }


def _document(entry: Entry, ids: dict[int, str]) -> dict[str, Any]:
    is_split = entry.type == types.CONTACTS_SPLIT
    document: dict[str, Any] = {
        "position": entry.position,
        "id": entry.message_id,
        "source": entry.source,
        "type": entry.type,
        "stated_at": None if entry.stated is None else moments.text(entry.stated),
        "recorded_at": moments.text(entry.recorded),
        "reason": entry.reason,
        "contact": None if entry.contact is None else ids[entry.contact],
        "merged": None if entry.absorbed is None or is_split else ids[entry.absorbed],
        "skipped": entry.skipped,
        "data": None,
    }
    if entry.is_erased:
        document["erased"] = True
    if is_split and entry.absorbed is not None:
        document["split"] = ids[entry.absorbed]
    if entry.is_accepted:
        document["data"] = json_of(entry.headers, entry.value)
    return document
