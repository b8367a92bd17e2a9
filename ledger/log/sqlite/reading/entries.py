"""Entries, read from a log's file."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from ledger.events import types
from ledger.log.entry import Entry, FoldRow, Headers, phone_text, unpack_headers
from ledger.log.head import Head
from ledger.log.questions import Entries
from ledger.log.sqlite.connected import Connected, listed
from ledger.log.sqlite.head import head

_AT_ONCE = 5_000
COLUMNS = (
    "position, recorded, stated, bus_time, type, reason, contact, contact_id, absorbed, skipped, sources.name,"
    " message_id, key, headers, value, phone, user_id, detail, salt IS NULL"
)
FROM = "FROM entries LEFT JOIN sources USING (source)"
FOLDED = (
    "position, recorded, stated, type, reason, contact, contact_id, absorbed, skipped, import, headers, value, phone,"
    " user_id, row, row_end, ifnull(source, import)"  # an erased row still says which import it was of
)


def entry_of(row: Any) -> Entry:
    """The entry of a row of `COLUMNS`."""
    (position, recorded, stated, bus_time, type, reason, contact, contact_id, absorbed, skipped, source,
     message_id, key, headers, value, phone, user_id, detail, is_erased) = row  # fmt: skip
    return Entry(
        position, recorded, stated, bus_time, type, reason, contact, contact_id, absorbed, bool(skipped), source,
        message_id, key, unpack_headers(headers), value, phone_text(phone), user_id, detail, bool(is_erased),
    )  # fmt: skip


class SqliteEntries(Connected, Entries):
    """Asks one log's file for entries."""

    def head(self) -> Head:
        """See `Entries.head`."""
        return head(self._connection)

    def head_at(self, position: int) -> Head | None:
        """See `Entries.head_at`."""
        if position == 0:
            return Head(0, bytes(32), 0)
        query = "SELECT position, hash, recorded FROM entries WHERE position = ?"
        row = self._connection.execute(query, (position,)).fetchone()
        return Head(*row) if row else None

    def position_at(self, moment: int) -> int:
        """See `Entries.position_at`."""
        low, high = 0, self.head().position
        while low < high:
            middle = (low + high + 1) // 2
            query = "SELECT recorded FROM entries WHERE position = ?"
            if self._connection.execute(query, (middle,)).fetchone()[0] <= moment:
                low = middle
            else:
                high = middle - 1
        return low

    def entry(self, position: int) -> Entry | None:
        """See `Entries.entry`."""
        rows = self.read(position - 1, 1)
        return rows[0] if rows and rows[0].position == position else None

    def entries_at(self, positions: Iterable[int]) -> dict[int, Entry]:
        """See `Entries.entries_at`."""
        query = f"SELECT {COLUMNS} {FROM} WHERE position IN (SELECT value FROM json_each(?))"
        return {row[0]: entry_of(row) for row in self._connection.execute(query, (listed(list(positions)),)).fetchall()}

    def read(self, after: int, limit: int) -> list[Entry]:
        """See `Entries.read`."""
        query = f"SELECT {COLUMNS} {FROM} WHERE position > ? ORDER BY position LIMIT ?"
        return [entry_of(row) for row in self._connection.execute(query, (after, limit)).fetchall()]

    def by_message_id(self, message_id: str, source: str | None = None) -> Entry | None:
        """See `Entries.by_message_id`."""
        names, value = ("name = ?", source) if source is not None else ("name GLOB ?", types.CALLS + "*")
        for condition in ("reason IS NULL", "reason IS NOT NULL"):
            row = self._connection.execute(
                f"SELECT {COLUMNS} {FROM} WHERE source IN (SELECT source FROM sources WHERE {names})"
                f" AND message_id = ? AND {condition} ORDER BY position DESC LIMIT 1",
                (value, message_id),
            ).fetchone()
            if row:
                return entry_of(row)
        return None

    def decided_under(self, source: str, message_id: str, after: int = 0) -> dict[int, bool]:
        """See `Entries.decided_under`."""
        found: dict[int, bool] = {}
        for condition in ("reason IS NULL", "reason IS NOT NULL"):
            rows = self._connection.execute(
                "SELECT position, reason IS NULL FROM entries"
                " WHERE source = (SELECT source FROM sources WHERE name = ?)"
                f" AND message_id = ? AND position > ? AND {condition}",
                (source, message_id, after),
            )
            found.update((position, bool(is_accepted)) for position, is_accepted in rows.fetchall())
        return dict(sorted(found.items()))

    def accepted_among(self, source: str, message_ids: Sequence[str]) -> dict[str, int]:
        """See `Entries.accepted_among`."""
        rows = self._connection.execute(
            "SELECT message_id, position FROM entries WHERE source = (SELECT source FROM sources WHERE name = ?)"
            " AND message_id IN (SELECT value FROM json_each(?)) AND reason IS NULL",
            (source, listed(message_ids)),
        )
        return dict(rows.fetchall())

    def messages_among(self, source: str, message_ids: Sequence[str]) -> set[str]:
        """See `Entries.messages_among`."""
        found: set[str] = set()
        for condition in ("reason IS NULL", "reason IS NOT NULL"):
            rows = self._connection.execute(
                "SELECT message_id FROM entries WHERE source = (SELECT source FROM sources WHERE name = ?)"
                f" AND message_id IN (SELECT value FROM json_each(?)) AND {condition}",
                (source, listed(message_ids)),
            )
            found.update(message_id for (message_id,) in rows)
        return found

    def messages_of_source(
        self, name: str, first_id: str, reasons: Collection[str]
    ) -> Iterator[tuple[str, Headers, bytes]]:
        """See `Entries.messages_of_source`."""
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

    def message_ids(self, positions: Iterable[int]) -> list[tuple[int, str]]:
        """See `Entries.message_ids`."""
        return self._connection.execute(
            "SELECT position, message_id FROM entries WHERE position IN (SELECT value FROM json_each(?))"
            " AND message_id IS NOT NULL",
            (listed(list(positions)),),
        ).fetchall()

    def fold_page(self, after: int, limit: int, until: int | None = None) -> list[FoldRow]:
        """See `Entries.fold_page`."""
        return self._connection.execute(
            f"SELECT {FOLDED} FROM entries WHERE position > ? AND position <= ? ORDER BY position LIMIT ?",
            (after, 2**62 if until is None else until, limit),
        ).fetchall()

    def counts_about(self, contacts: Iterable[int], most: int) -> dict[int, int]:
        """See `Entries.counts_about`."""
        query = (
            "SELECT value, (SELECT count(*) FROM (SELECT 1 FROM entries WHERE contact = one.value LIMIT ?))"
            " FROM json_each(?) AS one"
        )
        return dict(self._connection.execute(query, (most, listed(list(contacts)))).fetchall())

    def fold_rows_about(self, contacts: Iterable[int], until: int) -> list[FoldRow]:
        """See `Entries.fold_rows_about`."""
        return self._connection.execute(
            f"SELECT {FOLDED} FROM entries WHERE contact IN (SELECT value FROM json_each(?)) AND reason IS NULL"
            " AND position <= ? ORDER BY position",
            (listed(sorted(contacts)), until),
        ).fetchall()
