"""Undos and redos of imports, and splits, read from a log's file."""

from ledger.events import types
from ledger.log.entry import Entry
from ledger.log.questions import Commands
from ledger.log.sqlite import undoing
from ledger.log.sqlite.connected import Connected
from ledger.log.sqlite.merges import BY_HAND
from ledger.log.sqlite.reading.entries import COLUMNS, entry_of
from ledger.log.undo import Refused, Undoings, refused

_NEXT = f"""
SELECT min(position) FROM (
    SELECT min(position) AS position FROM entries INDEXED BY entries_of_undoings
    WHERE type IN ('ImportUndone', 'ImportRedone') AND reason IS NULL AND position > ?1
    UNION ALL
    SELECT min(position) {BY_HAND} AND type = 'ContactsSplit' AND position > ?1
)
"""

_INDEXES = types.complete(
    {
        types.IMPORT_UNDONE: "entries_of_undoings",
        types.IMPORT_REDONE: "entries_of_undoings",
        **dict.fromkeys(types.ABOUT_MERGES, "entries_of_merge_orders"),
        types.CONTACT_ERASED: "entries_of_erasures",
        types.PERSON_READMITTED: "entries_of_readmissions",
    },
    types.IN_TRAIL,
    "ledger/log/sqlite/reading/commands",
)
"""The index that the accepted orders of each type are found by: it has those of no other."""


def _types_in(index: str) -> str:
    """Of which types an index has the accepted orders, in the index's own words: SQLite uses it for no others."""
    of = [repr(type) for type, found_by in _INDEXES.items() if found_by == index]
    return f"type = {of[0]}" if len(of) == 1 else f"type IN ({', '.join(of)})"


_ORDERS = {index: _types_in(index) for index in dict.fromkeys(_INDEXES.values())}

_NEWEST = " UNION ALL ".join(
    f"SELECT * FROM (SELECT position FROM entries INDEXED BY {index} WHERE {which} AND reason IS NULL"
    " AND position < ?1 ORDER BY position DESC LIMIT ?2)"
    for index, which in _ORDERS.items()
)
_COUNTS = " UNION ALL ".join(
    f"SELECT type, count(*) FROM entries INDEXED BY {index} WHERE {which} AND reason IS NULL GROUP BY type"
    for index, which in _ORDERS.items()
)


class SqliteCommands(Connected, Commands):
    """Asks one log's file for the orders about imports and contacts."""

    def next_revision(self, after: int) -> int | None:
        """See `Commands.next_revision`."""
        row = self._connection.execute(_NEXT, (after,)).fetchone()
        return None if row[0] is None else int(row[0])

    def orders(self, limit: int, *, before: int | None = None) -> list[Entry]:
        """See `Commands.orders`."""
        query = (
            f"SELECT {COLUMNS} FROM entries LEFT JOIN sources USING (source)"
            f" WHERE position IN ({_NEWEST}) ORDER BY position DESC LIMIT ?2"
        )
        bounds = (2**62 if before is None else before, limit)
        return [entry_of(row) for row in self._connection.execute(query, bounds).fetchall()]

    def count_orders(self) -> dict[str, int]:
        """See `Commands.count_orders`."""
        return dict(self._connection.execute(_COUNTS).fetchall())

    def undoings(self, until: int) -> Undoings:
        """See `Commands.undoings`."""
        return undoing.undoings(self._connection, until)

    def touched(self, source: int, until: int, erased_by: int | None = None) -> list[int]:
        """See `Commands.touched`."""
        return undoing.touched(self._connection, source, until, erased_by)

    def refused(self, position: int) -> Refused:
        """See `Commands.refused`."""
        row = self._connection.execute("SELECT detail FROM entries WHERE position = ?", (position,)).fetchone()
        return Refused() if row is None or row[0] is None else refused(row[0])

    def source_number(self, name: str | None) -> int | None:
        """See `Commands.source_number`."""
        row = self._connection.execute("SELECT source FROM sources WHERE name = ?", (name,)).fetchone()
        return None if row is None else int(row[0])

    def source_name(self, number: int) -> str:
        """See `Commands.source_name`."""
        row = self._connection.execute("SELECT name FROM sources WHERE source = ?", (number,)).fetchone()
        return str(row[0])

    def sources_beginning(self, start: str) -> list[str]:
        """See `Commands.sources_beginning`."""
        rows = self._connection.execute("SELECT name FROM sources WHERE name GLOB ? || '*' ORDER BY name", (start,))
        return [name for (name,) in rows]
