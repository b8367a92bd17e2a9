"""The embedded bus: one SQLite file, one partition, many publishing processes on one host."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from ledger.bus.known_bus import Belonging
from ledger.bus.port import ANYWHERE, Bus, ClockRefused, Emptying, Message, Publisher, Reader, Record, Unavailable
from ledger.bus.sqlite.erasing import erase
from ledger.bus.sqlite.faults import read_fault
from ledger.bus.sqlite.file import (
    RETENTION,
    accept,
    check_clock,
    frozen,
    last_stamp,
    now,
    open_file,
    refuse_unknown,
    renew,
    writing,
)
from ledger.bus.sqlite.publisher import SqlitePublisher
from ledger.bus.sqlite.reader import SqliteReader
from ledger.clock import ClockAhead
from ledger.copying import copy_to
from ledger.storage import CopyProgress, StorageFault
from ledger.wal import overwrite_whole

__all__ = ["SqliteBus", "renew"]

_CHECK_SECONDS = 1.0


class SqliteBus(Bus):
    """The bus in one file. `clock` gives microseconds since the epoch; messages are kept `retention` microseconds.

    `belonging` None: the file is made where it is missing, and taken as it is.
    """

    def __init__(
        self,
        path: Path,
        clock: Callable[[], int] = now,
        retention: int = RETENTION,
        belonging: Belonging | None = None,
    ) -> None:
        self._path = path
        self._belonging = belonging
        self._clock = clock
        self._retention = retention

    def __repr__(self) -> str:
        return f"SqliteBus({str(self._path)!r})"

    def publisher(self) -> Publisher:
        """See `Bus.publisher`."""
        return SqlitePublisher(self._path, self._clock, self._belonging)

    def reader(self) -> Reader:
        """See `Bus.reader`."""
        return SqliteReader(self._path, self._clock, self._retention, self._belonging)

    @contextmanager
    def copying(self, meanwhile: Callable[[], None]) -> Iterator[Callable[[Path, CopyProgress], None]]:
        """See `Bus.copying`."""
        with frozen(self._path, meanwhile, self._belonging) as connection:
            yield partial(copy_to, connection)

    def accept_clock(self) -> None:
        """See `Bus.accept_clock`."""
        accept(self._path, self._clock(), self._belonging)

    def erase(
        self,
        is_meant: Callable[[Record], bool],
        emptied: bytes,
        before: int,
        may_be_in: Callable[[bytes], bool] = lambda _: True,
        among: Sequence[range] = ANYWHERE,
    ) -> Emptying:
        """See `Bus.erase`. Each batch is written anew by itself, so that publishers hardly wait."""
        connection = open_file(self._path, belonging=self._belonging)
        try:
            erase(connection, is_meant, Message(None, emptied), before, may_be_in, among)
            return Emptying.DONE if overwrite_whole(connection) else Emptying.NOT_YET
        except StorageFault as fault:
            raise read_fault(self._path, fault) from fault
        finally:
            connection.close()

    def check(self) -> None:
        """See `Bus.check`: the file opens, its write lock can be had within a second, and the clock can be right."""
        deadline = time.monotonic() + _CHECK_SECONDS
        connection = open_file(self._path, _CHECK_SECONDS, self._belonging)
        try:
            refuse_unknown(connection, self._path, self._belonging)
            with writing(connection, deadline):
                check_clock(self._clock(), last_stamp(connection))
        except ClockAhead as fault:
            raise ClockRefused(str(fault)) from None
        except StorageFault as fault:
            raise Unavailable(f"the bus file {self._path} cannot be written: {fault}") from fault
        finally:
            connection.close()
