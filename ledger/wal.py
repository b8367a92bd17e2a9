"""Keeps write-ahead logs small: what stands in one is brought into its file, and the room it took is given back.

SQLite alone reuses a WAL but never cuts it, and while somebody reads, it grows: after a long read beside a large import
it would keep hundreds of megabytes for good, and on a full disk the room that a commit needs.
"""

import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from ledger import page_gaps, sqlite
from ledger.storage import StorageFault

LEAST = 2**20
"""Bytes that a WAL may have on any disk: less is not worth the work."""

_AGAIN_SECONDS = 1.0
"""Between two attempts, when a reader is in the way."""

_PATIENCE_MILLISECONDS = 250
_PART_OF_FREE = 4


class Wal:
    """The WAL of one file, for a writer of it to call between its transactions."""

    def __init__(self, path: Path, most: int) -> None:
        """`most`: bytes it may have where the disk has room."""
        self._path = path
        self._wal = path.with_name(path.name + "-wal")
        self._most = most
        self._due = 0.0

    def limit(self) -> int:
        """Bytes it may have now: the fuller the disk, the fewer."""
        try:
            disk = os.statvfs(self._path.parent)
        except OSError:
            return self._most
        return min(self._most, max(LEAST, disk.f_bavail * disk.f_frsize // _PART_OF_FREE))

    def keep_small(self, connection: sqlite.Connection) -> None:
        """Bring it in and cut it, if it is larger than it may be. A reader in its way only puts it off, for a second.

        To be called often, also when nothing is written: the reader that was in the way may be gone.
        """
        size = self._size()
        if size <= LEAST or time.monotonic() < self._due or size <= self.limit():
            return
        self._due = time.monotonic() + _AGAIN_SECONDS
        _cut(connection)

    def make_room(self, connection: sqlite.Connection) -> None:
        """The disk is full: bring it in and cut it, however small it is. Faults are ignored: it is only an attempt."""
        if self._size():
            with suppress(StorageFault):
                _cut(connection)

    def _size(self) -> int:
        try:
            return self._wal.stat().st_size
        except OSError:
            return 0


def cut_whole(connection: sqlite.Connection) -> bool:
    """Bring all of it in and cut it to nothing, so that no page of before is left; waits a quarter second for readers.

    Whether that was done: a reader who stays may still need what is in it. No writer has its turn while it waits.
    """
    (before,) = connection.execute("PRAGMA busy_timeout").fetchone()
    connection.execute(f"PRAGMA busy_timeout = {_PATIENCE_MILLISECONDS}")
    try:
        (is_blocked, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.execute(f"PRAGMA busy_timeout = {before}")
    return not is_blocked


def cut_whole_of(path: Path) -> bool:
    """As `cut_whole`, of a file that is there. Raises StorageFault."""
    connection = sqlite.connect(path)
    try:
        return cut_whole(connection)
    finally:
        connection.close()


def overwrite_whole(connection: sqlite.Connection) -> bool:
    """As `overwrite_whole_of`, of a connection's file; by a connection of its own, as this one keeps pages too."""
    return overwrite_whole_of(Path(connection.execute("PRAGMA database_list").fetchone()[2]))


def overwrite_whole_of(path: Path) -> bool:
    """As `cut_whole_of`, and overwrite in the file whatever no row has any more; whether that was done.

    Raises StorageFault.
    """
    connection = sqlite.connect(path)
    try:
        return cut_whole(connection) and _overwritten(connection, path) and cut_whole(connection)
    finally:
        connection.close()


def _overwritten(connection: sqlite.Connection, path: Path) -> bool:
    """Whether the gaps of the pages were overwritten: not where somebody has written in between."""
    wal = path.with_name(path.name + "-wal")
    with sqlite.transaction(connection):
        if wal.exists() and wal.stat().st_size:
            return False
        _run_over_gaps(path)
        # else a page that somebody keeps in memory would be written back as it was: a commit has all read theirs anew
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        connection.execute(f"PRAGMA user_version = {version}")
    return True


def _run_over_gaps(path: Path) -> None:
    command = [sys.executable, "-I", "-S", page_gaps.__file__, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise StorageFault(f"what is left in the pages of {path} cannot be overwritten: {done.stderr.strip()[-300:]}")


def _cut(connection: sqlite.Connection) -> None:
    """A checkpoint that waits for nobody: what it can bring in it does, and cuts the WAL if nobody reads from it."""
    (patience,) = connection.execute("PRAGMA busy_timeout").fetchone()
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.execute(f"PRAGMA busy_timeout = {patience}")
