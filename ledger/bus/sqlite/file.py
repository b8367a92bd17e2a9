"""The file `bus.db`: its tables, its id, and the rows that have grown old."""

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger import sqlite
from ledger.bus.port import Unavailable, Unusable

SECOND = 1_000_000
RETENTION = 7 * 24 * 3600 * SECOND
"""Microseconds a message is kept at least, as on Kafka."""

CUT = 500
"""Rows deleted in one transaction at most, so that a publisher hardly waits."""

_RETRY_SECONDS = 0.0003
_SCHEMA = """
CREATE TABLE IF NOT EXISTS stream (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    id TEXT NOT NULL,           -- names this stream of offsets; renewed when the file is restored
    time INTEGER NOT NULL       -- no message may be stamped earlier; says so when all messages are cut
);
CREATE TABLE IF NOT EXISTS message (
    offset INTEGER PRIMARY KEY AUTOINCREMENT,
    time INTEGER NOT NULL,      -- microseconds since the epoch, UTC
    key BLOB,
    value BLOB,
    headers TEXT                -- JSON [[name, base64], ...]
);
"""
_LAST_TIME = "SELECT coalesce((SELECT time FROM message ORDER BY offset DESC LIMIT 1), (SELECT time FROM stream))"


def now() -> int:
    """The clock a bus stamps with: microseconds since the epoch (UTC)."""
    return time.time_ns() // 1000


def open_file(path: Path, wait: float = 5.0) -> sqlite.Connection:
    """Open the bus in `path`, made and given an id if absent. Waits at most `wait` seconds for a lock.

    Raises Unavailable for what can heal, Unusable for what needs a person.
    """
    try:
        connection = sqlite.connect(path, busy_seconds=wait)
        try:
            connection.execute("PRAGMA busy_timeout = 0")
            _set_up(connection, wait)
        except BaseException:
            connection.close()
            raise
    except (sqlite.Error, sqlite.UnsafeSqlite, OSError) as fault:
        raise read_fault(path, fault) from fault
    return connection


def _set_up(connection: sqlite.Connection, wait: float) -> None:
    found = connection.execute("SELECT count(*) FROM sqlite_schema WHERE name IN ('stream', 'message')").fetchone()
    if found[0] == 2:
        return
    with writing(connection, time.monotonic() + wait):
        for statement in _SCHEMA.split(";\n"):
            connection.execute(statement)
        connection.execute("INSERT OR IGNORE INTO stream VALUES (1, ?, 0)", [str(uuid.uuid4())])


def read_fault(path: Path, fault: Exception) -> Unavailable | Unusable:
    """What a fault met while opening or reading means to the caller."""
    passing = isinstance(fault, OSError) or sqlite.is_passing(fault)
    return (Unavailable if passing else Unusable)(f"the bus file {path} cannot be read: {fault}")


@contextmanager
def writing(connection: sqlite.Connection, deadline: float) -> Iterator[None]:
    """One short write transaction. Tries for the lock until `deadline` (monotonic seconds), then raises BUSY.

    Asks for the lock far more often than SQLite's own busy handler, whose sleeps grow to 100 ms and so lose every
    gap that a bulk publisher leaves.
    """
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
            break
        except sqlite.OperationalError as fault:
            if not is_locked(fault) or time.monotonic() >= deadline:
                raise
        time.sleep(_RETRY_SECONDS)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def is_locked(fault: BaseException) -> bool:
    """Whether the fault only says that somebody else is writing."""
    return str(getattr(fault, "sqlite_errorname", "")).startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))


def stream_id(connection: sqlite.Connection) -> str:
    """The id that names this stream of offsets."""
    return str(connection.execute("SELECT id FROM stream").fetchone()[0])


def bounds(connection: sqlite.Connection) -> tuple[int, int]:
    """The first offset still kept, and the one the next message will get (from 1)."""
    first, last = connection.execute(
        "SELECT (SELECT min(offset) FROM message), (SELECT seq FROM sqlite_sequence WHERE name = 'message')"
    ).fetchone()
    following = int(last or 0) + 1
    return (following if first is None else int(first)), following


def stamp(connection: sqlite.Connection, clock: int) -> int:
    """The time for messages written now: `clock`, but never before the last message's (in a write transaction)."""
    return max(clock, int(connection.execute(_LAST_TIME).fetchone()[0]))


def renew(path: Path) -> str:
    """Give the bus in `path` a new id and return it. For a restored file: its offsets are no longer the old ones'."""
    connection = open_file(path)
    try:
        renewed = str(uuid.uuid4())
        with writing(connection, time.monotonic() + 5):
            connection.execute("UPDATE stream SET id = ?", [renewed])
        return renewed
    finally:
        connection.close()


def cut(connection: sqlite.Connection, oldest: int, before: int) -> bool:
    """Delete up to `CUT` messages from the start: older than `oldest` (microseconds), offset below `before`.

    Returns whether there may be more. Raises OperationalError at once when somebody else is writing.
    """
    with writing(connection, 0):
        last = connection.execute(
            "SELECT max(offset), max(time), count(*) FROM (SELECT offset, time FROM message ORDER BY offset LIMIT ?)"
            " WHERE time < ? AND offset < ?",
            [CUT, oldest, before],
        ).fetchone()
        if last[0] is None:
            return False
        connection.execute("UPDATE stream SET time = max(time, ?)", [last[1]])
        connection.execute("DELETE FROM message WHERE offset <= ?", [last[0]])
        return bool(last[2] == CUT)
