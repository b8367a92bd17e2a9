"""The tables of a log's file: made, brought up to date from an earlier version, compared with how they were made."""

import re
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path

from ledger import sqlite
from ledger.log.sqlite import earlier, layouts
from ledger.log.sqlite.head import head
from ledger.wal import Wal

VERSION = 11
"""As schema.sql sets it: 2 has the index of undos, 3 the seal and whose log it is, 4 an entry's kind, import and row,
and since when and until when a contact had its phone, its user id, or was merged, 5 the index of rejected messages, 6
those of the entries that settle them, 7 the erased contacts and the indexes that an erasure looks in, 8 the index of
merges and splits by hand, 9 whom unfinished erasures look for, 10 who is kept out and the index of readmissions, 11
changed numbers in the index of merges."""

_WITH_TODAYS_COLUMNS = 4
"""From this version on entries and identities have the columns of today: only what is missing is added."""

_created = re.compile(r"(?:\s|--.*\n)*CREATE (?:UNIQUE )?(?:TABLE|INDEX|TRIGGER) (\w+)").match
"""Finds the name of what a statement of schema.sql makes; None for one that makes nothing."""


def version_of(connection: sqlite.Connection) -> int:
    """The version of the tables in a log's file; 0 where there are none."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


class Newer(Exception):
    """The tables are of a version that this program does not know."""


def bring_up_to_date(
    connection: sqlite.Connection,
    path: Path,
    then: Callable[[], None],
    free: Callable[[Path], int] = earlier.free_bytes,
) -> None:
    """Make the tables, in one transaction; in a file of an earlier version what it has not. `then` is called in it.

    From version 4 on only indexes and tables are added, or an index is made anew, which reads the entries once. The
    entries of an earlier version are copied, if its disk has the room for that, of which `free` gives the bytes. Their
    hashes stay. The identities are folded anew from them. The WAL, as large as the log meanwhile, is cut afterwards.

    Raises Newer, and a StorageFault that passes where there is no room.
    """
    found = version_of(connection)
    if found > VERSION:
        raise Newer
    if found == VERSION:
        return
    if 0 < found < _WITH_TODAYS_COLUMNS:
        earlier.refuse_without_room(path, free)
    try:
        with sqlite.transaction(connection):
            _make_what_is_missing(connection, then)
    finally:
        Wal(path, 0).make_room(connection)


def _make_what_is_missing(connection: sqlite.Connection, then: Callable[[], None]) -> None:
    found = version_of(connection)
    if found == VERSION:
        return  # another writer has made it meanwhile
    is_copied = found < _WITH_TODAYS_COLUMNS and "entries" in schema_of(connection)
    if is_copied:
        earlier.set_aside(connection)
    there = _without_old_indexes(connection)
    for statement in _statements():
        made = _created(statement)
        if made is None or made[1] not in there:
            connection.execute(statement)
        if made is not None and made[1] == "entries" and is_copied:
            earlier.copy_entries(connection)
    if found >= _WITH_TODAYS_COLUMNS:
        return
    connection.execute("INSERT OR IGNORE INTO ledger (only) VALUES (1)")
    layouts.begin(connection)
    earlier.make_identities(connection, head(connection).position)
    then()


def _without_old_indexes(connection: sqlite.Connection) -> dict[str, str]:
    """What there is, as `schema_of` has it, once the indexes are gone that an earlier version declared otherwise."""
    there, declared = schema_of(connection), declared_schema()
    for name, sql in there.items():
        if sql.startswith("CREATE INDEX") and name in declared and declared[name] != sql:
            connection.execute(f"DROP INDEX {name}")
    return schema_of(connection)


def _statements() -> Sequence[str]:
    script = files("ledger.log.sqlite").joinpath("schema.sql").read_text(encoding="utf-8")
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
    connection = sqlite.in_memory()
    try:
        for statement in _statements():
            connection.execute(statement)
        return schema_of(connection)
    finally:
        connection.close()
