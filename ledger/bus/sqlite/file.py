"""The file `bus.db`: its tables, its id, and the batches that have grown old."""

import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import accumulate
from pathlib import Path

from ledger import sqlite
from ledger.belonging import NotOurs, refuse_other
from ledger.bus.known_bus import Belonging, KnownBus
from ledger.bus.port import Unavailable, Unusable
from ledger.bus.sqlite.faults import read_fault
from ledger.bus.sqlite.older import gather
from ledger.clock import refuse_jump
from ledger.storage import NotMadeYet, StorageFault

SECOND = 1_000_000
RETENTION = 7 * 24 * 3600 * SECOND
"""Microseconds a message is kept at least, as on Kafka."""

CUT_MESSAGES, CUT_BYTES = 500, 2**20
"""Deleted in one transaction at most, or else one batch, so that a publisher hardly waits."""

_CUT_BATCHES = 500

LARGE_WAL = 16 * 2**20
"""Bytes from which the WAL is brought into the file and cut, by the reader when it has nothing to read."""

_RETRY_SECONDS = 0.0003
_SCHEMA = """
CREATE TABLE IF NOT EXISTS stream (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    id TEXT NOT NULL,           -- names this stream of offsets; renewed when the file is restored
    time INTEGER NOT NULL,      -- no message may be stamped earlier, nor have an offset below `next`:
    next INTEGER NOT NULL,      -- what the last batch says as well, until all are cut
    ledger TEXT                 -- the id of the ledger whose bus this is
);
CREATE TABLE IF NOT EXISTS batches (
    first INTEGER PRIMARY KEY,  -- the offset of the first message; those of the others follow it
    count INTEGER NOT NULL,
    time INTEGER NOT NULL,      -- microseconds since the epoch, UTC
    messages BLOB NOT NULL      -- MessagePack [[key, value, [[name, content], ...]], ...]
)
"""


_END = """
SELECT max(time, (SELECT time FROM stream)), next
FROM (SELECT time, first + count AS next FROM batches ORDER BY first DESC LIMIT 1)
UNION ALL SELECT time, next FROM stream LIMIT 1
"""


def now() -> int:
    """The clock a bus stamps with: microseconds since the epoch (UTC)."""
    return time.time_ns() // 1000


def open_file(path: Path, wait: float = 5.0, belonging: Belonging | None = None) -> sqlite.Connection:
    """Open the bus in `path`, made and given an id if absent. Waits at most `wait` seconds for a lock.

    With `belonging`, a file is not made where the log takes from one already, and that of another ledger is refused.

    Raises Unavailable for what can heal, Unusable for what needs a person.
    """
    try:
        if not path.exists():
            _refuse_to_make(path, "is missing", belonging)
        connection = sqlite.connect(path, busy_seconds=wait)
        try:
            connection.execute("PRAGMA busy_timeout = 0")
            _set_up(connection, path, wait, belonging)
            if belonging is not None:
                _belong(connection, path, wait, belonging)
        except BaseException:
            connection.close()
            raise
    except (StorageFault, OSError) as fault:
        raise read_fault(path, fault) from fault
    return connection


def _set_up(connection: sqlite.Connection, path: Path, wait: float, belonging: Belonging | None) -> None:
    if _has_table(connection, "batches"):
        return
    is_older = _has_table(connection, "message")
    if not is_older:
        _refuse_to_make(path, "is empty", belonging)
    with writing(connection, time.monotonic() + wait):
        for statement in _SCHEMA.split(";\n"):
            connection.execute(statement)
        if is_older and _has_table(connection, "message"):
            gather(connection)
        connection.execute(
            "INSERT OR IGNORE INTO stream (only, id, time, next) VALUES (1, ?, 0, 1)", [str(uuid.uuid4())]
        )


def _refuse_to_make(path: Path, how: str, belonging: Belonging | None) -> None:
    """A new file in the place of a lost one would look as if nothing had been published yet."""
    if belonging is not None and not belonging.is_accepting and _known(belonging, is_to_make=True) is not None:
        raise Unusable(
            f"the bus file {path} {how}, and what the log has not taken of it is gone unless it comes back: put it"
            " back, or go on with a new bus with `contacts consume --accept-bus` (or `contacts serve --accept-bus`)"
        )


def _belong(connection: sqlite.Connection, path: Path, wait: float, belonging: Belonging) -> None:
    if not any(name == "ledger" for _, name, *_ in connection.execute("PRAGMA table_info(stream)")):
        with writing(connection, time.monotonic() + wait):
            if not any(name == "ledger" for _, name, *_ in connection.execute("PRAGMA table_info(stream)")):
                connection.execute("ALTER TABLE stream ADD COLUMN ledger TEXT")
    (found,) = connection.execute("SELECT ledger FROM stream").fetchone()
    try:
        refuse_other(path, found, belonging.ledger)
    except NotOurs as fault:
        raise Unusable(str(fault)) from None
    known = _known(belonging)
    if found is None and (known is None or known.id == stream_id(connection) or belonging.is_accepting):
        with writing(connection, time.monotonic() + wait):
            connection.execute("UPDATE stream SET ledger = ?", (belonging.ledger,))


def refuse_unknown(connection: sqlite.Connection, path: Path, belonging: Belonging | None) -> None:
    """Raise Unusable where nothing may be published, because the log would not take it: another bus, or an old copy."""
    known = None if belonging is None else _known(belonging)
    if known is None:
        return
    (_, following), found = bounds(connection), stream_id(connection)
    if found != known.id or following < known.following:
        what = f"is not the one that the log takes from ({found}, not {known.id})"
        if found == known.id:
            what = f"was put back from a copy: it ends at {following}, and the log has taken up to {known.following}"
        raise Unusable(
            f"the bus file {path} {what}; put the log's own bus back, or go on with this one with"
            " `contacts consume --accept-bus` (or `contacts serve --accept-bus`)"
        )


def _known(belonging: Belonging, *, is_to_make: bool = False) -> KnownBus | None:
    """What the log knows; nothing before it is brought up to date, which is not enough where a bus is to be made.

    Raises Unavailable, Unusable where the log cannot be read, which is no fault of the bus.
    """
    try:
        return belonging.known()
    except StorageFault as fault:
        is_older = isinstance(fault, NotMadeYet)
        if is_older and not is_to_make:
            return None
        told = f"the log, which knows the bus that it takes from, cannot be read: {fault}"
        if fault.is_passing or is_older:
            raise Unavailable(told) from fault
        raise Unusable(f"{told}; stop everything and restore the data folder from a backup") from fault


def _has_table(connection: sqlite.Connection, name: str) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (name,)).fetchone() is not None


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
        except StorageFault as fault:
            if not fault.is_busy or time.monotonic() >= deadline:
                raise
        time.sleep(_RETRY_SECONDS)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def stream_id(connection: sqlite.Connection) -> str:
    """The id that names this stream of offsets."""
    return str(connection.execute("SELECT id FROM stream").fetchone()[0])


def bounds(connection: sqlite.Connection) -> tuple[int, int]:
    """The first offset still kept, and the one the next message will get (from 1)."""
    query = f"SELECT next, (SELECT min(first) FROM batches) FROM ({_END})"
    following, first = connection.execute(query).fetchone()
    return int(following if first is None else first), int(following)


def add(connection: sqlite.Connection, batches: Iterable[tuple[int, bytes]], clock: int) -> None:
    """Put batches, each with how many messages it has, at the end of the stream (in a write transaction).

    They are stamped with `clock`, but never before the last message. Raises ClockAhead.
    """
    last, following = connection.execute(_END).fetchone()
    check_clock(clock, last)
    at = max(clock, last)
    for count, content in batches:
        connection.execute("INSERT INTO batches VALUES (?, ?, ?, ?)", (following, count, at, content))
        following += count


def check_clock(clock: int, last: int) -> None:
    """Raise ClockAhead when nothing should be stamped with `clock`; `last` is the last stamp, 0 before the first."""
    if last:
        refuse_jump(clock, last, "the bus took its last message")


def last_stamp(connection: sqlite.Connection) -> int:
    """When the bus took its last message (microseconds since the epoch), or a clock was accepted; 0: never."""
    return int(connection.execute(_END).fetchone()[0])


def accept(path: Path, clock: int, belonging: Belonging | None = None) -> None:
    """Let the bus in `path` go on with this clock; from here on no message is stamped earlier.

    Raises Unavailable, Unusable.
    """
    connection = open_file(path, belonging=belonging)
    try:
        with writing(connection, time.monotonic() + 5):
            connection.execute("UPDATE stream SET time = max(time, ?)", [clock])
    except StorageFault as fault:
        raise read_fault(path, fault) from fault
    finally:
        connection.close()


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


@contextmanager
def frozen(path: Path, meanwhile: Callable[[], None], belonging: Belonging | None) -> Iterator[sqlite.Connection]:
    """The bus as it is in a moment in which nobody can publish and `meanwhile` is called, for the block to read.

    Raises Unavailable, Unusable.
    """
    with closing(open_file(path, belonging=belonging)) as publisher:
        reader = _reader_of(path, publisher, meanwhile)
    with closing(reader):
        yield reader


def _reader_of(path: Path, publisher: sqlite.Connection, meanwhile: Callable[[], None]) -> sqlite.Connection:
    try:
        reader = sqlite.connect(path, read_only=True)
    except StorageFault as fault:
        raise read_fault(path, fault) from fault
    try:
        with writing(publisher, time.monotonic() + 5):
            meanwhile()
            reader.execute("BEGIN")
            bounds(reader)  # its view begins with its first read
    except BaseException:
        reader.close()
        raise
    return reader


def cut(connection: sqlite.Connection, oldest: int, before: int) -> bool:
    """Delete some batches from the start: older than `oldest` (microseconds), all offsets below `before`.

    Returns whether there may be more. Raises StorageFault at once when somebody else is writing.
    """
    with writing(connection, 0):
        old = connection.execute(
            "SELECT first, count, time, length(messages) FROM batches"
            " WHERE time < ? AND first + count <= ? ORDER BY first LIMIT ?",
            [oldest, before, _CUT_BATCHES],
        ).fetchall()
        messages = accumulate(count for _, count, _, _ in old)
        sizes = accumulate(size for _, _, _, size in old)
        fitting = sum(some <= CUT_MESSAGES and size <= CUT_BYTES for some, size in zip(messages, sizes, strict=True))
        cut_now = old[: max(1, fitting)]
        if cut_now:
            first, count, time, _ = cut_now[-1]
            connection.execute("UPDATE stream SET time = max(time, ?), next = max(next, ?)", [time, first + count])
            connection.execute("DELETE FROM batches WHERE first <= ?", [first])
        return len(cut_now) < len(old) or len(old) == _CUT_BATCHES
