"""A state file's tables as they are, whatever is in them, for those who compare them."""

from operator import methodcaller
from pathlib import Path
from typing import Any

from ledger.page_damage import damage
from projections.state.answers import Checkpoint
from projections.state.sqlite.reader import StateFileReader


class RawStateFile(StateFileReader):
    """A view of one state file as it is now, text that is not UTF-8 included."""

    def __init__(self, path: Path) -> None:
        """Raises as `StateFileReader` does."""
        super().__init__(path)
        self._connection.text_factory = methodcaller("decode", "utf-8", "surrogateescape")
        self.freeze()

    def damage(self) -> list[str]:
        """See `StateProof.damage`."""
        return damage(self._connection)

    def ledgers(self) -> list[str] | None:
        """See `StateProof.ledgers`."""
        if "ledger" not in self.parts():
            return None
        return [id for (id,) in self._connection.execute("SELECT id FROM ledger")]

    def checkpoints(self) -> list[Checkpoint]:
        """See `StateProof.checkpoints`."""
        return self._checkpoints()

    def parts(self) -> dict[str, tuple[str, str]]:
        """The tables, indexes, triggers and views that were made in the file, by name: which it is, and its SQL."""
        query = "SELECT name, type, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT GLOB 'sqlite_*'"
        return {name: (kind, sql) for name, kind, sql in self._connection.execute(query)}

    def layout(self, table: str) -> list[tuple[Any, ...]]:
        """The columns of a table, each with its name second, its type third, and what else was declared of it."""
        return self._connection.execute("SELECT * FROM pragma_table_xinfo(?)", (table,)).fetchall()

    def columns(self, table: str) -> list[str]:
        """The names of a table's columns, in their order."""
        return [column[1] for column in self.layout(table)]

    def dirty(self) -> set[int]:
        """All contacts whose row is older than an undo or a redo that has touched them."""
        return {contact for (contact,) in self._connection.execute("SELECT DISTINCT contact FROM dirty").fetchall()}
