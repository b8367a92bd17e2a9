"""Erasures of many contacts, in `service.db`: what was asked for, and how far each is (R31)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from threading import Lock
from typing import Any, Literal

from ledger.sqlite import Connection, transaction

BulkState = Literal["counting", "counted", "erasing", "done", "cancelled", "failed"]

ENDED: tuple[BulkState, ...] = ("done", "cancelled", "failed")
"""The states from which a bulk erasure goes nowhere."""

_COLUMNS = (
    "id, state, source, by, at, selection, reason, keep_out, position, contacts, notes, taken, confirmed_by,"
    " confirmed_at, ended_at, failure, receipt, idle_since, based_on, given, erased"
)
_JSON = ("selection", "notes", "receipt")


class BulkErasureUnknown(LookupError):
    """No bulk erasure has this id."""


@dataclass(frozen=True, slots=True)
class BulkErasure:
    """An erasure of many contacts. Moments are microseconds since the epoch; `source` and `by` are the orders'.

    `selection` is kept until it is confirmed. `contacts` says how many were counted, at the state's `position`, and
    `taken` how many of them it has come to: `given` of these orders were given, and `erased` of these are done
    everywhere. `receipt` is that of those who were erased last. `idle_since`: it is about
    whoever has no event since then, which is after the log's position `based_on`, and about none by a selection.
    """

    id: str
    state: BulkState
    source: str
    by: str
    at: int
    selection: Mapping[str, Any] | None
    reason: str
    keep_out: bool
    position: int | None = None
    contacts: int | None = None
    notes: Sequence[str] = ()
    taken: int = 0
    confirmed_by: str | None = None
    confirmed_at: int | None = None
    ended_at: int | None = None
    failure: str | None = None
    receipt: Sequence[Mapping[str, Any]] | None = None
    idle_since: int | None = None
    based_on: int | None = None
    given: int = 0
    erased: int = 0


@dataclass(frozen=True, slots=True)
class RetentionFound:
    """What the rule that erases contacts without an event found when it looked: how many are due, of how many."""

    rule: str
    at: int
    due: int
    contacts: int


class BulkErasureTable:
    """The bulk erasures of `service.db`. Safe for threads."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = Lock()

    def add(self, new: BulkErasure) -> bool:
        """Keep a new one; False where one with its id is there."""
        columns = ("id", "state", "source", "by", "at", "selection", "reason", "keep_out", "idle_since")
        given = [_kept(name, getattr(new, name)) for name in columns]
        with self._lock, transaction(self._connection):
            added = self._connection.execute(
                f"INSERT OR IGNORE INTO bulk_erasures ({', '.join(columns)}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", given
            )
            return added.rowcount > 0

    def get(self, id: str) -> BulkErasure:
        """The one with this id. Raises BulkErasureUnknown."""
        found = self._found("id = ?", id)
        if not found:
            raise BulkErasureUnknown("there is no such erasure of many contacts")
        return found[0]

    def newest(self, limit: int) -> list[BulkErasure]:
        """Up to so many, newest first."""
        return self._found("TRUE ORDER BY id DESC LIMIT ?", limit)

    def in_state(self, state: BulkState) -> list[BulkErasure]:
        """Those in this state, oldest first."""
        return self._found("state = ? ORDER BY id", state)

    def move(self, id: str, before: BulkState, **changes: Any) -> bool:
        """Change members of one that is in state `before`; False where it is in another by now."""
        names = ", ".join(f"{name} = ?" for name in changes)
        given = [_kept(name, value) for name, value in changes.items()]
        with self._lock, transaction(self._connection):
            moved = self._connection.execute(
                f"UPDATE bulk_erasures SET {names} WHERE id = ? AND state = ?", [*given, id, before]
            )
            return moved.rowcount > 0

    def note_retention(self, found: RetentionFound | None) -> None:
        """Keep what the rule found last; None where there is no rule any more."""
        with self._lock, transaction(self._connection):
            self._connection.execute("DELETE FROM retention")
            if found is not None:
                self._connection.execute("INSERT INTO retention VALUES (?, ?, ?, ?)", astuple(found))

    def retention(self) -> RetentionFound | None:
        """What the rule found last; None: it did not look yet, or there is none."""
        with self._lock:
            row = self._connection.execute("SELECT rule, at, due, contacts FROM retention").fetchone()
        return None if row is None else RetentionFound(*row)

    def _found(self, condition: str, given: object) -> list[BulkErasure]:
        with self._lock:
            rows = self._connection.execute(
                f"SELECT {_COLUMNS} FROM bulk_erasures WHERE {condition}", (given,)
            ).fetchall()
        return [_read(dict(zip(_COLUMNS.split(", "), row, strict=True))) for row in rows]


def _kept(name: str, value: Any) -> Any:
    return json.dumps(value) if name in _JSON and value is not None else value


def _read(row: dict[str, Any]) -> BulkErasure:
    read = {name: None if row[name] is None else json.loads(row[name]) for name in _JSON}
    return BulkErasure(**(row | read | {"keep_out": bool(row["keep_out"])}))
