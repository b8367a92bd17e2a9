"""A log of an earlier version: its entries copied into the tables of today, its identities folded anew from them."""

import os
from collections.abc import Callable
from pathlib import Path

from ledger import sqlite
from ledger.events import types
from ledger.events.data import BROKEN, data_of
from ledger.log.entry import unpack_headers
from ledger.log.sqlite.identities_anew import fold_identities
from ledger.storage import StorageFault

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

_AS_THEY_WERE = (
    "INSERT INTO contacts (contact, id, phone, user_id) SELECT contact, id, phone, user_id FROM contacts_before",
    "INSERT INTO phones (phone, contact, since) SELECT phone, contact, position FROM phones_before"
    " WHERE EXISTS (SELECT 1 FROM contacts_before AS known"
    " WHERE known.contact = phones_before.contact AND known.phone = phones_before.phone)",
    "INSERT INTO user_ids (user_id, contact, since) SELECT user_id, contact, position FROM user_ids_before"
    " WHERE EXISTS (SELECT 1 FROM contacts_before AS known"
    " WHERE known.contact = user_ids_before.contact AND known.user_id = user_ids_before.user_id)",
    "INSERT INTO merges (absorbed, since, survivor) SELECT contact, absorbed_at, absorbed_by FROM contacts_before"
    " WHERE absorbed_by IS NOT NULL",
)
"""The identities as the earlier version kept them; a phone or user id that is not its contact's had been released."""

_ROOM = 2.6
"""Times the log's size that the copy takes beside it, with its WAL: 2.5 of 500,000 entries."""


def free_bytes(folder: Path) -> int:
    """What the disk of a folder has left for us."""
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize


def refuse_without_room(path: Path, free: Callable[[Path], int]) -> None:
    """Raises a StorageFault that passes where the disk has no room for the copy: it would fail each time."""
    needed, found = int(path.stat().st_size * _ROOM), free(path.parent)
    if found < needed:
        raise StorageFault(
            f"{path} is of an earlier version, and bringing it up to date needs {_mib(needed)} of free space on its"
            f" disk, which has {_mib(found)}: make room",
            kind="NO_ROOM",
            is_passing=True,
        )


def _mib(size: int) -> str:
    return f"{size / 2**20:,.1f} MiB"


def set_aside(connection: sqlite.Connection) -> None:
    """Entries and identities of the earlier version make way for the tables of today."""
    parts = connection.execute(
        "SELECT type, name FROM sqlite_schema WHERE tbl_name = 'entries' AND type <> 'table' AND sql IS NOT NULL"
    ).fetchall()
    for kind, name in parts:
        connection.execute(f"DROP {kind} {name}")
    for table in ("entries", *_IDENTITIES):
        connection.execute(f"ALTER TABLE {table} RENAME TO {table}_before")


def copy_entries(connection: sqlite.Connection) -> None:
    """Fill what version 4 has of each entry besides, from its source and its message, before there are indexes."""
    connection.create_function("kind_of", 1, lambda name: None if name is None else types.kind_of(name))
    connection.create_function("row_of", 2, _row_of)
    connection.create_function("ends_row", 2, _ends_row)
    connection.execute(_COPY)
    connection.execute(f"DROP TABLE {_BEFORE}")


def make_identities(connection: sqlite.Connection, until: int) -> None:
    """Fold the identities from the entries up to `until`; the tables that were set aside go.

    Where damage in an entry stops the fold, those that the earlier version kept go on, and `verify` says what is wrong.
    """
    connection.execute("SAVEPOINT identities")
    try:
        for _ in fold_identities(connection, until):
            pass  # verify says what of them is wrong
    except Exception as fault:  # nobody can foresee what a changed entry makes of the fold
        if isinstance(fault, StorageFault) and (fault.is_passing or fault.is_damage):
            raise
        connection.execute("ROLLBACK TO identities")
        for statement in _AS_THEY_WERE:
            connection.execute(statement)
    connection.execute("RELEASE identities")
    for table in _IDENTITIES:
        connection.execute(f"DROP TABLE IF EXISTS {table}_before")


def _row_of(headers: bytes | None, value: bytes | None) -> int | None:
    try:
        return data_of(unpack_headers(headers), value).row
    except BROKEN:  # headers that a disk has damaged: such a log must still open, for verify to name them
        return None


def _ends_row(headers: bytes | None, value: bytes | None) -> bool:
    try:
        data = data_of(unpack_headers(headers), value)
    except BROKEN:
        return False
    return data.row is not None and data.rowend
