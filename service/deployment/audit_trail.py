"""The audit table: who did what, when, outside the log's own entries (R33)."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from ledger.sqlite import Connection

BACKUP_MADE = "backup made"
"""What the trail calls a backup, which `contacts status` looks for."""


@dataclass(frozen=True, slots=True)
class Act:
    """One row of the audit table. `at` is microseconds since the epoch; `detail` holds no secret."""

    at: int
    who: str
    what: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class KeptAct:
    """An act with its number in the table, by which those of one moment are in order."""

    number: int
    act: Act


def record(connection: Connection, act: Act) -> None:
    """Add a row; within the caller's transaction when there is one."""
    connection.execute(
        "INSERT INTO audit (at, who, what, detail) VALUES (?, ?, ?, ?)",
        (act.at, act.who, act.what, json.dumps(dict(act.detail), ensure_ascii=False, sort_keys=True)),
    )


class AuditTable:
    """Reads the audit table. Safe for threads."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = Lock()

    def newest(
        self,
        limit: int,
        *,
        before: tuple[int, int] | None = None,
        who: Collection[str] | None = None,
        what: str | None = None,
    ) -> list[KeptAct]:
        """Up to `limit` acts, newest first: before a moment and number, of any of these actors, of this kind."""
        conditions: list[str] = ["TRUE"]
        given: list[Any] = []
        if before is not None:
            conditions.append("(at, id) < (?, ?)")
            given += before
        if who is not None:
            conditions.append("who IN (SELECT value FROM json_each(?))")
            given.append(json.dumps(list(who)))
        if what is not None:
            conditions.append("what = ?")
            given.append(what)
        query = f"SELECT id, at, who, what, detail FROM audit WHERE {' AND '.join(conditions)}"
        with self._lock:
            rows = self._connection.execute(f"{query} ORDER BY at DESC, id DESC LIMIT ?", [*given, limit]).fetchall()
        return list(map(_kept, rows))

    def about(self, names: Collection[str]) -> list[KeptAct]:
        """The acts whose detail has one of these names, such as a contact's id, as a value; oldest first."""
        query = (
            "SELECT id, at, who, what, detail FROM audit WHERE EXISTS"
            " (SELECT 1 FROM json_each(audit.detail) WHERE value IN (SELECT value FROM json_each(?))) ORDER BY at, id"
        )
        with self._lock:
            return list(map(_kept, self._connection.execute(query, (json.dumps(list(names)),)).fetchall()))

    def kinds(self) -> dict[str, int]:
        """How many acts of each kind there are."""
        with self._lock:
            return dict(self._connection.execute("SELECT what, count(*) FROM audit GROUP BY what").fetchall())


def _kept(row: tuple[int, int, str, str, str]) -> KeptAct:
    number, at, who, what, detail = row
    return KeptAct(number, Act(at, who, what, json.loads(detail)))
