"""The event log: append in one transaction with the bus offsets and the identities, and read back."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from os import urandom
from pathlib import Path

from ledger import sqlite
from ledger.belonging import Gone, Ledger, NotOurs, refuse_other
from ledger.clock import refuse_jump
from ledger.events.signing import Signer
from ledger.file_place import FilePlace
from ledger.log.head import Head
from ledger.log.port import NO_TIPS, EventLog, OffsetMoved, Tip
from ledger.log.sqlite import seal
from ledger.log.sqlite.batch import SqliteBatch
from ledger.log.sqlite.checkpoints import Checkpoints
from ledger.log.sqlite.head import head
from ledger.log.sqlite.schema import Newer, bring_up_to_date
from ledger.wal import Wal

_LARGE_WAL = 16 * 2**20


class SqliteEventLog(EventLog):
    """The log's one writer. Owns the file's WAL; readers open it by `ledger.log.sqlite.reading.reader`."""

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
        try:
            bring_up_to_date(self._connection, path, lambda: seal.renew(self._connection, signer))
        except Newer:
            raise NotOurs(f"{path} was written by a newer version of this program: run that one") from None
        if ledger is not None:
            self._belong(ledger)
        if not seal.is_sealed(self._connection):
            with sqlite.transaction(self._connection):
                self._seal(head(self._connection))
        if rules is not None:
            with sqlite.transaction(self._connection):
                seal.keep_rules(self._connection, rules, signer)
        self._place = FilePlace(path)
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
        """See `EventLog.bus`."""
        return bus_of(self._connection)

    def adopt(self, bus: str) -> None:
        """See `EventLog.adopt`."""
        with sqlite.transaction(self._connection) as connection:
            connection.execute("UPDATE ledger SET bus = ?", (bus,))
            seal.renew(connection, self._signer)

    def buses(self) -> set[str]:
        """See `EventLog.buses`."""
        return {bus for (bus,) in self._connection.execute("SELECT DISTINCT bus FROM offsets")}

    def tips(self, bus: str) -> dict[int, Tip]:
        """See `EventLog.tips`."""
        rows = self._connection.execute("SELECT partition, at, digest FROM tips WHERE bus = ?", (bus,))
        return {partition: Tip(at, digest) for partition, at, digest in rows}

    @contextmanager
    def accepting(self, bus: str) -> Iterator[SqliteBatch]:
        """See `EventLog.accepting`."""
        self._refuse_if_lost()
        with sqlite.transaction(self._connection):
            batch = SqliteBatch(self._connection, self._clock(), self._entropy, self._signer)
            yield batch
            batch.write()
            self._connection.execute("UPDATE ledger SET bus = ?", (bus,))
            for table in ("offsets", "tips"):
                self._connection.execute(f"DELETE FROM {table} WHERE bus = ?", (bus,))
            self._seal(batch.head)

    def offsets(self, bus: str) -> dict[int, int]:
        """See `EventLog.offsets`."""
        return offsets_of(self._connection, bus)

    def head(self) -> Head:
        """See `EventLog.head`."""
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
    ) -> Iterator[SqliteBatch]:
        """See `EventLog.appending`."""
        self._refuse_if_lost()
        self._checkpoints.look(self._connection)
        with sqlite.transaction(self._connection):
            found = offsets_of(self._connection, bus)
            if any(found.get(partition) != expected.get(partition) for partition in following):
                raise OffsetMoved(expected, found)
            batch = SqliteBatch(self._connection, self._clock(), self._entropy, self._signer)
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
        """See `EventLog.tidy`."""
        self._refuse_if_lost()
        self._wal.keep_small(self._connection)

    def make_room(self) -> None:
        """See `EventLog.make_room`."""
        self._wal.make_room(self._connection)

    def close(self) -> None:
        """See `EventLog.close`."""
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


def offsets_of(connection: sqlite.Connection, bus: str) -> dict[int, int]:
    """The next offset to take, by partition, of the bus with this id."""
    return dict(connection.execute("SELECT partition, next FROM offsets WHERE bus = ?", (bus,)).fetchall())
