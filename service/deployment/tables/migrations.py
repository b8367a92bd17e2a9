"""What each version changes in the tables of `service.db`; sqlite-utils keeps account of it in the file."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from ledger.sqlite import Connection, transaction

if TYPE_CHECKING:
    from sqlite_utils import Database

Change: TypeAlias = Callable[["Database"], None]

_SET = "service"


class StoreMigrations:
    """Functions that change the tables, by their names, in the order in which they were registered by `@…()`.

    sqlite-utils is loaded where there is something to change alone: that would be a tenth of a short command's time.
    """

    def __init__(self) -> None:
        self._changes: list[Change] = []

    def __call__(self) -> Callable[[Change], Change]:
        """Register the function that follows."""

        def register(change: Change) -> Change:
            self._changes.append(change)
            return change

        return register

    def are_pending(self, connection: Connection) -> bool:
        """Whether some of them were not applied to a file."""
        table = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = '_sqlite_migrations'").fetchone()
        if table is None:
            return True
        rows = connection.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = ?", (_SET,)).fetchall()
        return not {change.__name__ for change in self._changes} <= {name for (name,) in rows}

    def apply(self, connection: Connection, stop_before: str | None = None) -> None:
        """Apply those that are pending, under the write lock: the second process finds the first one's work done."""
        from sqlite_utils import Database, Migrations

        migrations = Migrations(_SET)
        for change in self._changes:
            migrations()(change)
        with transaction(connection):
            migrations.apply(Database(connection), stop_before=stop_before)
