"""The event log: append in one transaction with the bus offsets and the identities, and read back."""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.resources import files
from os import urandom
from pathlib import Path

from ledger import sqlite
from ledger.clock import refuse_jump
from ledger.events.signing import Signer
from ledger.log import seal
from ledger.log.batch import Batch
from ledger.log.checkpoints import Checkpoints
from ledger.log.head import Head, head

VERSION = 3
"""Of the tables in a log's file, as schema.sql sets it: 2 has the index of undos, 3 the seal."""

_LARGE_WAL = 16 * 2**20


class OffsetMoved(Exception):
    """Somebody else has appended from this bus meanwhile: seek to the log's offsets and poll again."""

    def __init__(self, expected: Mapping[int, int], found: Mapping[int, int]) -> None:
        super().__init__(f"the log's offsets are {dict(found)}, not {dict(expected)}")


class EventLog:
    """The log's one writer. Owns the file's WAL; readers open it by `ledger.log.reader.LogReader`."""

    def __init__(
        self,
        path: Path,
        *,
        clock: Callable[[], int] = lambda: time.time_ns() // 1000,
        entropy: Callable[[int], bytes] = urandom,
        most_wal_pages: int = 25_000,
        signer: Signer | None = None,
        accepted_clock: int = 0,
    ) -> None:
        """Open or make the file. `clock` gives microseconds since the epoch; `entropy(n)` gives n random bytes.

        `signer` signs what each append leaves (`ledger.log.seal`). `most_wal_pages`: how large the WAL may become
        before it is brought into the file (`Checkpoints`). `accepted_clock`: what the clock was when somebody said that
        it is right, however far past the log's head.
        """
        self._path = path
        self._connection = sqlite.connect(path, cache_mib=24)
        self._clock = clock
        self._entropy = entropy
        self._signer = signer
        self._accepted_clock = accepted_clock
        self._checkpoints = Checkpoints(path, most_wal_pages)
        self._checkpoints.begin(self._connection)
        if version_of(self._connection) < VERSION:
            with sqlite.transaction(self._connection):
                _bring_up_to_date(self._connection)
                if not seal.is_sealed(self._connection):
                    seal.write(self._connection, head(self._connection), signer)

    def offsets(self, bus: str) -> dict[int, int]:
        """The next offset to take, by partition, of the bus with this id; empty for one never read."""
        return _offsets(self._connection, bus)

    def head(self) -> Head:
        """The newest entry."""
        return head(self._connection)

    @contextmanager
    def appending(
        self,
        bus: str,
        expected: Mapping[int, int],
        following: Mapping[int, int],
        meanwhile: Callable[[], None] = lambda: None,
        newest: int = 0,
    ) -> Iterator[Batch]:
        """One transaction: `expected` are the offsets `offsets()` gave the caller, `following` those to store.

        `meanwhile` is called when the entries are written, as `Batch.write` says. `newest`: when the bus took the
        newest message; a clock that is near it is no wrong one.

        Commits entries, identities and offsets together when the block ends; anything raised rolls all of it back.
        Raises OffsetMoved when the log's offsets are not the expected ones (compare-and-set, decision 2), ClockAhead.
        """
        self._checkpoints.look(self._connection)
        with sqlite.transaction(self._connection):
            found = _offsets(self._connection, bus)
            if any(found.get(partition) != expected.get(partition) for partition in following):
                raise OffsetMoved(expected, found)
            batch = Batch(self._connection, self._clock(), self._entropy)
            if batch.position:
                known = max(batch.head.recorded, newest, self._accepted_clock)
                refuse_jump(batch.recorded, known, "the log took its last message")
            yield batch
            batch.write(meanwhile)
            self._connection.executemany(
                "INSERT INTO offsets (bus, partition, next) VALUES (?, ?, ?)"
                " ON CONFLICT (bus, partition) DO UPDATE SET next = excluded.next",
                [(bus, partition, following_offset) for partition, following_offset in following.items()],
            )
            seal.write(self._connection, batch.head, self._signer)

    def tidy(self) -> None:
        """Bring a large WAL into the file and empty it; for a moment when nothing waits to be appended."""
        sqlite.truncate_wal(self._connection, self._path, _LARGE_WAL)

    def close(self) -> None:
        """Close the file."""
        self._checkpoints.close()
        self._connection.close()


def version_of(connection: sqlite.Connection) -> int:
    """The version of the tables in a log's file; 0 where there are none."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


_created = re.compile(r"(?:\s|--.*\n)*CREATE (?:UNIQUE )?(?:TABLE|INDEX|TRIGGER) (\w+)").match
"""Finds the name of what a statement of schema.sql makes; None for one that makes nothing."""


def _bring_up_to_date(connection: sqlite.Connection) -> None:
    """Make the tables; in a file of an earlier version just what it has not."""
    there = schema_of(connection)
    for statement in _statements() if version_of(connection) < VERSION else ():
        made = _created(statement)
        if made is None or made[1] not in there:
            connection.execute(statement)


def _statements() -> Sequence[str]:
    script = files("ledger.log").joinpath("schema.sql").read_text(encoding="utf-8")
    statements, pending = [], ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite.driver.complete_statement(pending):
            statements.append(pending)
            pending = ""
    return statements


def schema_of(connection: sqlite.Connection) -> dict[str, str]:
    """Every table, index and trigger of a log by name, as it was declared."""
    query = "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL"
    return dict(connection.execute(query).fetchall())


def declared_schema() -> dict[str, str]:
    """What `schema_of` a log gives as this version makes it."""
    connection = sqlite.driver.connect(":memory:")
    try:
        for statement in _statements():
            connection.execute(statement)
        return schema_of(connection)
    finally:
        connection.close()


def _offsets(connection: sqlite.Connection, bus: str) -> dict[int, int]:
    return dict(connection.execute("SELECT partition, next FROM offsets WHERE bus = ?", (bus,)).fetchall())
