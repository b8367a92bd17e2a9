"""The tables of a log's file: made, brought up to date from an earlier version, compared with how they were made."""

import re
from collections.abc import Callable, Sequence
from importlib.resources import files

from ledger import sqlite
from ledger.events import types
from ledger.events.data import BROKEN, data_of
from ledger.log.entry import unpack_headers
from ledger.log.sqlite import layouts
from ledger.log.sqlite.head import head
from ledger.log.sqlite.identities_anew import fold_identities

VERSION = 5
"""As schema.sql sets it: 2 has the index of undos, 3 the seal and whose log it is, 4 an entry's kind, import and row,
and since when and until when a contact had its phone, its user id, or was merged, 5 the index of rejected messages."""

_WITH_TODAYS_COLUMNS = 4
"""From this version on entries and identities have the columns of today: only what is missing is added."""

_BEFORE = "entries_before"
_IDENTITIES = ("contacts", "phones", "user_ids")
_KEPT_AS_THEY_WERE = (
    "position, recorded, stated, bus_time, type, reason, contact, contact_id, absorbed, skipped, raw_digest, source,"
    " message_id, key, headers, value, phone, user_id, detail, salt, commitment, hash"
)
_COPY = f"""
INSERT INTO entries ({_KEPT_AS_THEY_WERE}, kind, import, row, row_end)
SELECT {_KEPT_AS_THEY_WERE}, kind_of(name), iif(is_import, source, NULL),
    iif(is_import, row_of(headers, value), NULL), iif(is_import, ends_row(headers, value), 0)
FROM (
    SELECT {_BEFORE}.*, name,
        name IS NOT NULL AND substr(name, 1, {len(types.IMPORTS)}) = '{types.IMPORTS}' AS is_import
    FROM {_BEFORE} LEFT JOIN sources USING (source)
) ORDER BY position
"""

_created = re.compile(r"(?:\s|--.*\n)*CREATE (?:UNIQUE )?(?:TABLE|INDEX|TRIGGER) (\w+)").match
"""Finds the name of what a statement of schema.sql makes; None for one that makes nothing."""


def version_of(connection: sqlite.Connection) -> int:
    """The version of the tables in a log's file; 0 where there are none."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


class Newer(Exception):
    """The tables are of a version that this program does not know."""


def bring_up_to_date(connection: sqlite.Connection, then: Callable[[], None]) -> None:
    """Make the tables, in one transaction; in a file of an earlier version what it has not. `then` is called in it.

    From version 4 on only indexes are added, which reads the entries once. The entries of an earlier version are
    copied: that takes 1.6 times the room of the log besides. Their hashes stay. The identities are folded anew from
    them. Raises Newer.
    """
    if version_of(connection) > VERSION:
        raise Newer
    if version_of(connection) == VERSION:
        return
    with sqlite.transaction(connection):
        found = version_of(connection)
        if found == VERSION:
            return
        if found < _WITH_TODAYS_COLUMNS and "entries" in schema_of(connection):
            _set_entries_aside(connection)
        there = schema_of(connection)
        for statement in _statements():
            made = _created(statement)
            if made is None or made[1] not in there:
                connection.execute(statement)
            if made is not None and made[1] == "entries" and _BEFORE in there:
                _copy_entries(connection)
        if found >= _WITH_TODAYS_COLUMNS:
            return
        connection.execute("INSERT OR IGNORE INTO ledger (only) VALUES (1)")
        layouts.begin(connection)
        for _ in fold_identities(connection, head(connection).position):
            pass  # verify says what of them is wrong
        then()


def _set_entries_aside(connection: sqlite.Connection) -> None:
    parts = connection.execute(
        "SELECT type, name FROM sqlite_schema WHERE tbl_name = 'entries' AND type <> 'table' AND sql IS NOT NULL"
    ).fetchall()
    for kind, name in parts:
        connection.execute(f"DROP {kind} {name}")
    for table in _IDENTITIES:
        connection.execute(f"DROP TABLE {table}")
    connection.execute(f"ALTER TABLE entries RENAME TO {_BEFORE}")


def _copy_entries(connection: sqlite.Connection) -> None:
    """Fill what version 4 has of each entry besides, from its source and its message, before there are indexes."""
    connection.create_function("kind_of", 1, lambda name: None if name is None else types.kind_of(name))
    connection.create_function("row_of", 2, _row_of)
    connection.create_function("ends_row", 2, _ends_row)
    connection.execute(_COPY)
    connection.execute(f"DROP TABLE {_BEFORE}")


def _row_of(headers: bytes | None, value: bytes | None) -> int | None:
    try:
        return data_of(unpack_headers(headers), value).row
    except (
        BROKEN
    ):  # headers that were damaged on the disk: a log that has some must still open, for verify to name them
        return None


def _ends_row(headers: bytes | None, value: bytes | None) -> bool:
    try:
        data = data_of(unpack_headers(headers), value)
    except BROKEN:
        return False
    return data.row is not None and data.rowend


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
