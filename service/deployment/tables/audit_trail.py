"""The audit table: who did what, when, outside the log's own entries (R33)."""

import json
from collections.abc import Collection, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from threading import Lock
from typing import Any

from ledger.sqlite import Connection, transaction
from service.deployment.tables.audit_chain import GENESIS, AuditHead, line_hash

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
    """Add a line, chained to the last one; within the caller's transaction when there is one."""
    with nullcontext() if connection.in_transaction else transaction(connection):
        last = audit_head(connection)
        (given,) = connection.execute("SELECT max(seq) FROM sqlite_sequence WHERE name = 'audit'").fetchone()
        number = max(last.lines, given or 0) + 1  # none is given twice, also where lines were removed
        detail = json.dumps(dict(act.detail), ensure_ascii=False, sort_keys=True)
        line = (number, act.at, act.who, act.what, detail)
        connection.execute(
            "INSERT INTO audit (id, at, who, what, detail, hash) VALUES (?, ?, ?, ?, ?, ?)",
            (*line, line_hash(last.hash, *line)),
        )


def audit_head(connection: Connection) -> AuditHead:
    """The newest line of the table."""
    row = connection.execute("SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1").fetchone()
    return AuditHead(0, GENESIS) if row is None else AuditHead(*row)


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
