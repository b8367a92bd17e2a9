"""Brings a log's WAL into its file while more is appended, on the processor that the appends leave idle."""

import threading
from pathlib import Path

from ledger import sqlite
from ledger.storage import StorageFault
from ledger.wal import LEAST, Wal

_COPY = "PRAGMA wal_checkpoint(PASSIVE)"
_SMALL = LEAST // sqlite.PAGE_BYTES
"""Pages that a WAL may have on any disk."""

_CAN_ASK = sqlite.driver.sqlite_version_info >= (3, 51)
"""Whether this SQLite can say how long the WAL is (NOOP). An older one copies as it commits, and takes longer."""


class Checkpoints:
    """Copies most pages in a thread with a connection of its own: SQLite lets go of the interpreter meanwhile.

    An append that did all of it would stop for it, and everything that waits for the append with it.
    """

    def __init__(self, path: Path, most_pages: int) -> None:
        """`most_pages`: how many the WAL may have that are not in the file yet, before they are brought there."""
        self._path = path
        self._most_pages = most_pages
        self._wal = Wal(path, most_pages * sqlite.PAGE_BYTES)
        self._thread: threading.Thread | None = None
        self._fault: StorageFault | None = None

    def begin(self, connection: sqlite.Connection) -> None:
        """Whoever writes by this connection calls `look` between two transactions."""
        connection.execute(f"PRAGMA wal_autocheckpoint = {0 if _CAN_ASK else self._most_pages}")

    def look(self, connection: sqlite.Connection) -> None:
        """Between two transactions of the log's writer: begin a checkpoint when it is time for one, or end it.

        Raises the StorageFault of the thread that no waiting mends; after another one it is tried again.
        """
        if not _CAN_ASK:
            return
        if self._thread is None:
            _, pages, done = connection.execute("PRAGMA wal_checkpoint(NOOP)").fetchone()
            if pages - done > min(self._most_pages, _SMALL) and (pages - done) * sqlite.PAGE_BYTES > self._wal.limit():
                self._thread = threading.Thread(target=self._copy, name="log-checkpoint", daemon=True)
                self._thread.start()
        elif not self._thread.is_alive():
            self._thread = None
            fault, self._fault = self._fault, None
            if fault is None:
                connection.execute(_COPY)  # the few that came meanwhile: only an empty WAL is begun from its start
            elif not fault.is_passing:
                raise fault

    def close(self) -> None:
        """Wait for the checkpoint that is under way."""
        if self._thread is not None:
            self._thread.join()

    def _copy(self) -> None:
        try:
            connection = sqlite.connect(self._path)
            try:
                connection.execute(_COPY)
            finally:
                connection.close()
        except StorageFault as fault:
            self._fault = fault
