"""An example of the overview."""

from typing import Any

OVERVIEW: dict[str, Any] = {
    "position": 5,
    "zone": "Asia/Kolkata",
    "contacts": 1,
    "opted_in": 0,
    "events": 4,
    "before": {"day": "2019-12-31", "contacts": 0, "opted_in": 0},
    "days": [
        {
            "day": "2020-01-01",
            "contacts": 0,
            "opted_in": 0,
            "new": 0,
            "merged": 0,
            "undone": 0,
            "redone": 0,
            "erased": 0,
            "events": 0,
            "sources": [],
        }
    ],
    "sources": [],
}
