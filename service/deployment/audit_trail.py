"""The audit table: who did what, when, outside the log's own entries (R33)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ledger.sqlite import Connection


@dataclass(frozen=True, slots=True)
class Act:
    """One row of the audit table. `at` is microseconds since the epoch; `detail` holds no secret."""

    at: int
    who: str
    what: str
    detail: Mapping[str, Any]


def record(connection: Connection, act: Act) -> None:
    """Add a row; within the caller's transaction when there is one."""
    connection.execute(
        "INSERT INTO audit (at, who, what, detail) VALUES (?, ?, ?, ?)",
        (act.at, act.who, act.what, json.dumps(dict(act.detail), ensure_ascii=False, sort_keys=True)),
    )


def acts(connection: Connection, limit: int = 1000) -> list[Act]:
    """The newest `limit` rows, oldest first."""
    rows = connection.execute("SELECT at, who, what, detail FROM audit ORDER BY id DESC LIMIT ?", (limit,)).fetchall()
    return [Act(at, who, what, json.loads(detail)) for at, who, what, detail in reversed(rows)]
