"""What `verify` reads of a log's file."""

from contextlib import AbstractContextManager
from pathlib import Path

from ledger.log.chain import Layout
from ledger.log.entry import StoredEntry
from ledger.log.questions import KeptIdentities, Proof
from ledger.log.sqlite.connected import Connected
from ledger.log.sqlite.identities_anew import identities_anew
from ledger.log.sqlite.layouts import layouts_of
from ledger.log.sqlite.reading.entries import FROM
from ledger.log.sqlite.schema import declared_schema, schema_of
from ledger.page_damage import damage


class SqliteProof(Connected, Proof):
    """Asks one log's file for all that is to be proved."""

    def proof_page(self, after: int, limit: int, until: int = 2**62) -> list[StoredEntry]:
        """See `Proof.proof_page`."""
        rows = self._connection.execute(
            "SELECT position, recorded, stated, bus_time, type, reason, contact, contact_id, absorbed, skipped,"
            " raw_digest, kind, import, row, row_end, sources.name, message_id, key, headers, value, phone, user_id,"
            f" detail, salt, commitment, hash, source {FROM} WHERE position > ? AND position <= ?"
            " ORDER BY position LIMIT ?",
            (after, until, limit),
        ).fetchall()
        return list(map(StoredEntry._make, rows))

    def positions(self, after: int, limit: int) -> list[int]:
        """See `Proof.positions`."""
        rows = self._connection.execute(
            "SELECT position FROM entries WHERE position > ? ORDER BY position LIMIT ?", (after, limit)
        )
        return [position for (position,) in rows]

    def layouts(self) -> list[Layout]:
        """See `Proof.layouts`."""
        return layouts_of(self._connection)

    def rules_at(self, position: int) -> str | None:
        """See `Proof.rules_at`."""
        query = "SELECT name FROM rules WHERE since <= ? ORDER BY since DESC LIMIT 1"
        row = self._connection.execute(query, (position,)).fetchone()
        return None if row is None else str(row[0])

    def altered(self) -> list[str]:
        """See `Proof.altered`."""
        found, declared = schema_of(self._connection), declared_schema()
        return sorted(name for name in found.keys() | declared.keys() if found.get(name) != declared.get(name))

    def damage(self) -> list[str]:
        """See `Proof.damage`."""
        return damage(self._connection)

    def identities_anew(self, scratch: Path) -> AbstractContextManager[KeptIdentities]:
        """See `Proof.identities_anew`."""
        return identities_anew(self._path, scratch)
