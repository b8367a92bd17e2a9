"""Undos and redos of imports, and splits, read from a log's file."""

from ledger.log.entry import Entry
from ledger.log.questions import Commands
from ledger.log.sqlite import undoing
from ledger.log.sqlite.connected import Connected
from ledger.log.sqlite.merges import BY_HAND, IS_BY_HAND
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

_ORDERS = {
    "entries_of_undoings": "type IN ('ImportUndone', 'ImportRedone')",
    "entries_of_merge_orders": IS_BY_HAND,
    "entries_of_erasures": "type = 'ContactErased'",
    "entries_of_readmissions": "type = 'PersonReadmitted'",
}
"""The indexes that orders are found by, and of which types each has those that were accepted."""

_NEWEST = " UNION ALL ".join(
    f"SELECT * FROM (SELECT position FROM entries INDEXED BY {index} WHERE {types} AND reason IS NULL"
    " AND position < ?1 ORDER BY position DESC LIMIT ?2)"
    for index, types in _ORDERS.items()
)
_COUNTS = " UNION ALL ".join(
    f"SELECT type, count(*) FROM entries INDEXED BY {index} WHERE {types} AND reason IS NULL GROUP BY type"
    for index, types in _ORDERS.items()
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
