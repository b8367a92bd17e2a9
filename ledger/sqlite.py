"""Opens every SQLite file of ours the same way: a build without the WAL bug, WAL, full sync, private files."""

import os
import sqlite3 as standard
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ledger.storage import StorageFault, TookTooLong, UnsafeDriver

FIXED = ((3, 51, 3), (3, 50, 7), (3, 44, 6))
"""The first releases, one a branch, in which two connections can no longer corrupt a WAL file."""


def is_safe(version: tuple[int, ...]) -> bool:
    """Whether this SQLite release has the fix for two connections checkpointing one WAL file."""
    newest = FIXED[0]
    return version >= newest or any(version[:2] == fixed[:2] and version >= fixed for fixed in FIXED[1:])


def _driver() -> ModuleType:
    try:
        import pysqlite3
    except ImportError:
        driver: ModuleType = standard
    else:
        driver = pysqlite3.dbapi2
    if not is_safe(tuple(driver.sqlite_version_info)):
        raise UnsafeDriver(
            f"SQLite {driver.sqlite_version} can corrupt a database that two processes write; "
            "install pysqlite3 0.6.1 or newer, or a Python with SQLite 3.51.3 or newer"
        )
    return driver


driver = _driver()

if TYPE_CHECKING:
    _Connection = standard.Connection
    _Cursor = standard.Cursor
    _Error = standard.Error
else:
    _Connection = driver.Connection
    _Cursor = driver.Cursor
    _Error = driver.Error

_PASSING = ("SQLITE_FULL", "SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_IOERR", "SQLITE_NOMEM", "SQLITE_CANTOPEN")
_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED")
_DAMAGE = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


def _translated(fault: standard.Error) -> StorageFault:
    kind = str(getattr(fault, "sqlite_errorname", type(fault).__name__))
    return StorageFault(
        str(fault),
        kind=kind,
        is_passing=kind.startswith(_PASSING),
        is_damage=kind.startswith(_DAMAGE),
        is_busy=kind.startswith(_BUSY),
    )


class Cursor(_Cursor):
    """The library's cursor, but that what fails is a StorageFault."""

    def execute(self, sql: str, parameters: Any = (), /) -> "Cursor":
        """See `sqlite3.Cursor.execute`."""
        try:
            _Cursor.execute(self, sql, parameters)
        except _Error as fault:
            raise _translated(fault) from fault
        return self

    def executemany(self, sql: str, rows: Iterable[Any], /) -> "Cursor":
        """See `sqlite3.Cursor.executemany`."""
        try:
            _Cursor.executemany(self, sql, rows)
        except _Error as fault:
            raise _translated(fault) from fault
        return self

    def __next__(self) -> Any:
        """The next row. Where it matters, `fetchall` is quicker: it translates once and not by the row."""
        try:
            return _Cursor.__next__(self)
        except _Error as fault:
            raise _translated(fault) from fault

    def fetchone(self) -> Any:
        """See `sqlite3.Cursor.fetchone`."""
        try:
            return _Cursor.fetchone(self)
        except _Error as fault:
            raise _translated(fault) from fault

    def fetchmany(self, size: int | None = 1) -> list[Any]:
        """See `sqlite3.Cursor.fetchmany`."""
        try:
            return _Cursor.fetchmany(self, size)
        except _Error as fault:
            raise _translated(fault) from fault

    def fetchall(self) -> list[Any]:
        """See `sqlite3.Cursor.fetchall`."""
        try:
            return _Cursor.fetchall(self)
        except _Error as fault:
            raise _translated(fault) from fault


class Connection(_Connection):
    """The library's connection, but that what fails is a StorageFault: here alone SQLite's own exceptions are known.

    It costs a statement nothing: making the cursor here spares the look-up by which the library makes its own.
    """

    def cursor(self, *_: Any) -> Cursor:  # type: ignore[override]
        """See `sqlite3.Connection.cursor`."""
        return Cursor(self)

    def execute(self, sql: str, parameters: Any = (), /) -> Cursor:
        """See `sqlite3.Connection.execute`."""
        return Cursor(self).execute(sql, parameters)

    def executemany(self, sql: str, rows: Iterable[Any], /) -> Cursor:
        """See `sqlite3.Connection.executemany`."""
        return Cursor(self).executemany(sql, rows)

    def backup(self, target: _Connection, **options: Any) -> None:
        """See `sqlite3.Connection.backup`."""
        try:
            _Connection.backup(self, target, **options)
        except _Error as fault:
            raise _translated(fault) from fault


_OPCODES = 500_000
_beat: Callable[[], None] | None = None


def call_while_working(beat: Callable[[], None]) -> None:
    """From now on have this process call `beat` again and again while a statement is at work, however long it takes.

    It concerns the connections that are opened from now on, and is called in whichever thread uses one.
    """
    global _beat
    _beat = beat


_BETWEEN_CHECKS = 2_000
"""Opcodes, some hundred rows: each check waits for the interpreter, which other threads may have."""


@contextmanager
def within(connection: Connection, seconds: float) -> Iterator[None]:
    """End what this connection is asked within the block once so many seconds are over. Raises TookTooLong then."""
    deadline = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > deadline, _BETWEEN_CHECKS)
    try:
        yield
    except StorageFault as fault:
        if fault.kind == "SQLITE_INTERRUPT":
            raise TookTooLong from None
        raise
    finally:
        connection.set_progress_handler(_beat, _OPCODES)


PAGE_BYTES = 8192
"""Of a new file: half as many pages to write, sync and copy as SQLite's 4096 makes of an import."""

blob = bytearray
"""Bytes as a parameter of a hot statement.

The driver binds int, float, str and bytearray at once; for every other parameter, bytes and None among them, it first
looks for an adapter, which costs a microsecond each time.
"""


def or_null(content: bytes | str | int | None) -> bytearray | str | int:
    """A parameter of a hot statement that may be NULL: its place there is `nullif(?, 0)`, so 0 itself cannot be."""
    if content is None:
        return 0
    return bytearray(content) if isinstance(content, bytes) else content


def connect(path: Path, *, read_only: bool = False, cache_mib: int = 2, busy_seconds: float = 10.0) -> Connection:
    """Open `path` in autocommit mode; write inside `transaction`. A new file is made with mode 0600.

    A read-only connection never makes, changes or checkpoints the file; it raises StorageFault when absent.
    """
    if not read_only and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    try:
        return _connected(path, read_only, cache_mib, busy_seconds)
    except StorageFault as fault:
        fault.args = (f"{fault}: {path}",)  # which file it is, SQLite does not say
        raise
    except UnicodeDecodeError as fault:  # the driver's, for what SQLite quotes of a damaged schema
        message = f"malformed database schema, which is not UTF-8: {path}"
        raise StorageFault(message, kind="SQLITE_CORRUPT", is_damage=True) from fault


def _connected(path: Path, read_only: bool, cache_mib: int, busy_seconds: float) -> Connection:
    mode = "ro" if read_only else "rw"
    connection = _opened(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=busy_seconds,
        check_same_thread=False,
        cached_statements=256,
    )
    if _beat is not None:
        connection.set_progress_handler(_beat, _OPCODES)
    connection.execute(f"PRAGMA cache_size = -{cache_mib * 1024}")
    connection.execute("PRAGMA mmap_size = 0")
    if not read_only:
        connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        _to_wal(connection, time.monotonic() + busy_seconds)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
    return connection


def unsafe(path: Path) -> Connection:
    """Open a new file of mode 0600 that nobody else opens and a crash may ruin: nothing is journalled or synced.

    It gets 32 MiB of memory.
    """
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    connection = _opened(f"{path.absolute().as_uri()}?mode=rw", uri=True)
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -32768"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def in_memory() -> Connection:
    """A database of this process alone, which ends with the connection."""
    return _opened(":memory:")


def _opened(name: str, **options: Any) -> Connection:
    try:
        opened: Connection = driver.connect(name, isolation_level=None, factory=Connection, **options)
    except _Error as fault:
        raise _translated(fault) from fault
    return opened


def _to_wal(connection: Connection, deadline: float) -> None:
    """Turn to write-ahead logging; the busy timeout does not cover the moment when another connection does the same."""
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except StorageFault as fault:
            if not fault.is_passing or time.monotonic() > deadline:
                raise
            time.sleep(_BETWEEN_ATTEMPTS)


_BETWEEN_ATTEMPTS = 0.01


@contextmanager
def transaction(connection: Connection) -> Iterator[Connection]:
    """One write transaction, begun at once (`BEGIN IMMEDIATE`): committed at the end, rolled back on any exception."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
