"""Rejected messages as documents: each whole, with the reason."""

import base64
from typing import Any

from ledger.events import moments
from ledger.log.entry import Entry


def rejection(entry: Entry) -> dict[str, Any]:
    """A rejected message; `raw` is text where it is UTF-8, else base64, and None where there is nothing."""
    return {
        "position": entry.position,
        "id": entry.message_id,
        "reason": entry.reason,
        "message": entry.detail,
        "source": entry.source,
        "recorded_at": moments.text(entry.recorded),
        "raw": _raw(entry.value),
    }


def _raw(value: bytes | None) -> str | dict[str, str] | None:
    if value is None:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode()}
