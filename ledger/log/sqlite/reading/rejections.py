"""Rejected messages and the entries that settle them, read from a log's file."""

from collections.abc import Sequence

from ledger.events import types
from ledger.log.entry import Entry
from ledger.log.rejections import Rejections
from ledger.log.sqlite.connected import Connected, listed
from ledger.log.sqlite.reading.entries import COLUMNS, entry_of

_REJECTED = "entries INDEXED BY entries_rejected_newest"  # the planner would else walk the whole log backwards
_OF_SOURCE = " AND source = (SELECT source FROM sources WHERE name = ?)"
_SETTLING = "entries INDEXED BY entries_settling_newest"
_IS_SETTLING = "raw_digest IS NOT NULL AND reason IS NULL"
_SETTLED = """coalesce(
    (SELECT settling.position FROM entries AS settling
        WHERE settling.raw_digest = entries.raw_digest AND settling.reason IS NULL),
    (SELECT taken.position FROM entries AS taken WHERE taken.source = entries.source
        AND taken.message_id = entries.message_id AND taken.reason IS NULL AND taken.position > entries.position)
)"""
"""The position of what settles the rejected message of a row of `entries`."""

_ORDERS = ", ".join(f"'{type}'" for type in types.ORDERS)
_IS_OPEN = (
    f" AND (type IS NULL OR type NOT IN ({_ORDERS}) OR reason = 'reserved')"  # as `Entry.is_refused_order` says it
    f" AND salt IS NOT NULL AND {_SETTLED} IS NULL"  # an erased one has no salt
)
_RETRIED = f"""
SELECT position, NOT EXISTS (
    SELECT 1 FROM entries AS refused INDEXED BY entries_rejected_names
    WHERE refused.source = entries.source AND refused.position < entries.position
        AND entries.message_id GLOB '*.[tu]' AND refused.message_id =
            substr(entries.message_id, 1, length(entries.message_id) - 1)
            || iif(entries.message_id GLOB '*.t', 'u', 't')
        AND refused.reason IS NOT NULL AND refused.reason NOT IN ('reserved', 'unknown_type')
        AND NOT EXISTS (
            SELECT 1 FROM entries AS taken WHERE taken.source = refused.source
                AND taken.message_id = refused.message_id AND taken.reason IS NULL
                AND taken.position < entries.position
        )
) FROM {_SETTLING} WHERE {_IS_SETTLING} AND position > ? AND position <= ? AND type <> 'MessageDropped'
"""
"""Of each retried message whether the other message of its row, if the row has two, is not refused as of then."""


def _which(reason: str | None, source: str | None, *, is_open: bool = False) -> tuple[str, tuple[str, ...]]:
    """What is true of the rejected messages that are asked for, and its parameters."""
    of_reason, of_source = "" if reason is None else " AND reason = ?", "" if source is None else _OF_SOURCE
    given = tuple(one for one in (reason, source) if one is not None)
    return f"reason IS NOT NULL{of_reason}{of_source}{_IS_OPEN if is_open else ''}", given


class SqliteRejections(Connected, Rejections):
    """Asks one log's file for rejected messages."""

    def rejected(
        self,
        limit: int,
        *,
        before: int | None = None,
        reason: str | None = None,
        source: str | None = None,
        is_open: bool = False,
    ) -> list[Entry]:
        """See `Rejections.rejected`."""
        which, given = _which(reason, source, is_open=is_open)
        query = (
            f"SELECT {COLUMNS} FROM {_REJECTED} LEFT JOIN sources USING (source)"
            f" WHERE {which} AND position < ? ORDER BY position DESC LIMIT ?"
        )
        bounds = (*given, 2**62 if before is None else before, limit)
        return [entry_of(row) for row in self._connection.execute(query, bounds).fetchall()]

    def open_rejections(self, limit: int, *, reason: str | None = None, source: str | None = None) -> list[int]:
        """See `Rejections.open_rejections`."""
        which, given = _which(reason, source, is_open=True)
        query = f"SELECT position FROM {_REJECTED} WHERE {which} ORDER BY position DESC LIMIT ?"
        return [position for (position,) in self._connection.execute(query, (*given, limit)).fetchall()][::-1]

    def rejected_by_reason(self, source: str | None = None, *, is_open: bool = False) -> dict[str, int]:
        """See `Rejections.rejected_by_reason`."""
        which, given = _which(None, source, is_open=is_open)
        query = f"SELECT reason, count(*) FROM {_REJECTED} WHERE {which} GROUP BY reason"
        return dict(self._connection.execute(query, given).fetchall())

    def count_rejected(self, reason: str | None, after: int, until: int) -> int:
        """See `Rejections.count_rejected`."""
        which, given = _which(reason, None)
        query = f"SELECT count(*) FROM {_REJECTED} WHERE {which} AND position > ? AND position <= ?"
        return int(self._connection.execute(query, (*given, after, until)).fetchone()[0])

    def settled_by(self, positions: Sequence[int]) -> dict[int, int]:
        """See `Rejections.settled_by`."""
        rows = self._connection.execute(
            f"SELECT position, {_SETTLED} FROM entries"
            " WHERE position IN (SELECT value FROM json_each(?)) AND reason IS NOT NULL",
            (listed(list(positions)),),
        )
        return {position: settled for position, settled in rows.fetchall() if settled is not None}

    def settling(self, limit: int, *, before: int | None = None) -> list[Entry]:
        """See `Rejections.settling`."""
        query = (
            f"SELECT {COLUMNS} FROM {_SETTLING} LEFT JOIN sources USING (source)"
            f" WHERE {_IS_SETTLING} AND position < ? ORDER BY position DESC LIMIT ?"
        )
        return [entry_of(row) for row in self._connection.execute(query, (before or 2**62, limit)).fetchall()]

    def count_settling(self) -> tuple[int, int]:
        """See `Rejections.count_settling`."""
        query = f"SELECT count(*), total(type = ?) FROM {_SETTLING} WHERE {_IS_SETTLING}"
        settled, dropped = self._connection.execute(query, (types.MESSAGE_DROPPED,)).fetchone()
        return settled - int(dropped), int(dropped)

    def retried(self, after: int, until: int) -> dict[int, bool]:
        """See `Rejections.retried`."""
        rows = self._connection.execute(_RETRIED, (after, until)).fetchall()
        return {position: bool(is_whole) for position, is_whole in rows}
