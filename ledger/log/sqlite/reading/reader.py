"""Reading a log's file: one connection, asked by subject. Short reads, never a held cursor."""

from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from ledger import sqlite
from ledger.belonging import Ledger
from ledger.copying import copy_to
from ledger.file_place import FilePlace
from ledger.log.head import Head
from ledger.log.port import LogReader, StoredLog
from ledger.log.sqlite.erasing.erasing import forget_sought
from ledger.log.sqlite.reading.commands import SqliteCommands
from ledger.log.sqlite.reading.entries import SqliteEntries
from ledger.log.sqlite.reading.erasures import SqliteErasures
from ledger.log.sqlite.reading.holders import SqliteHolders
from ledger.log.sqlite.reading.proving import SqliteProof
from ledger.log.sqlite.reading.rejections import SqliteRejections
from ledger.log.sqlite.schema import VERSION, version_of
from ledger.log.sqlite.writer import bus_of, ledger_of, offsets_of
from ledger.storage import CopyProgress, NotMadeYet, StorageFault, unseen

_NONE = "there is no event log yet: start the consumer (`contacts serve`)"
_OTHERWISE = (
    "the event log is of an earlier version: the consumer (`contacts serve`) brings it up to date",
    "the event log was written by a newer version of this program: run that one",
)


def _refuse_other_version(connection: sqlite.Connection) -> None:
    """Raises NotMadeYet where the file has no log, or one that this program cannot read as it is."""
    version = version_of(connection)
    if version != VERSION:
        raise NotMadeYet(_NONE if version == 0 else _OTHERWISE[version > VERSION])


class SqliteLogReader(
    SqliteEntries, SqliteRejections, SqliteErasures, SqliteHolders, SqliteCommands, SqliteProof, LogReader
):
    """A read-only view of a log's file."""

    def __init__(self, path: Path, *, cache_mib: int = 2) -> None:
        """Open the file. Raises NotMadeYet while no log was made there, and for one of another version."""
        if not path.exists():
            raise NotMadeYet(_NONE)
        connection = sqlite.connect(path, read_only=True, cache_mib=cache_mib)
        try:
            _refuse_other_version(connection)
            super().__init__(path, connection)
            self._place = FilePlace(path)
        except BaseException:
            connection.close()
            raise

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

    def copy_to(self, path: Path, progress: CopyProgress = unseen) -> None:
        """See `LogReader.copy_to`."""
        copy_to(self._connection, path, progress)

    def ledger(self) -> Ledger | None:
        """See `LogReader.ledger`."""
        return ledger_of(self._connection)

    def bus(self) -> str | None:
        """See `LogReader.bus`."""
        return bus_of(self._connection)

    def offsets(self, bus: str) -> dict[int, int]:
        """See `LogReader.offsets`."""
        return offsets_of(self._connection, bus)

    def buses(self) -> set[str]:
        """See `LogReader.buses`."""
        return {bus for (bus,) in self._connection.execute("SELECT DISTINCT bus FROM offsets").fetchall()}

    def data_version(self) -> int:
        """See `LogReader.data_version`."""
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])


@dataclass(frozen=True, slots=True)
class LogFile(StoredLog):
    """The log in a file; `cache_mib` as `sqlite.connect` takes it."""

    path: Path
    cache_mib: int = 2

    def exists(self) -> bool:
        """See `StoredLog.exists`."""
        if not self.path.exists():
            return False
        with closing(sqlite.connect(self.path, read_only=True)) as connection:
            return version_of(connection) != 0

    def absence(self) -> str | None:
        """See `StoredLog.absence`."""
        try:
            self.open().close()
        except NotMadeYet as fault:
            return str(fault)
        return None

    def ledger(self) -> Ledger | None:
        """See `StoredLog.ledger`."""
        with suppress(StorageFault), closing(sqlite.connect(self.path, read_only=True)) as connection:
            return ledger_of(connection)
        return None

    def forget_sought(self, *erasures: int) -> bool:
        """See `StoredLog.forget_sought`."""
        with closing(sqlite.connect(self.path)) as connection:
            return forget_sought(connection, erasures)

    def open(self) -> SqliteLogReader:
        """See `StoredLog.open`."""
        return SqliteLogReader(self.path, cache_mib=self.cache_mib)
