"""Reading the log: in order, by contact, by message, and who is found by what. Short reads, never a held cursor."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from ledger import sqlite
from ledger.belonging import Ledger
from ledger.events import types
from ledger.events.identity import Known
from ledger.log.entry import Entry, Headers, phone_number, phone_text, unpack_headers
from ledger.log.head import Head
from ledger.log.identities import Identities
from ledger.log.sqlite.head import head
from ledger.log.sqlite.identities import holders, load
from ledger.log.sqlite.layouts import Layout, layouts_of
from ledger.log.sqlite.schema import VERSION, declared_schema, schema_of, version_of
from ledger.log.sqlite.undoing import components, named, touched, undoings
from ledger.log.sqlite.writer import _offsets, bus_of, ledger_of
from ledger.log.undo import Refused, Undoings, refused

_listed = msgspec.json.Encoder().encode
_AT_ONCE = 5_000
_COLUMNS = (
    "position, recorded, stated, bus_time, type, reason, contact, contact_id, absorbed, skipped, sources.name,"
    " message_id, key, headers, value, phone, user_id, detail, salt IS NULL"
)
_FROM = "FROM entries LEFT JOIN sources USING (source)"

FoldRow = tuple[
    int, int, int | None, str | None, str | None, int | None, bytes | None, int | None, int, int | None,
    bytes | None, bytes | None, int | None, str | None, int | None, int,
]  # fmt: skip
"""position, recorded, stated, type, reason, contact, contact_id, absorbed, skipped, import (its number), headers,
value, phone, user_id, row, row_end: the columns the fold needs, as they are stored."""

_FOLDED = (
    "position, recorded, stated, type, reason, contact, contact_id, absorbed, skipped, import, headers, value, phone,"
    " user_id, row, row_end"
)


def _entry(row: Any) -> Entry:
    (position, recorded, stated, bus_time, type, reason, contact, contact_id, absorbed, skipped, source,
     message_id, key, headers, value, phone, user_id, detail, is_erased) = row  # fmt: skip
    return Entry(
        position, recorded, stated, bus_time, type, reason, contact, contact_id, absorbed, bool(skipped), source,
        message_id, key, unpack_headers(headers), value, phone_text(phone), user_id, detail, bool(is_erased),
    )  # fmt: skip


def is_there(path: Path) -> bool:
    """Whether a log was made in this file, tables and all, and is up to date: its writer sees to that."""
    return absence(path) is None


def absence(path: Path) -> str | None:
    """Why there is no log to be read in this file, as a sentence; None where there is one."""
    version = 0
    if path.exists():
        connection = sqlite.connect(path, read_only=True)
        try:
            version = version_of(connection)
        finally:
            connection.close()
    if version == 0:
        return "there is no event log yet: start the consumer (`contacts serve`)"
    if version < VERSION:
        return "the event log is of an earlier version: the consumer (`contacts serve`) brings it up to date"
    return None


class LogReader:
    """A read-only view of the log that follows it as it grows. Use from one thread at a time."""

    def __init__(self, path: Path, *, cache_mib: int = 2) -> None:
        """Open the file; raises StorageFault while no log was made there yet."""
        self.path = path
        self._connection = sqlite.connect(path, read_only=True, cache_mib=cache_mib)
        self._place = sqlite.Place(path)

    def lost(self) -> Path | None:
        """The name that no longer leads to the log's file, because it was deleted or replaced; None: all is well."""
        return self._place.lost()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def freeze(self) -> Head:
        """From now until it is closed, see the log as it is now; the newest entry. The log's WAL grows meanwhile."""
        self._connection.execute("BEGIN")
        return self.head()

    def head(self) -> Head:
        """The newest entry."""
        return head(self._connection)

    def head_at(self, position: int) -> Head | None:
        """The entry at `position` as a head (position 0: the empty log's); None beyond the end."""
        if position == 0:
            return Head(0, bytes(32), 0)
        query = "SELECT position, hash, recorded FROM entries WHERE position = ?"
        row = self._connection.execute(query, (position,)).fetchone()
        return Head(*row) if row else None

    def ledger(self) -> Ledger | None:
        """Whose log this is; None for one that does not say so."""
        return ledger_of(self._connection)

    def bus(self) -> str | None:
        """The id of the bus that this log takes from; None before it has adopted its first."""
        return bus_of(self._connection)

    def layouts(self) -> list[Layout]:
        """Which columns the hashes of its entries cover, from which position on."""
        return layouts_of(self._connection)

    def offsets(self, bus: str) -> dict[int, int]:
        """The next offset to take, by partition, of the bus with this id."""
        return _offsets(self._connection, bus)

    def altered(self) -> list[str]:
        """Names of the tables, indexes and triggers that are not as they were made: missing, changed or added."""
        found, declared = schema_of(self._connection), declared_schema()
        return sorted(name for name in found.keys() | declared.keys() if found.get(name) != declared.get(name))

    def damage(self) -> list[str]:
        """What is wrong with the pages of the file, each with the table or index it is in."""
        return sqlite.damage(self._connection)

    def data_version(self) -> int:
        """Changes when another connection has written to the file: a cheap question to ask often."""
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    def fold_page(self, after: int, limit: int, until: int | None = None) -> list[FoldRow]:
        """Up to `limit` rows for the fold after position `after`, not beyond `until`."""
        return self._connection.execute(
            f"SELECT {_FOLDED} FROM entries WHERE position > ? AND position <= ? ORDER BY position LIMIT ?",
            (after, 2**62 if until is None else until, limit),
        ).fetchall()

    def fold_rows_about(self, contacts: Iterable[int], until: int) -> list[FoldRow]:
        """The accepted entries about these contacts up to position `until`, in log order, for the fold."""
        return self._connection.execute(
            f"SELECT {_FOLDED} FROM entries WHERE contact IN (SELECT value FROM json_each(?)) AND reason IS NULL"
            " AND position <= ? ORDER BY position",
            (_listed(sorted(contacts)).decode(), until),
        ).fetchall()

    def next_undoing(self, after: int) -> int | None:
        """The position of the first undo or redo of an import after position `after`."""
        row = self._connection.execute(
            "SELECT min(position) FROM entries INDEXED BY entries_of_undoings"
            " WHERE type IN ('ImportUndone', 'ImportRedone') AND reason IS NULL AND position > ?",
            (after,),
        ).fetchone()
        return None if row[0] is None else int(row[0])

    def undoings(self, until: int) -> Undoings:
        """Every undo and redo of an import by position `until`."""
        return undoings(self._connection, until)

    def touched(self, source: int, until: int) -> list[int]:
        """The contacts that the source's events before position `until` are about, as they were merged by then."""
        return touched(self._connection, source, until)

    def components(self, contacts: Iterable[int]) -> dict[int, int]:
        """Every contact ever merged with one of these, and each of these, with the one that survives of it."""
        return components(self._connection, contacts)

    def messages_of_source(
        self, name: str, first_id: str, reasons: Collection[str]
    ) -> Iterator[tuple[str, Headers, bytes]]:
        """The messages of a source from the message id `first_id` on, accepted or rejected for one of these reasons.

        Of each its id, headers and value; those that were erased are left out.
        """
        listed = ", ".join("?" * len(reasons))
        for where, given in (("reason IS NULL", ()), (f"reason IS NOT NULL AND reason IN ({listed})", tuple(reasons))):
            last: tuple[str, int] = (first_id, 0)
            while rows := self._connection.execute(
                "SELECT message_id, position, headers, value FROM entries"
                " WHERE source = (SELECT source FROM sources WHERE name = ?) AND (message_id, position) > (?, ?)"
                f" AND {where} ORDER BY message_id, position LIMIT ?",
                (name, *last, *given, _AT_ONCE),
            ).fetchall():
                yield from ((id, unpack_headers(head), value) for id, _, head, value in rows if value is not None)
                last = rows[-1][:2]

    def source_number(self, name: str | None) -> int | None:
        """The number under which the log keeps this source; None where no message has it."""
        row = self._connection.execute("SELECT source FROM sources WHERE name = ?", (name,)).fetchone()
        return None if row is None else int(row[0])

    def source_name(self, number: int) -> str:
        """The source that the log keeps under this number."""
        row = self._connection.execute("SELECT name FROM sources WHERE source = ?", (number,)).fetchone()
        return str(row[0])

    def sources_beginning(self, start: str) -> list[str]:
        """The sources whose names begin so, in order."""
        rows = self._connection.execute("SELECT name FROM sources WHERE name GLOB ? || '*' ORDER BY name", (start,))
        return [name for (name,) in rows]

    def merges(self, until: int) -> list[tuple[int, int]]:
        """(merged away, merged into) of every merge by position `until`."""
        query = "SELECT absorbed, contact FROM entries WHERE absorbed IS NOT NULL AND +position <= ?"  # by the index
        return self._connection.execute(query, (until,)).fetchall()

    def contact_count(self, until: int) -> int:
        """How many contacts the entries up to position `until` made, merged away since or not."""
        return int(self._connection.execute("SELECT count(*) FROM contacts WHERE contact <= ?", (until,)).fetchone()[0])

    def every_nth_contact(self, count: int, until: int) -> list[int]:
        """The numbers of the contacts made by position `until`, in order, but only one in `count`."""
        query = "SELECT contact FROM contacts WHERE contact > ? AND contact <= ? ORDER BY contact LIMIT 1 OFFSET ?"
        found, last = [], 0
        while row := self._connection.execute(query, (last, until, count - 1)).fetchone():
            last = row[0]
            found.append(last)
        return found

    def rules_at(self, position: int) -> str | None:
        """The name of the rules that the entry at this position was decided by; None where that was not noted."""
        query = "SELECT name FROM rules WHERE since <= ? ORDER BY since DESC LIMIT 1"
        row = self._connection.execute(query, (position,)).fetchone()
        return None if row is None else str(row[0])

    def positions(self, after: int, limit: int) -> list[int]:
        """The positions of up to `limit` entries after position `after`."""
        rows = self._connection.execute(
            "SELECT position FROM entries WHERE position > ? ORDER BY position LIMIT ?", (after, limit)
        )
        return [position for (position,) in rows]

    def proof_page(self, after: int, limit: int, until: int = 2**62) -> list[tuple[Any, ...]]:
        """Every column of up to `limit` entries, in the order of the table, source as its name: for `verify`.

        Last comes the source's number, as the entry has it.
        """
        return self._connection.execute(
            "SELECT position, recorded, stated, bus_time, type, reason, contact, contact_id, absorbed, skipped,"
            " raw_digest, kind, import, row, row_end, sources.name, message_id, key, headers, value, phone, user_id,"
            f" detail, salt, commitment, hash, source {_FROM} WHERE position > ? AND position <= ?"
            " ORDER BY position LIMIT ?",
            (after, until, limit),
        ).fetchall()

    def read(self, after: int, limit: int) -> list[Entry]:
        """Up to `limit` entries after position `after`, in order."""
        query = f"SELECT {_COLUMNS} {_FROM} WHERE position > ? ORDER BY position LIMIT ?"
        return [_entry(row) for row in self._connection.execute(query, (after, limit)).fetchall()]

    def by_contact(self, contacts: Iterable[int], until: int | None = None) -> Iterator[Entry]:
        """The accepted entries about any of these contacts, in log order, not beyond `until`."""
        query = (
            f"SELECT {_COLUMNS} {_FROM} WHERE contact IN (SELECT value FROM json_each(?)) AND reason IS NULL"
            " AND position > ? AND position <= ? ORDER BY position LIMIT 500"
        )
        wanted, after = _listed(list(contacts)).decode(), 0
        while rows := self._connection.execute(query, (wanted, after, 2**62 if until is None else until)).fetchall():
            yield from map(_entry, rows)
            after = rows[-1][0]

    def by_message(self, source: str, message_id: str) -> Entry | None:
        """The accepted entry of this (source, id)."""
        query = (
            f"SELECT {_COLUMNS} {_FROM} WHERE source = (SELECT source FROM sources WHERE name = ?) AND message_id = ?"
            " AND reason IS NULL"
        )
        row = self._connection.execute(query, (source, message_id)).fetchone()
        return _entry(row) if row else None

    def by_message_id(self, message_id: str, source: str | None = None) -> Entry | None:
        """The entry of a message: the accepted one, else the one rejected last.

        `source` None: a message that a call of this deployment sent, under whichever of its sources.
        """
        names, value = ("name = ?", source) if source is not None else ("name GLOB ?", types.CALLS + "*")
        for condition in ("reason IS NULL", "reason IS NOT NULL"):
            row = self._connection.execute(
                f"SELECT {_COLUMNS} {_FROM} WHERE source IN (SELECT source FROM sources WHERE {names})"
                f" AND message_id = ? AND {condition} ORDER BY position DESC LIMIT 1",
                (value, message_id),
            ).fetchone()
            if row:
                return _entry(row)
        return None

    def messages_among(self, source: str, message_ids: Sequence[str]) -> set[str]:
        """Those of the messages that there is an entry of, accepted or rejected."""
        found: set[str] = set()
        for condition in ("reason IS NULL", "reason IS NOT NULL"):
            rows = self._connection.execute(
                "SELECT message_id FROM entries WHERE source = (SELECT source FROM sources WHERE name = ?)"
                f" AND message_id IN (SELECT value FROM json_each(?)) AND {condition}",
                (source, _listed(message_ids).decode()),
            )
            found.update(message_id for (message_id,) in rows)
        return found

    def refused(self, position: int) -> Refused:
        """The events that the redo at this position could not bring back."""
        entry = self.entry(position)
        return Refused() if entry is None or entry.detail is None else refused(entry.detail)

    def message_ids(self, positions: Iterable[int]) -> list[tuple[int, str]]:
        """(position, message id) of these entries, as far as they are not erased."""
        return self._connection.execute(
            "SELECT position, message_id FROM entries WHERE position IN (SELECT value FROM json_each(?))"
            " AND message_id IS NOT NULL",
            (_listed(list(positions)).decode(),),
        ).fetchall()

    def rejected(self, after: int, limit: int) -> list[Entry]:
        """Up to `limit` rejected messages after position `after`, in order."""
        query = f"SELECT {_COLUMNS} {_FROM} WHERE reason IS NOT NULL AND position > ? ORDER BY position LIMIT ?"
        return [_entry(row) for row in self._connection.execute(query, (after, limit)).fetchall()]

    def rejected_count(self) -> int:
        """How many messages were rejected."""
        return int(self._connection.execute("SELECT count(*) FROM entries WHERE reason IS NOT NULL").fetchone()[0])

    def count_rejected(self, reason: str, after: int, until: int) -> int:
        """How many messages were rejected for this reason after position `after` and up to `until`.

        Of the rejected messages only those in between are looked at.
        """
        query = (
            "SELECT count(*) FROM entries INDEXED BY entries_rejected"
            " WHERE reason IS NOT NULL AND position > ? AND position <= ? AND reason = ?"
        )
        return int(self._connection.execute(query, (after, until, reason)).fetchone()[0])

    def entry(self, position: int) -> Entry | None:
        """The entry at this position."""
        rows = self.read(position - 1, 1)
        return rows[0] if rows and rows[0].position == position else None

    def position_at(self, moment: int) -> int:
        """The newest position recorded at or before `moment` (microseconds); 0 when there is none (R29).

        Recorded times never go back along the log, so it is a binary search.
        """
        low, high = 0, self.head().position
        while low < high:
            middle = (low + high + 1) // 2
            query = "SELECT recorded FROM entries WHERE position = ?"
            if self._connection.execute(query, (middle,)).fetchone()[0] <= moment:
                low = middle
            else:
                high = middle - 1
        return low

    def holders(self, phones: Iterable[str], user_ids: Iterable[str]) -> list[Known]:
        """The contacts that hold one of these phones (E.164) or user ids now."""
        return holders(self._connection, phones, user_ids)

    def holder_of_phone(self, phone: str) -> Known | None:
        """Which contact this phone (E.164) finds now."""
        known = self.last_holder_of_phone(phone)
        return known if known is not None and known.phone == phone else None

    def last_holder_of_phone(self, phone: str) -> Known | None:
        """Which contact this phone (E.164) finds now or, when an undo has released it, found last."""
        return self._holder("phones", "phone", int(phone))

    def holders_of_phones(self, phones: Iterable[str]) -> dict[str, int]:
        """The number of the contact that each of these phones (E.164) finds now, as far as they find any."""
        rows = self._connection.execute(
            "SELECT phones.phone, contact FROM phones JOIN contacts USING (contact)"
            " WHERE phones.phone IN (SELECT value FROM json_each(?)) AND contacts.phone = phones.phone",
            (_listed([int(phone) for phone in phones]).decode(),),
        )
        return {f"+{phone}": contact for phone, contact in rows}

    def known(self, phones: Iterable[str], user_ids: Iterable[str]) -> Identities:
        """Who holds these phones (E.164) and user ids now, as the append would load them for a decision."""
        found = Identities()
        load(self._connection, found, phones, user_ids)
        return found

    def holder_of_user_id(self, user_id: str) -> Known | None:
        """Which contact this user id finds now."""
        known = self.last_holder_of_user_id(user_id)
        return known if known is not None and known.user_id == user_id else None

    def last_holder_of_user_id(self, user_id: str) -> Known | None:
        """Which contact this user id finds now or, when an undo has released it, found last."""
        return self._holder("user_ids", "user_id", user_id)

    def _holder(self, table: str, column: str, value: object) -> Known | None:
        row = self._connection.execute(
            f"SELECT contacts.contact, contacts.phone, contacts.user_id FROM {table} JOIN contacts USING (contact)"
            f" WHERE {table}.{column} = ?",
            (value,),
        ).fetchone()
        return Known(row[0], phone_text(row[1]), row[2]) if row else None

    def contact_of_id(self, public_id: str) -> int | None:
        """The number of the contact with this public id, merged away or not."""
        try:
            wanted = UUID(public_id).bytes
        except ValueError:
            return None
        row = self._connection.execute("SELECT contact FROM contacts WHERE id = ?", (wanted,)).fetchone()
        return row[0] if row else None

    def named_by_undone(self, phone: str | None, user_id: str | None, until: int) -> list[int]:
        """The contacts that may have had this phone (E.164) or user id at position `until`, and lost it by an undo."""
        return named(self._connection, phone_number(phone), user_id, until)

    def is_gone(self, contact: int) -> bool:
        """Whether nothing finds this contact: an undo has released all that did (R32)."""
        query = "SELECT phone IS NULL AND user_id IS NULL AND absorbed_by IS NULL FROM contacts WHERE contact = ?"
        row = self._connection.execute(query, (contact,)).fetchone()
        return row is not None and bool(row[0])

    def ids(self, contacts: Iterable[int]) -> dict[int, bytes]:
        """The ids of these contacts, merged away or not, by number."""
        rows = self._connection.execute(
            "SELECT contact, id FROM contacts WHERE contact IN (SELECT value FROM json_each(?))",
            (_listed(list(contacts)).decode(),),
        )
        return dict(rows.fetchall())

    def component(self, contact: int) -> tuple[int, ...]:
        """All contacts ever merged with this one, itself among them, the surviving one first."""
        root = contact
        query = "SELECT absorbed_by FROM contacts WHERE contact = ?"
        while (row := self._connection.execute(query, (root,)).fetchone()) and row[0] is not None:
            root = row[0]
        members = self._connection.execute(
            "WITH RECURSIVE member (contact) AS (VALUES (?) UNION SELECT contacts.contact FROM contacts"
            " JOIN member ON contacts.absorbed_by = member.contact) SELECT contact FROM member",
            (root,),
        ).fetchall()
        return tuple(member for (member,) in members)

    def identities(self, after: int, limit: int) -> list[tuple[int, bytes, int | None, str | None]]:
        """(contact, id, phone, user id) of up to `limit` contacts that somebody finds by these, by number."""
        return self._connection.execute(
            "SELECT contact, id, phone, user_id FROM contacts WHERE contact > ?"
            " AND (phone IS NOT NULL OR user_id IS NOT NULL) ORDER BY contact LIMIT ?",
            (after, limit),
        ).fetchall()

    def dangling_identities(self) -> list[int]:
        """Positions of bindings that their contact does not have, or that are missing: none in a sound log.

        A binding that an undo released names that undo.
        """
        released = "SELECT position FROM entries WHERE type = 'ImportUndone' AND reason IS NULL"
        rows = self._connection.execute(
            "SELECT position FROM phones LEFT JOIN contacts USING (contact) WHERE contacts.phone IS NOT phones.phone"
            f" AND position NOT IN ({released})"
            " UNION ALL SELECT position FROM user_ids LEFT JOIN contacts USING (contact)"
            f" WHERE contacts.user_id IS NOT user_ids.user_id AND position NOT IN ({released})"
            " UNION ALL SELECT contact FROM contacts WHERE phone IS NOT NULL AND NOT EXISTS"
            " (SELECT 1 FROM phones WHERE phones.phone = contacts.phone AND phones.contact = contacts.contact)"
            " UNION ALL SELECT contact FROM contacts WHERE user_id IS NOT NULL AND NOT EXISTS"
            " (SELECT 1 FROM user_ids WHERE user_ids.user_id = contacts.user_id"
            " AND user_ids.contact = contacts.contact)"
            " UNION ALL SELECT entries.position FROM entries JOIN contacts ON contacts.contact = absorbed"
            " WHERE absorbed IS NOT NULL AND absorbed_by IS NOT entries.contact"
            " UNION ALL SELECT contact FROM contacts WHERE absorbed_by IS NOT NULL AND NOT EXISTS"
            " (SELECT 1 FROM entries WHERE absorbed = contacts.contact AND entries.contact = absorbed_by)"
        ).fetchall()
        return [position for (position,) in rows]
