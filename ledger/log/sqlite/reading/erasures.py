"""Erasures, read from a log's file (R31)."""

from collections.abc import Collection, Iterable

import msgspec

from ledger.events.signing import Signer
from ledger.log.entry import FoldRow
from ledger.log.erasure import Emptied, Erasure, Erasures, Sought, read_emptied
from ledger.log.keeping_out import KEPT_OUT, KeptOut
from ledger.log.sqlite.connected import THESE, Connected, listed
from ledger.log.sqlite.erasing.erasing import erased_among
from ledger.log.sqlite.erasing.kept_out import is_anybody, kept_out
from ledger.log.sqlite.erasing.undone import undone_with
from ledger.log.sqlite.reading.entries import FOLDED

_read_sought = msgspec.json.Decoder(Sought).decode


class SqliteErasures(Connected, Erasures):
    """Asks one log's file for erasures."""

    def unfinished_erasures(self) -> dict[int, Sought]:
        """See `Erasures.unfinished_erasures`."""
        rows = self._connection.execute("SELECT erasure, sought FROM unfinished_erasures ORDER BY erasure")
        return {erasure: _read_sought(text) for erasure, text in rows.fetchall()}

    def erased_names(self) -> set[bytes]:
        """See `Erasures.erased_names`."""
        return {name for (name,) in self._connection.execute("SELECT name FROM erased_names").fetchall()}

    def erased_messages(self, names: Iterable[bytes]) -> dict[bytes, int]:
        """See `Erasures.erased_messages`."""
        query = "SELECT name, position FROM json_each(?) AS asked CROSS JOIN erased_names ON name = unhex(asked.value)"
        return dict(self._connection.execute(query, (listed([name.hex() for name in names]),)).fetchall())

    def next_erasure(self, after: int) -> int | None:
        """See `Erasures.next_erasure`."""
        row = self._connection.execute(
            "SELECT min(position) FROM entries INDEXED BY entries_of_erasures"
            " WHERE type = 'ContactErased' AND reason IS NULL AND position > ?",
            (after,),
        ).fetchone()
        return None if row[0] is None else int(row[0])

    def erasures(self, until: int, after: int = 0) -> list[Erasure]:
        """See `Erasures.erasures`."""
        return self._found(until, after, "TRUE")

    def erasures_of_several(self, until: int, after: int = 0) -> list[Erasure]:
        """See `Erasures.erasures_of_several`."""
        return self._found(until, after, "iif(json_valid(detail), json_array_length(detail, '$.contacts'), 0) > 1")

    def _found(self, until: int, after: int, condition: str) -> list[Erasure]:
        rows = self._connection.execute(
            "SELECT position, detail FROM entries INDEXED BY entries_of_erasures WHERE type = 'ContactErased'"
            f" AND reason IS NULL AND position > ? AND position <= ? AND {condition} ORDER BY position",
            (after, until),
        )
        return [Erasure(position, read_emptied(detail)) for position, detail in rows.fetchall()]

    def emptied_together(self, erasures: Collection[int]) -> Emptied:
        """See `Erasures.emptied_together`."""
        wanted, contacts, others = set(erasures), list[int](), list[int]()
        rows = self._connection.execute(  # most details say no more than the column does, and need not be read
            "SELECT position, contact, iif(json_valid(detail), iif(json_array_length(detail, '$.contacts') > 1"
            " OR json_array_length(detail, '$.others') > 0, detail, NULL), NULL)"
            " FROM entries INDEXED BY entries_of_erasures"
            " WHERE type = 'ContactErased' AND reason IS NULL AND position >= ? AND position <= ? ORDER BY position",
            (min(wanted, default=0), max(wanted, default=0)),
        )
        for position, contact, detail in rows.fetchall():
            if position in wanted:
                emptied = None if detail is None else read_emptied(detail)
                contacts += [contact] if emptied is None else emptied.contacts
                others += [] if emptied is None else emptied.others
        return Emptied(contacts, others, 0, 0)

    def erased_among(self, contacts: Iterable[int]) -> dict[int, int]:
        """See `Erasures.erased_among`."""
        return erased_among(self._connection, contacts)

    def undone_with(self, contacts: Collection[int]) -> set[int]:
        """See `Erasures.undone_with`."""
        return undone_with(self._connection, contacts)

    def keeps_anybody_out(self) -> bool:
        """See `Erasures.keeps_anybody_out`."""
        return is_anybody(self._connection)

    def kept_out(self, signer: Signer, phones: Collection[str], user_ids: Collection[str]) -> KeptOut:
        """See `Erasures.kept_out`."""
        return kept_out(self._connection, signer, phones, user_ids)

    def emptied_positions(self, emptied: Emptied) -> list[int]:
        """See `Erasures.emptied_positions`."""
        rows = self._connection.execute(
            f"SELECT position FROM entries WHERE (contact {THESE} OR position {THESE}) AND salt IS NULL UNION"
            " SELECT position FROM entries INDEXED BY entries_rejected_newest"
            f" WHERE reason = '{KEPT_OUT}' ORDER BY position",
            (listed(emptied.contacts), listed(emptied.others)),
        )
        return [position for (position,) in rows.fetchall()]

    def emptied_rows(self, emptied: Emptied) -> list[FoldRow]:
        """See `Erasures.emptied_rows`."""
        return self._connection.execute(
            f"SELECT {FOLDED} FROM entries WHERE (contact {THESE} OR position {THESE})"
            " AND salt IS NULL AND import IS NOT NULL AND row IS NOT NULL ORDER BY position",
            (listed(emptied.contacts), listed(emptied.others)),
        ).fetchall()
