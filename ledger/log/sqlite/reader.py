"""Reading a log's file: one connection, asked by subject. Short reads, never a held cursor."""

from pathlib import Path

from ledger import sqlite
from ledger.belonging import Ledger
from ledger.log.head import Head
from ledger.log.port import LogReader
from ledger.log.sqlite.commands import SqliteCommands
from ledger.log.sqlite.entries import SqliteEntries
from ledger.log.sqlite.holders import SqliteHolders
from ledger.log.sqlite.proving import SqliteProof
from ledger.log.sqlite.schema import VERSION, version_of
from ledger.log.sqlite.writer import bus_of, ledger_of, offsets_of
from ledger.storage import NotMadeYet


def is_there(path: Path) -> bool:
    """Whether a log was made in this file.

    Raises NotMadeYet for one that its writer has yet to bring up to date: it has entries, but they cannot be read yet.
    """
    version = _version(path)
    if version not in (0, VERSION):
        raise NotMadeYet(_OTHERWISE[version > VERSION])
    return version == VERSION


def absence(path: Path) -> str | None:
    """Why there is no log to be read in this file, as a sentence; None where there is one."""
    version = _version(path)
    if version == 0:
        return "there is no event log yet: start the consumer (`contacts serve`)"
    return None if version == VERSION else _OTHERWISE[version > VERSION]


_OTHERWISE = (
    "the event log is of an earlier version: the consumer (`contacts serve`) brings it up to date",
    "the event log was written by a newer version of this program: run that one",
)


def _version(path: Path) -> int:
    if not path.exists():
        return 0
    connection = sqlite.connect(path, read_only=True)
    try:
        return version_of(connection)
    finally:
        connection.close()


class SqliteLogReader(SqliteEntries, SqliteHolders, SqliteCommands, SqliteProof, LogReader):
    """A read-only view of a log's file."""

    def __init__(self, path: Path, *, cache_mib: int = 2) -> None:
        """Open the file; raises StorageFault while no log was made there yet."""
        super().__init__(path, sqlite.connect(path, read_only=True, cache_mib=cache_mib))
        self._place = sqlite.Place(path)

    def lost(self) -> Path | None:
        """See `LogReader.lost`."""
        return self._place.lost()

    def close(self) -> None:
        """See `LogReader.close`."""
        self._connection.close()

    def freeze(self) -> Head:
        """See `LogReader.freeze`."""
        self._connection.execute("BEGIN")
        return self.head()

    def ledger(self) -> Ledger | None:
        """See `LogReader.ledger`."""
        return ledger_of(self._connection)

    def bus(self) -> str | None:
        """See `LogReader.bus`."""
        return bus_of(self._connection)

    def offsets(self, bus: str) -> dict[int, int]:
        """See `LogReader.offsets`."""
        return offsets_of(self._connection, bus)

    def data_version(self) -> int:
        """See `LogReader.data_version`."""
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])
