"""The event log: append in one transaction with the bus offsets and the identities, and read back."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from os import urandom
from pathlib import Path

import msgspec
from msgspec.structs import astuple

from ledger import sqlite
from ledger.log import chain, undoing
from ledger.log.entry import NewEntry
from ledger.log.identities import Identities
from ledger.log.undoing import Refused, is_undone

VERSION = 2
"""Of the tables in a log's file, as schema.sql sets it: 2 has the index of undos."""

_SALT = 16
_LARGE_WAL = 16 * 2**20
_INSERT = (
    "INSERT INTO entries (position, recorded, stated, bus_time, type, reason, contact, contact_id, absorbed, skipped,"
    " raw_digest, source, message_id, key, headers, value, phone, user_id, detail, salt, commitment, hash)"
    " VALUES (?, ?, ?, ?, nullif(?, 0), nullif(?, 0), nullif(?, 0), nullif(?, 0), nullif(?, 0), ?,"
    " nullif(?, 0), nullif(?, 0), nullif(?, 0), nullif(?, 0), nullif(?, 0), nullif(?, 0), nullif(?, 0), nullif(?, 0),"
    " nullif(?, 0), ?, ?, ?)"
)
_listed = msgspec.json.Encoder().encode


class OffsetMoved(Exception):
    """Somebody else has appended from this bus meanwhile: seek to the log's offsets and poll again."""

    def __init__(self, expected: Mapping[int, int], found: Mapping[int, int]) -> None:
        super().__init__(f"the log's offsets are {dict(found)}, not {dict(expected)}")


@dataclass(frozen=True, slots=True)
class Head:
    """The log's newest entry; position 0 with the genesis hash when it is empty."""

    position: int
    hash: bytes
    recorded: int


class Taken(msgspec.Struct, frozen=True, gc=False):
    """An accepted entry that already has a (source, id): its raw message, to tell a redelivery from a reuse."""

    position: int
    headers: bytes | None
    value: bytes | None
    skipped: bool


class Batch:
    """An append under way, inside one transaction: look up, decide, add; all of it counts at commit or none."""

    def __init__(self, connection: sqlite.Connection, now: int, entropy: Callable[[int], bytes]) -> None:
        self._connection = connection
        self._entropy = entropy
        self.head = _head(connection)
        self.recorded = max(self.head.recorded, now)
        self.position = self.head.position
        self.identities = Identities()
        self._entries: list[NewEntry] = []
        self._newest: dict[int, int] = {}
        self._looked_through = 0

    def taken(self, names: Mapping[str, Sequence[str]]) -> dict[tuple[str, str], Taken]:
        """The accepted entries that already have one of these message ids, given by source; by (source, id)."""
        found = {}
        for source, ids in names.items():
            known = self._not_beyond_newest(source, ids)
            rows = self._connection.execute(
                "SELECT message_id, position, headers, value, skipped FROM entries WHERE reason IS NULL"
                " AND source = (SELECT source FROM sources WHERE name = ?)"
                " AND message_id IN (SELECT value FROM json_each(?))",
                (source, _listed(known).decode()),
            )
            for message_id, position, headers, value, skipped in rows:
                found[source, message_id] = Taken(position, headers, value, bool(skipped))
        return found

    def _not_beyond_newest(self, source: str, ids: Sequence[str]) -> list[str]:
        """The ids that can be there at all: an import's rise, so of a new batch none can (SQLite orders as we do)."""
        newest = self._connection.execute(
            "SELECT max(message_id) FROM entries WHERE reason IS NULL"
            " AND source = (SELECT source FROM sources WHERE name = ?)",
            (source,),
        ).fetchone()[0]
        return [] if newest is None else [message_id for message_id in ids if message_id <= newest]

    def rejected_names(self, names: Mapping[str, Sequence[str]]) -> set[tuple[str, str]]:
        """Those of the message ids, given by source, under which some message was rejected; as (source, id)."""
        found: set[tuple[str, str]] = set()
        if not self._connection.execute("SELECT EXISTS (SELECT 1 FROM entries WHERE reason IS NOT NULL)").fetchone()[0]:
            return found
        for source, ids in names.items():
            rows = self._connection.execute(
                "SELECT message_id FROM entries WHERE reason IS NOT NULL"
                " AND source = (SELECT source FROM sources WHERE name = ?)"
                " AND message_id IN (SELECT value FROM json_each(?))",
                (source, _listed(ids).decode()),
            )
            found.update((source, message_id) for (message_id,) in rows)
        return found

    def has_rejected(self, raw_digest: bytes) -> bool:
        """Whether this very message was rejected before."""
        query = "SELECT 1 FROM entries WHERE raw_digest = ? AND reason IS NOT NULL"
        return self._connection.execute(query, (raw_digest,)).fetchone() is not None

    def newest(self, contact: int) -> int:
        """The position of a contact's newest event, those of this batch among them (skipped ones are none); 0: none.

        An undo or a redo of an import that had some is one too (R32).
        """
        for number in range(self._looked_through, len(self._entries)):
            entry = self._entries[number]
            if entry.contact is not None and not entry.skipped:
                self._newest[entry.contact] = self.head.position + number + 1
        self._looked_through = len(self._entries)
        if contact not in self._newest:
            row = self._connection.execute(
                "SELECT position FROM entries WHERE contact = ? AND reason IS NULL AND skipped = 0"
                " ORDER BY position DESC LIMIT 1",
                (contact,),
            ).fetchone()
            position = row[0] if row else 0
            self._newest[contact] = undoing.newest_about(self._connection, contact, position) or position
        return self._newest[contact]

    def load_identities(self, phones: Iterable[str], user_ids: Iterable[str]) -> Identities:
        """The identities as they are before this batch, for the phones and user ids its messages name."""
        self.identities.load(self._connection, phones, user_ids)
        return self.identities

    def add(self, entry: NewEntry) -> int:
        """Give the entry the next position, and return it."""
        self._entries.append(entry)
        self.position += 1
        return self.position

    def undone(self, sources: Iterable[str]) -> set[str]:
        """Those of the sources, by name, whose import is undone."""
        return {name for name in sources if is_undone(self._connection, name)}

    def undo(self, source: str) -> None:
        """The entry that is added next undoes an import: release what only its events assert (R32).

        What was decided before is written; identities are to be loaded anew.
        """
        undoing.release(self._connection, source, self.position + 1)

    def redo(self, source: str) -> Refused:
        """The entry that is added next brings an import back: claim what its events assert; those that cannot.

        What was decided before is written; identities are to be loaded anew.
        """
        return undoing.claim(self._connection, source, self.position + 1)

    def has_events_of(self, source: str) -> bool:
        """Whether any message of this source was accepted, as far as it is written."""
        query = "SELECT 1 FROM entries WHERE source = (SELECT source FROM sources WHERE name = ?) AND reason IS NULL"
        return self._connection.execute(f"{query} LIMIT 1", (source,)).fetchone() is not None

    def write(self) -> None:
        """Write what was decided so far, for what comes to look it up; identities are to be loaded anew after that."""
        self._connection.executemany(_INSERT, self._rows())
        self.identities.store(self._connection)
        self._entries, self.identities = [], Identities()
        self._newest, self._looked_through = {}, 0

    def _rows(self) -> Iterator[tuple[object, ...]]:
        sources = self._source_numbers({entry.source for entry in self._entries if entry.source is not None})
        salts = self._entropy(_SALT * len(self._entries))
        previous, position, recorded = self.head.hash, self.head.position, self.recorded
        commit, link, blob = chain.commitment, chain.link, sqlite.blob
        for index, entry in enumerate(self._entries):
            position += 1
            salt = salts[index * _SALT : (index + 1) * _SALT]
            (bus_time, stated, type, reason, contact, contact_id, absorbed, skipped, raw_digest,
             source, message_id, key, headers, value, phone, user_id, detail) = astuple(entry)  # fmt: skip
            commitment = commit(salt, source, message_id, key, headers, value, phone, user_id, detail)
            previous = link(
                previous, commitment, position, recorded, stated, bus_time, contact, absorbed, skipped,
                type, reason, contact_id, raw_digest,
            )  # fmt: skip
            yield (
                position, recorded, stated, bus_time,
                0 if type is None else type,
                0 if reason is None else reason,
                0 if contact is None else contact,
                0 if contact_id is None else blob(contact_id),
                0 if absorbed is None else absorbed,
                skipped,
                0 if raw_digest is None else blob(raw_digest),
                0 if source is None else sources[source],
                0 if message_id is None else message_id,
                0 if key is None else blob(key),
                0 if headers is None else blob(headers),
                0 if value is None else blob(value),
                0 if phone is None else phone,
                0 if user_id is None else user_id,
                0 if detail is None else detail,
                blob(salt), blob(commitment), blob(previous),
            )  # fmt: skip
        self.head = Head(position, previous, recorded)

    def _source_numbers(self, names: set[str]) -> dict[str, int]:
        wanted = sorted(names)
        self._connection.executemany(
            "INSERT INTO sources (name) SELECT ?1 WHERE NOT EXISTS (SELECT 1 FROM sources WHERE name = ?1)",
            [(name,) for name in wanted],
        )
        rows = self._connection.execute(
            "SELECT name, source FROM sources WHERE name IN (SELECT value FROM json_each(?))",
            (_listed(wanted).decode(),),
        )
        return dict(rows.fetchall())


class EventLog:
    """The log's one writer. Owns the file's WAL; readers open it by `ledger.log.reader.LogReader`."""

    def __init__(
        self,
        path: Path,
        *,
        clock: Callable[[], int] = lambda: time.time_ns() // 1000,
        entropy: Callable[[int], bytes] = urandom,
        autocheckpoint_pages: int = 50_000,
    ) -> None:
        """Open or make the file. `clock` gives microseconds since the epoch; `entropy(n)` gives n random bytes."""
        self._path = path
        self._connection = sqlite.connect(path, cache_mib=24)
        self._clock = clock
        self._entropy = entropy
        self._connection.execute(f"PRAGMA wal_autocheckpoint = {autocheckpoint_pages}")
        if version_of(self._connection) < VERSION:
            with sqlite.transaction(self._connection):
                _bring_up_to_date(self._connection)

    def offsets(self, bus: str) -> dict[int, int]:
        """The next offset to take, by partition, of the bus with this id; empty for one never read."""
        return _offsets(self._connection, bus)

    def head(self) -> Head:
        """The newest entry."""
        return _head(self._connection)

    @contextmanager
    def appending(self, bus: str, expected: Mapping[int, int], following: Mapping[int, int]) -> Iterator[Batch]:
        """One transaction: `expected` are the offsets `offsets()` gave the caller, `following` those to store.

        Commits entries, identities and offsets together when the block ends; anything raised rolls all of it back.
        Raises OffsetMoved when the log's offsets are not the expected ones (compare-and-set, decision 2).
        """
        with sqlite.transaction(self._connection):
            found = _offsets(self._connection, bus)
            if any(found.get(partition) != expected.get(partition) for partition in following):
                raise OffsetMoved(expected, found)
            batch = Batch(self._connection, self._clock(), self._entropy)
            yield batch
            batch.write()
            self._connection.executemany(
                "INSERT INTO offsets (bus, partition, next) VALUES (?, ?, ?)"
                " ON CONFLICT (bus, partition) DO UPDATE SET next = excluded.next",
                [(bus, partition, following_offset) for partition, following_offset in following.items()],
            )

    def tidy(self) -> None:
        """Bring a large WAL into the file and empty it; for a moment when nothing waits to be appended."""
        sqlite.truncate_wal(self._connection, self._path, _LARGE_WAL)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def version_of(connection: sqlite.Connection) -> int:
    """The version of the tables in a log's file; 0 where there are none."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _bring_up_to_date(connection: sqlite.Connection) -> None:
    """Make the tables; in a file of version 1 just the index that it has not."""
    version = version_of(connection)
    for statement in _statements() if version < VERSION else ():
        if version == 0 or "entries_of_undoings" in statement or statement.lstrip().startswith("PRAGMA"):
            connection.execute(statement)


def _statements() -> Sequence[str]:
    script = files("ledger.log").joinpath("schema.sql").read_text(encoding="utf-8")
    statements, pending = [], ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite.driver.complete_statement(pending):
            statements.append(pending)
            pending = ""
    return statements


def schema_of(connection: sqlite.Connection) -> dict[str, str]:
    """Every table, index and trigger of a log by name, as it was declared."""
    query = "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL"
    return dict(connection.execute(query).fetchall())


def declared_schema() -> dict[str, str]:
    """What `schema_of` a log gives as this version makes it."""
    connection = sqlite.driver.connect(":memory:")
    try:
        for statement in _statements():
            connection.execute(statement)
        return schema_of(connection)
    finally:
        connection.close()


def _head(connection: sqlite.Connection) -> Head:
    row = connection.execute("SELECT position, hash, recorded FROM entries ORDER BY position DESC LIMIT 1").fetchone()
    return Head(*row) if row else Head(0, chain.GENESIS, 0)


def _offsets(connection: sqlite.Connection, bus: str) -> dict[int, int]:
    return dict(connection.execute("SELECT partition, next FROM offsets WHERE bus = ?", (bus,)).fetchall())
