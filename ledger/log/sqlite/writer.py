"""The event log: append in one transaction with the bus offsets and the identities, and read back."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from os import urandom
from pathlib import Path
from types import MappingProxyType

from ledger import sqlite
from ledger.belonging import Gone, Ledger, refuse_other
from ledger.clock import refuse_jump
from ledger.events.signing import Signer
from ledger.log.head import Head
from ledger.log.sqlite import seal
from ledger.log.sqlite.batch import Batch
from ledger.log.sqlite.checkpoints import Checkpoints
from ledger.log.sqlite.head import head
from ledger.log.sqlite.schema import bring_up_to_date
from ledger.wal import Wal

_LARGE_WAL = 16 * 2**20


@dataclass(frozen=True, slots=True)
class Tip:
    """The last message that was taken of a partition: its offset, and a keyed digest of what it said."""

    offset: int
    digest: bytes


NO_TIPS: Mapping[int, Tip] = MappingProxyType({})


class OffsetMoved(Exception):
    """Somebody else has appended from this bus meanwhile: seek to the log's offsets and poll again."""

    def __init__(self, expected: Mapping[int, int], found: Mapping[int, int]) -> None:
        super().__init__(f"the log's offsets are {dict(found)}, not {dict(expected)}")


class EventLog:
    """The log's one writer. Owns the file's WAL; readers open it by `ledger.log.sqlite.reader.LogReader`."""

    def __init__(
        self,
        path: Path,
        *,
        clock: Callable[[], int] = lambda: time.time_ns() // 1000,
        entropy: Callable[[int], bytes] = urandom,
        most_wal_pages: int = 25_000,
        signer: Signer | None = None,
        accepted_clock: int = 0,
        ledger: Ledger | None = None,
        rules: str | None = None,
    ) -> None:
        """Open or make the file. `clock` gives microseconds since the epoch; `entropy(n)` gives n random bytes.

        `signer` signs what each append leaves (`ledger.log.sqlite.seal`), and `rules` names those that entries are
        decided by.
        `most_wal_pages`: how large the WAL may become before it is brought into the file (`Checkpoints`).
        `accepted_clock`: what the clock was when somebody said that it is right, however far past the log's head.
        `ledger`: whose log it is; a log that says nothing of it yet becomes its log.

        Raises NotOurs for the log of another ledger.
        """
        self._path = path
        self._connection = sqlite.connect(path, cache_mib=24)
        self._clock = clock
        self._entropy = entropy
        self._signer = signer
        self._accepted_clock = accepted_clock
        self._checkpoints = Checkpoints(path, most_wal_pages)
        self._checkpoints.begin(self._connection)
        if bring_up_to_date(self._connection):
            with sqlite.transaction(self._connection):
                seal.renew(self._connection, signer)
        if ledger is not None:
            self._belong(ledger)
        if not seal.is_sealed(self._connection):
            with sqlite.transaction(self._connection):
                self._seal(head(self._connection))
        if rules is not None:
            with sqlite.transaction(self._connection):
                seal.keep_rules(self._connection, rules, signer)
        self._place = sqlite.Place(path)
        self._wal = Wal(path, _LARGE_WAL)

    def _seal(self, newest: Head) -> None:
        seal.write(self._connection, newest, self._signer)

    def _belong(self, ledger: Ledger) -> None:
        found = ledger_of(self._connection)
        if found is None:
            with sqlite.transaction(self._connection) as connection:
                connection.execute("UPDATE ledger SET id = ?, secret_check = ?", (ledger.id, ledger.secret_check))
                seal.renew(connection, self._signer)
        else:
            refuse_other(self._path, found.id, ledger.id)

    def bus(self) -> str | None:
        """The id of the bus that this log takes from; None before it has adopted its first."""
        return bus_of(self._connection)

    def adopt(self, bus: str) -> None:
        """Take from this bus from now on: a log's first, or the one that a log of an earlier version took from."""
        with sqlite.transaction(self._connection) as connection:
            connection.execute("UPDATE ledger SET bus = ?", (bus,))
            seal.renew(connection, self._signer)

    def buses(self) -> set[str]:
        """The ids of the buses that this log has ever taken messages from."""
        return {bus for (bus,) in self._connection.execute("SELECT DISTINCT bus FROM offsets")}

    def tips(self, bus: str) -> dict[int, Tip]:
        """The last message taken of each partition of this bus, as far as it is known."""
        rows = self._connection.execute("SELECT partition, at, digest FROM tips WHERE bus = ?", (bus,))
        return {partition: Tip(at, digest) for partition, at, digest in rows}

    @contextmanager
    def accepting(self, bus: str) -> Iterator[Batch]:
        """One transaction that goes over to another bus, to be read from its beginning; the block adds the entry."""
        self._refuse_if_lost()
        with sqlite.transaction(self._connection):
            batch = Batch(self._connection, self._clock(), self._entropy, self._signer)
            yield batch
            batch.write()
            self._connection.execute("UPDATE ledger SET bus = ?", (bus,))
            for table in ("offsets", "tips"):
                self._connection.execute(f"DELETE FROM {table} WHERE bus = ?", (bus,))
            self._seal(batch.head)

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
        tips: Mapping[int, Tip] = NO_TIPS,
    ) -> Iterator[Batch]:
        """One transaction: `expected` are the offsets `offsets()` gave the caller, `following` those to store.

        `meanwhile` is called when the entries are written, as `Batch.write` says. `newest`: when the bus took the
        newest message; a clock that is near it is no wrong one. `tips` are the last messages, by partition.

        Commits entries, identities and offsets together when the block ends; anything raised rolls all of it back.
        Raises OffsetMoved when the log's offsets are not the expected ones (compare-and-set, decision 2), ClockAhead,
        and Gone when the file was deleted or replaced meanwhile: nobody would ever read what is written to it.
        """
        self._refuse_if_lost()
        self._checkpoints.look(self._connection)
        with sqlite.transaction(self._connection):
            found = _offsets(self._connection, bus)
            if any(found.get(partition) != expected.get(partition) for partition in following):
                raise OffsetMoved(expected, found)
            batch = Batch(self._connection, self._clock(), self._entropy, self._signer)
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
            self._connection.executemany(
                "INSERT INTO tips (bus, partition, at, digest) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (bus, partition) DO UPDATE SET at = excluded.at, digest = excluded.digest",
                [(bus, partition, tip.offset, tip.digest) for partition, tip in tips.items()],
            )
            self._seal(batch.head)
            self._refuse_if_lost()

    def _refuse_if_lost(self) -> None:
        lost = self._place.lost()
        if lost is not None:
            raise Gone(
                f"{lost} was deleted or replaced while the log was in use, and nothing more is taken:"
                " restore the log from a backup; the bus still has what came since, as far as it keeps it"
            )

    def tidy(self) -> None:
        """Bring a large WAL into the file and cut it; for a moment when nothing waits to be appended.

        Raises Gone when the file was deleted or replaced.
        """
        self._refuse_if_lost()
        self._wal.keep_small(self._connection)

    def make_room(self) -> None:
        """The disk is full: give back what the WAL takes of it."""
        self._wal.make_room(self._connection)

    def close(self) -> None:
        """Close the file."""
        self._checkpoints.close()
        self._connection.close()


def ledger_of(connection: sqlite.Connection) -> Ledger | None:
    """Whose log this is; None for one that does not say so yet."""
    row = connection.execute("SELECT id, secret_check FROM ledger").fetchone()
    return None if row is None or row[0] is None else Ledger(row[0], row[1])


def bus_of(connection: sqlite.Connection) -> str | None:
    """The id of the bus that the log takes from; None before it has adopted its first."""
    row = connection.execute("SELECT bus FROM ledger").fetchone()
    return None if row is None else row[0]


def _offsets(connection: sqlite.Connection, bus: str) -> dict[int, int]:
    return dict(connection.execute("SELECT partition, next FROM offsets WHERE bus = ?", (bus,)).fetchall())
