"""Publishing to the SQLite bus: one writer thread commits the messages of all waiting calls together."""

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from ledger import sqlite
from ledger.bus.port import BusError, Headers, Message, Publisher
from ledger.bus.sizes import refuse_large
from ledger.bus.sqlite.file import is_locked, now, open_file, stamp, writing
from ledger.bus.sqlite.line import Call, Line, Row, Share

CHUNK = 500
"""Rows a transaction holds at most, so that a call from another process waits a few milliseconds."""

PAUSE_SECONDS = 0.001
"""Left between the transactions of a long publish: the gap in which another process gets its turn."""

_INSERT = "INSERT INTO message (time, key, value, headers) VALUES (?, nullif(?, 0), ?, nullif(?, 0))"


class SqlitePublisher(Publisher):
    """Any number of threads publish; their messages share transactions and so the disk's syncs."""

    def __init__(self, path: Path, clock: Callable[[], int] = now) -> None:
        self._path = path
        self._clock = clock
        self._line = Line()
        self._starting = threading.Lock()
        self._writer: threading.Thread | None = None
        self._connection: sqlite.Connection | None = None
        self._inode = 0

    def publish(self, messages: Sequence[Message], timeout: float = 4.0) -> None:
        """See `Publisher.publish`; a call of more than `CHUNK` messages becomes durable in several transactions."""
        deadline = time.monotonic() + timeout
        refuse_large(messages)
        if messages:
            self._start()
            self._line.wait_for(Call([_row(message) for message in messages], deadline))

    def close(self) -> None:
        """Write what is in the line, then let go of the file."""
        self._line.close()
        if self._writer is not None:
            self._writer.join(timeout=10)

    def _start(self) -> None:
        if self._writer is None:
            with self._starting:
                if self._writer is None:
                    writer = threading.Thread(target=self._write_all, name="bus-writer", daemon=True)
                    writer.start()
                    self._writer = writer

    def _write_all(self) -> None:
        try:
            while (deadline := self._line.wait_for_call()) is not None:
                if self._write_some(deadline) >= CHUNK:
                    time.sleep(PAUSE_SECONDS)
        finally:
            self._line.close()
            self._line.refuse_all("the publisher has stopped")
            self._disconnect()

    def _write_some(self, deadline: float) -> int:
        """One transaction; how many rows it wrote. Calls concerned get a fault, and the file is then opened anew."""
        shares: list[Share] = []
        complete = False
        try:
            connection = self._connect(deadline)
            with writing(connection, deadline):
                shares = self._line.take(CHUNK)
                at = stamp(connection, self._clock())
                connection.executemany(_INSERT, [(at, *row) for share in shares for row in share.rows])
                complete = True
        except Exception as fault:
            self._disconnect()
            self._refuse(shares, fault, uncertain=complete)
            return 0
        self._line.confirm(shares)
        return sum(len(share.rows) for share in shares)

    def _refuse(self, shares: list[Share], fault: Exception, *, uncertain: bool) -> None:
        why = str(fault) if isinstance(fault, BusError) else f"the bus file {self._path} cannot be written: {fault}"
        if shares:
            self._line.refuse(shares, why, uncertain=uncertain)
        elif not is_locked(fault):
            self._line.refuse_all(why)

    def _connect(self, deadline: float) -> sqlite.Connection:
        """The open file; opened anew when another file has taken its place, for no reader would see the old one."""
        if self._connection is not None and self._inode == _inode(self._path):
            return self._connection
        self._disconnect()
        self._connection = open_file(self._path, max(0.0, deadline - time.monotonic()))
        self._inode = _inode(self._path)
        return self._connection

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def _inode(path: Path) -> int:
    try:
        return path.stat().st_ino
    except OSError:
        return 0


def _row(message: Message) -> Row:
    headers = encode_headers(message.headers) if message.headers else None
    return (sqlite.or_null(message.key), sqlite.blob(message.value), sqlite.or_null(headers))


def encode_headers(headers: Headers) -> str:
    """JSON [[name, base64], ...], which people can read in the file."""
    return msgspec.json.encode(headers).decode()
