"""From decided entries to rows of the log: numbered, salted, chained, and written."""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

import msgspec
from msgspec.structs import astuple

from ledger import sqlite
from ledger.events import types
from ledger.log import chain
from ledger.log.entry import NewEntry
from ledger.log.head import Head
from ledger.log.sqlite.layouts import chained_to
from ledger.many_rows import ManyRows
from ledger.sqlite import or_null

_SALT = 16
_COMMON = (
    "position, recorded, stated, bus_time, type, contact, contact_id, skipped, source, message_id, key, headers, value,"
    " phone, user_id, salt, commitment, hash, kind"
)
_COMMON_ROW = (
    "?, ?, ?, ?, ?, ?, nullif(?, 0), ?, ?, ?, nullif(?, 0), nullif(?, 0), ?, nullif(?, 0), nullif(?, 0), ?, ?, ?"
)
_COMMON_OF = {kind: ManyRows(f"entries ({_COMMON})", f"({_COMMON_ROW}, '{kind}')") for kind in types.KINDS}
_COMMON_OF[types.IMPORT] = ManyRows(
    f"entries ({_COMMON}, import, row, row_end)", f"({_COMMON_ROW}, '{types.IMPORT}', ?, nullif(?, -1), ?)"
)
"""By the kind of the source: what is the same in all messages of a kind is written into the statement."""

_ANY = ManyRows(
    "entries (position, recorded, stated, bus_time, type, reason, contact, contact_id, absorbed, skipped,"
    " raw_digest, kind, import, row, row_end, source, message_id, key, headers, value, phone, user_id, detail, salt,"
    " commitment, hash)",
    "(?, ?, ?, ?, nullif(?, 0), nullif(?, 0), nullif(?, 0), nullif(?, 0), nullif(?, 0), ?,"
    " nullif(?, 0), nullif(?, 0), nullif(?, 0), nullif(?, -1), ?, nullif(?, 0), nullif(?, 0), nullif(?, 0),"
    " nullif(?, 0), nullif(?, 0), nullif(?, 0), nullif(?, 0), nullif(?, 0), ?, ?, ?)",
)
_listed = msgspec.json.Encoder().encode

_Parameters = tuple[object, ...]


def write(
    connection: sqlite.Connection,
    entries: Sequence[NewEntry],
    head: Head,
    recorded: int,
    entropy: Callable[[int], bytes],
) -> Head:
    """Write the entries behind `head`, in their order; gives the new head. `entropy(n)` gives n random bytes."""
    if not entries:
        return head
    rows = _Rows(
        head, chained_to(connection, head), recorded, entropy(_SALT * len(entries)), _sources(connection, entries)
    )
    for kind, run in groupby(entries, key=rows.common_kind):
        if kind is None:
            _ANY.insert(connection, map(rows.any, run))
        else:
            _COMMON_OF[kind].insert(connection, map(rows.common, run))
    return Head(rows.position, rows.hash, recorded)


class _Source(NamedTuple):
    """What a row keeps of its message's source: its number, its kind, and the number again where it is an import's."""

    number: int | None
    kind: str | None
    import_number: int | None


_NO_SOURCE = _Source(None, None, None)


class _Rows:
    """Gives one entry after the other its place in the chain, and makes the parameters of its row.

    The driver binds `bytearray` at once, and NULL through `nullif` (`ledger.sqlite.blob` says why).
    """

    def __init__(
        self, head: Head, chained_to: bytes, recorded: int, salts: bytes, sources: Mapping[str | None, _Source]
    ) -> None:
        self.position = head.position
        self.hash = chained_to
        self._recorded = recorded
        cut = bytearray(salts)
        self._salts = (cut[start : start + _SALT] for start in range(0, len(cut), _SALT))
        self._sources = sources

    def common_kind(self, entry: NewEntry) -> str | None:
        """The kind of an accepted message's source that is about a contact, as nearly all are; None of any other.

        Which columns of its row are NULL is known.
        """
        if (
            entry.reason is None
            and entry.contact is not None
            and entry.absorbed is None
            and entry.detail is None
            and entry.raw_digest is None
        ):
            return self._sources[entry.source].kind
        return None

    def common(self, entry: NewEntry) -> _Parameters:
        """The parameters of a statement of `_COMMON_OF`. As `any` makes them, but spelled out: nearly all come here."""
        (bus_time, stated, type, reason, contact, contact_id, absorbed, skipped, raw_digest,
         source, message_id, key, headers, value, phone, user_id, detail, row, row_end) = astuple(entry)  # fmt: skip
        number, kind, import_number = self._sources[source]
        salt, recorded = next(self._salts), self._recorded
        self.position = position = self.position + 1
        committed = chain.commitment(salt, source, message_id, key, headers, value, phone, user_id, detail)
        self.hash = hash = chain.link(
            self.hash, committed, position, recorded, stated, bus_time, contact, absorbed, skipped,
            type, reason, contact_id, raw_digest, kind, import_number, row, row_end,
        )  # fmt: skip
        found = (
            position,
            recorded,
            stated,
            bus_time,
            type,
            contact,
            0 if contact_id is None else bytearray(contact_id),
            skipped,
            number,
            message_id,
            0 if key is None else bytearray(key),
            0 if headers is None else bytearray(headers),
            bytearray(value or b""),
            phone or 0,
            user_id or 0,
            salt,
            bytearray(committed),
            bytearray(hash),
        )
        return found if import_number is None else (*found, import_number, -1 if row is None else row, row_end)

    def any(self, entry: NewEntry) -> _Parameters:
        """The parameters of `_ANY`."""
        source = self._sources.get(entry.source, _NO_SOURCE)
        salt, commitment = self._chain(entry, source.kind, source.import_number)
        return (
            self.position,
            self._recorded,
            entry.stated,
            entry.bus_time,
            or_null(entry.type),
            or_null(entry.reason),
            or_null(entry.contact),
            or_null(entry.contact_id),
            or_null(entry.absorbed),
            entry.skipped,
            or_null(entry.raw_digest),
            or_null(source.kind),
            or_null(source.import_number),
            -1 if entry.row is None else entry.row,
            entry.row_end,
            or_null(source.number),
            or_null(entry.message_id),
            or_null(entry.key),
            or_null(entry.headers),
            or_null(entry.value),
            or_null(entry.phone),
            or_null(entry.user_id),
            or_null(entry.detail),
            salt,
            commitment,
            bytearray(self.hash),
        )

    def _chain(self, entry: NewEntry, kind: str | None, import_number: int | None) -> tuple[bytearray, bytearray]:
        """Put the entry behind the one before it: its salt and its commitment."""
        (bus_time, stated, type, reason, contact, contact_id, absorbed, skipped, raw_digest,
         source, message_id, key, headers, value, phone, user_id, detail, row, row_end) = astuple(entry)  # fmt: skip
        salt = next(self._salts)
        self.position += 1
        commitment = chain.commitment(salt, source, message_id, key, headers, value, phone, user_id, detail)
        self.hash = chain.link(
            self.hash, commitment, self.position, self._recorded, stated, bus_time, contact, absorbed, skipped,
            type, reason, contact_id, raw_digest, kind, import_number, row, row_end,
        )  # fmt: skip
        return salt, bytearray(commitment)


def _sources(connection: sqlite.Connection, entries: Sequence[NewEntry]) -> dict[str | None, _Source]:
    """The sources that the entries come from, by name; new ones get a number."""
    wanted = sorted({entry.source for entry in entries if entry.source is not None})
    connection.executemany(
        "INSERT INTO sources (name) SELECT ?1 WHERE NOT EXISTS (SELECT 1 FROM sources WHERE name = ?1)",
        [(name,) for name in wanted],
    )
    rows = connection.execute(
        "SELECT name, source FROM sources WHERE name IN (SELECT value FROM json_each(?))", (_listed(wanted).decode(),)
    )
    return {None: _NO_SOURCE} | {name: _source(name, number) for name, number in rows}


def _source(name: str, number: int) -> _Source:
    return _Source(number, types.kind_of(name), number if name.startswith(types.IMPORTS) else None)
