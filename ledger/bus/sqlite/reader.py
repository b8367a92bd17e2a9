"""Reading the SQLite bus: short reads by offset, and a cheap look every few milliseconds while there is nothing."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from ledger.bus.known_bus import Belonging
from ledger.bus.port import Damaged, OutOfRange, Reader, Record, Replaced, Unavailable
from ledger.bus.sqlite.batches import FROM_OFFSET, PARTITION, Unpackable, unpacked
from ledger.bus.sqlite.faults import read_fault
from ledger.bus.sqlite.file import (
    LARGE_WAL,
    RETENTION,
    SECOND,
    bounds,
    cut,
    now,
    open_file,
    stream_id,
)
from ledger.file_place import FilePlace
from ledger.pacing import pause_between_looks
from ledger.storage import StorageFault
from ledger.wal import Wal

CUT_INTERVAL = 60 * SECOND
"""Microseconds between two looks for old messages."""

_CHECK_SECONDS, _LOOK_SECONDS = 1.0, 0.001
_MOST_BYTES = 32 * 1024 * 1024


class SqliteReader(Reader):
    """Reads partition 0, and cuts messages older than `retention` (microseconds) when it has nothing to read."""

    def __init__(
        self,
        path: Path,
        clock: Callable[[], int] = now,
        retention: int = RETENTION,
        belonging: Belonging | None = None,
    ) -> None:
        """Raises Unavailable or Unusable when the file cannot be opened."""
        self._path = path
        self._clock = clock
        self._retention = retention
        self._connection = open_file(path, belonging=belonging)
        self._place = FilePlace(path)
        self._wal = Wal(path, LARGE_WAL)
        self._position = 1
        self._marked = 0
        self._next_cut = 0
        self._came = time.monotonic()
        self.bus_id = stream_id(self._connection)

    def ranges(self) -> Mapping[int, tuple[int, int]]:
        """See `Reader.ranges`."""
        try:
            self._check_same()
            return {PARTITION: bounds(self._connection)}
        except StorageFault as fault:
            raise read_fault(self._path, fault) from fault

    def seek(self, offsets: Mapping[int, int]) -> None:
        """See `Reader.seek`."""
        self._position = offsets[PARTITION] if PARTITION in offsets else self.ranges()[PARTITION][0]

    def poll(self, limit: int, timeout: float) -> list[Record]:
        """See `Reader.poll`; fewer than `limit` records when they pass 32 MiB.

        Raises Replaced when the file is another one now, OutOfRange when retention has passed the position, Damaged
        for a batch that is not what was written.
        """
        try:
            records = self._read_or_wait(limit, time.monotonic() + timeout)
        except (StorageFault, OSError) as fault:
            raise read_fault(self._path, fault) from fault
        if records:
            self._position = records[-1].offset + 1
            self._came = time.monotonic()
        return records

    def following(self) -> Mapping[int, int]:
        """See `Reader.following`."""
        return {PARTITION: self._position}

    def mark(self, offsets: Mapping[int, int]) -> None:
        """See `Reader.mark`: only what lies before is ever cut, for what was read may not be in the log yet."""
        self._marked = offsets.get(PARTITION, 0)

    def close(self) -> None:
        """See `Reader.close`."""
        self._connection.close()

    def _read_or_wait(self, limit: int, deadline: float) -> list[Record]:
        waits = True
        while True:
            version = self._version()
            records = self._read(limit)
            if records or not waits:
                return records
            self._cut_old()
            self._wal.keep_small(self._connection)
            waits = self._wait_for_change(version, deadline)

    def _wait_for_change(self, version: int, deadline: float) -> bool:
        """Whether to read again before the deadline: the file changed, or it is time to see that it is still there."""
        check = time.monotonic() + _CHECK_SECONDS
        while self._version() == version:
            now = time.monotonic()
            if now >= deadline:
                return False
            if now >= check:
                return True
            time.sleep(min(pause_between_looks(now - self._came, _LOOK_SECONDS), deadline - now))
        return True

    def _version(self) -> int:
        """Changes when another connection has committed to the file."""
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    def _read(self, limit: int) -> list[Record]:
        """What was acknowledged is read to its end, also from a file that has lost its name meanwhile."""
        records = self._records(limit)
        self._check_place(is_read=not records)
        self._check_stream()
        if not records or records[0].offset != self._position:
            self._check_position(*bounds(self._connection))
        return records

    def _records(self, limit: int) -> list[Record]:
        records, taken = list[Record](), 0
        cursor = self._connection.execute(FROM_OFFSET, (self._position,))
        for first, count, at, content in cursor:
            try:
                records += unpacked(first, count, at, content, self._position)
            except Unpackable as fault:
                if not records:
                    raise Damaged(PARTITION, self._position, first + count) from fault
                break
            taken += len(content)
            if len(records) >= limit or taken > _MOST_BYTES:
                break
        cursor.close()
        return records[:limit]

    def _check_position(self, first: int, following: int) -> None:
        if not first <= self._position <= following:
            raise OutOfRange(PARTITION, self._position, first, following)

    def _check_same(self) -> None:
        self._check_place(is_read=True)
        self._check_stream()

    def _check_stream(self) -> None:
        if stream_id(self._connection) != self.bus_id:
            raise Replaced(f"the bus file {self._path} has got another id (it was restored): open it again")

    def _check_place(self, *, is_read: bool) -> None:
        """Raise where the file is another one now, but only when the one that is open has been read to its end."""
        try:
            lost = self._place.lost()
        except OSError as fault:
            raise Unavailable(f"the bus file {self._path} cannot be reached: {fault.strerror}") from fault
        if lost is None or not is_read:
            return
        if not lost.exists():
            raise Unavailable(f"{lost} cannot be reached: it was deleted or moved away")
        raise Replaced(f"another file has taken the place of the bus file {lost}: open it again")

    def _cut_old(self) -> None:
        """A courtesy to the disk: what others are writing, or a fault, lets it wait for the next time."""
        clock = self._clock()
        if clock >= self._next_cut:
            more = False
            try:
                more = cut(self._connection, clock - self._retention, self._marked)
            except StorageFault as fault:
                if not fault.is_passing:
                    raise
            self._next_cut = clock if more else clock + CUT_INTERVAL
