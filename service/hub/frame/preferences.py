"""What a person chose to see, kept by their name: the columns of the list, and the like."""

import json
from threading import Lock
from typing import TYPE_CHECKING, Any

from ledger.sqlite import Connection, transaction
from service.deployment.tables.database import MIGRATIONS

if TYPE_CHECKING:
    from sqlite_utils import Database


@MIGRATIONS()
def preferences(database: "Database") -> None:
    database.execute("""
        CREATE TABLE preferences (
            owner TEXT NOT NULL,        -- the name of a person or a key, so that a new key keeps them
            what TEXT NOT NULL,
            value TEXT NOT NULL,        -- JSON
            PRIMARY KEY (owner, what)
        ) STRICT, WITHOUT ROWID
    """)


class Preferences:
    """The preferences of `service.db`. Safe for threads."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = Lock()

    def get(self, owner: str, what: str) -> Any:
        """What was chosen, None if nothing."""
        with self._lock:
            row = self._connection.execute(
                "SELECT value FROM preferences WHERE owner = ? AND what = ?", [owner, what]
            ).fetchone()
        return None if row is None else json.loads(row[0])

    def put(self, owner: str, what: str, value: Any) -> None:
        """Keep a choice; None forgets it."""
        with self._lock, transaction(self._connection):
            if value is None:
                self._connection.execute("DELETE FROM preferences WHERE owner = ? AND what = ?", [owner, what])
                return
            self._connection.execute(
                "INSERT INTO preferences (owner, what, value) VALUES (?, ?, ?)"
                " ON CONFLICT (owner, what) DO UPDATE SET value = excluded.value",
                [owner, what, json.dumps(value)],
            )
