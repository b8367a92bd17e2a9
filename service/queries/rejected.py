"""Rejected messages as documents: a page of them, newest first, and each whole with its reason (R28)."""

import base64
from typing import Any

from ledger.events import moments
from ledger.log.entry import Entry
from ledger.log.port import LogReader


def rejected_page(
    log: LogReader, limit: int, *, before: int | None = None, reason: str | None = None, source: str | None = None
) -> dict[str, Any]:
    """Rejected messages, newest first, before a position: for one reason, or of one source, where these are given.

    `total` counts all that the list has, on every page; `reasons` counts by reason, whatever `reason` is, the most
    frequent first. `next_before` is where the next page begins; None at the end.
    """
    found = log.rejected(limit + 1, before=before, reason=reason, source=source)
    counts = log.rejected_by_reason(source)
    page = [rejection(entry) for entry in found[:limit]]
    return {
        "rejected": page,
        "total": sum(counts.values()) if reason is None else counts.get(reason, 0),
        "reasons": [{"reason": one, "count": count} for one, count in sorted(counts.items(), key=_most_first)],
        "next_before": page[-1]["position"] if len(found) > limit else None,
    }


def _most_first(counted: tuple[str, int]) -> tuple[int, str]:
    reason, count = counted
    return -count, reason


def rejection(entry: Entry) -> dict[str, Any]:
    """A rejected message; `raw` is text where it is UTF-8, else base64, and None where there is nothing."""
    return {
        "position": entry.position,
        "id": entry.message_id,
        "reason": entry.reason,
        "message": entry.detail,
        "source": entry.source,
        "recorded_at": moments.text(entry.recorded),
        "raw": raw_text(entry.value),
    }


def raw_text(value: bytes | None) -> str | dict[str, str] | None:
    """Bytes as JSON can hold them: text where they are UTF-8, else base64, and None where there are none."""
    if value is None:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode()}
