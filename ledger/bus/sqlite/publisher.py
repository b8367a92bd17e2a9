"""Publishing to the SQLite bus: short transactions, each synced to disk before the call returns."""

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ledger import sqlite
from ledger.bus.known_bus import Belonging
from ledger.bus.port import BusError, ClockRefused, Message, NotConfirmed, Publisher, Unavailable
from ledger.bus.sizes import refuse_large
from ledger.bus.sqlite.batches import batches, packed
from ledger.bus.sqlite.file import LARGE_WAL, add, now, open_file, refuse_unknown, writing
from ledger.clock import ClockAhead
from ledger.file_place import FilePlace
from ledger.storage import StorageFault
from ledger.wal import Wal

CHUNK = 500
"""Messages a transaction holds at most, so that a call from another process waits a few milliseconds."""

PAUSE_SECONDS = 0.001
"""Left between the transactions of a long publish: the gap in which another process gets its turn."""

_Packed = tuple[int, bytes]
"""How many messages a batch has, and the batch."""


class SqlitePublisher(Publisher):
    """Any number of threads publish, one after the other; publish many messages at once to share a disk's sync."""

    def __init__(self, path: Path, clock: Callable[[], int] = now, belonging: Belonging | None = None) -> None:
        self._path = path
        self._belonging = belonging
        self._clock = clock
        self._turn = threading.Lock()
        self._connection: sqlite.Connection | None = None
        self._place: FilePlace | None = None
        self._wal = Wal(path, LARGE_WAL)
        self._closed = False

    def publish(self, messages: Sequence[Message], timeout: float = 4.0) -> None:
        """See `Publisher.publish`; a call of more than `CHUNK` messages becomes durable in several transactions."""
        deadline = time.monotonic() + timeout
        refuse_large(messages)
        for start in range(0, len(messages), CHUNK):
            made = [(len(batch), packed(batch)) for batch in batches(messages[start : start + CHUNK])]
            try:
                self._write(made, deadline)
            except Unavailable as fault:
                if start == 0:
                    raise
                raise NotConfirmed(f"{start} of {len(messages)} messages were confirmed in time: {fault}") from fault
            if len(messages) >= CHUNK:
                time.sleep(PAUSE_SECONDS)

    def close(self) -> None:
        """Let a transaction under way end, then let go of the file."""
        with self._turn:
            self._closed = True
            self._disconnect()

    def _write(self, made: Sequence[_Packed], deadline: float) -> None:
        if not self._turn.acquire(timeout=max(0.0, deadline - time.monotonic())):
            raise Unavailable("the bus could not be written in time: others write to it, or the disk is slow")
        try:
            if self._closed:
                raise Unavailable("the publisher is closed")
            self._commit(made, deadline)
        finally:
            self._turn.release()

    def _commit(self, made: Sequence[_Packed], deadline: float) -> None:
        """One transaction. After a fault the file is opened anew."""
        is_uncertain = False
        try:
            connection = self._connect(deadline)
            with writing(connection, deadline):
                add(connection, made, self._clock())
                is_uncertain = True
            self._refuse_if_lost()
        except BusError:
            self._disconnect()
            raise
        except ClockAhead as fault:
            raise ClockRefused(str(fault)) from None
        except (StorageFault, OSError) as fault:
            if self._connection is not None:
                self._wal.make_room(self._connection)
            self._disconnect()
            if isinstance(fault, StorageFault) and fault.is_busy:
                why = "the bus could not be written in time: others write to it, or the disk is slow"
            else:
                why = f"the bus file {self._path} cannot be written: {fault}"
            raise (NotConfirmed if is_uncertain else Unavailable)(why) from fault

    def _connect(self, deadline: float) -> sqlite.Connection:
        """The open file; opened anew when another file has taken its place, for no reader would see the old one."""
        if self._connection is not None and self._place is not None and self._place.lost() is None:
            return self._connection
        self._disconnect()
        self._connection = open_file(self._path, max(0.0, deadline - time.monotonic()), self._belonging)
        self._place = FilePlace(self._path)
        refuse_unknown(self._connection, self._path, self._belonging)
        return self._connection

    def _refuse_if_lost(self) -> None:
        """What was written to a file that was deleted or replaced meanwhile may be read by nobody."""
        lost = None if self._place is None else self._place.lost()
        if lost is not None:
            raise NotConfirmed(f"{lost} was deleted or replaced while it was written")

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
