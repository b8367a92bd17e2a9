"""An example of the overview."""

from typing import Any

_SOURCES = [{"name": "/v1/public/track/users", "kind": "call", "new": 1, "undone": 0, "redone": 0}]

OVERVIEW: dict[str, Any] = {
    "position": 5,
    "zone": "Asia/Kolkata",
    "contacts": 1,
    "opted_in": 0,
    "events": 4,
    "before": {"day": "2026-11-23", "contacts": 0, "opted_in": 0},
    "days": [
        {
            "day": "2026-11-24",
            "contacts": 1,
            "opted_in": 0,
            "new": 1,
            "merged": 0,
            "undone": 0,
            "redone": 0,
            "events": 4,
            "sources": _SOURCES,
        }
    ],
    "sources": _SOURCES,
}
