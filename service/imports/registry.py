"""The imports of this deployment: a table of `service.db`."""

import json
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from ledger.sqlite import Connection, transaction
from service.imports.attributes import default_type
from service.imports.choices import Choices
from service.imports.mapping import ColumnMap
from service.store import MIGRATIONS

RUNNING = "running"
PUBLISHED = "published"
CANCELLED = "cancelled"
FAILED = "failed"
"""As they are kept. A published import is shown as running until its last row's outcome is known, then as done."""


@MIGRATIONS()
def imports(database: Database) -> None:
    database.execute("""
        CREATE TABLE imports (
            id TEXT PRIMARY KEY,            -- UUIDv7
            hash TEXT NOT NULL,             -- of the file and the choices
            file_sha256 TEXT NOT NULL,
            file_name TEXT NOT NULL,
            choices TEXT NOT NULL,          -- a JSON object
            columns TEXT NOT NULL,          -- a JSON object: the mapping that the choices came to
            confirmed_at INTEGER NOT NULL,  -- the time its rows are stated for
            rows INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('splitting', 'split')),
            published INTEGER NOT NULL DEFAULT 0,
            duplicate INTEGER NOT NULL DEFAULT 0,
            rejected INTEGER NOT NULL DEFAULT 0
        ) STRICT
    """)
    database.execute("CREATE INDEX imports_by_hash ON imports (hash)")


@MIGRATIONS()
def imports_that_end_otherwise(database: Database) -> None:
    """An import can be cancelled, and fail."""
    database.execute("ALTER TABLE imports RENAME TO imports_before")
    database.execute("DROP INDEX imports_by_hash")
    database.execute("""
        CREATE TABLE imports (
            id TEXT PRIMARY KEY,            -- UUIDv7
            hash TEXT NOT NULL,             -- of the file and the choices
            file_sha256 TEXT NOT NULL,
            file_name TEXT NOT NULL,
            choices TEXT NOT NULL,          -- a JSON object
            columns TEXT NOT NULL,          -- a JSON object: the mapping that the choices came to
            confirmed_at INTEGER NOT NULL,  -- the time its rows are stated for
            rows INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('running', 'published', 'cancelled', 'failed')),
            published INTEGER NOT NULL DEFAULT 0,
            duplicate INTEGER NOT NULL DEFAULT 0,
            rejected INTEGER NOT NULL DEFAULT 0,
            is_cancelling INTEGER NOT NULL DEFAULT 0,  -- somebody wants it to stop
            failure TEXT                    -- a sentence
        ) STRICT
    """)
    database.execute("""
        INSERT INTO imports SELECT id, hash, file_sha256, file_name, choices, columns, confirmed_at, rows,
            CASE state WHEN 'split' THEN 'published' ELSE 'running' END, published, duplicate, rejected, 0, NULL
        FROM imports_before
    """)
    database.execute("DROP TABLE imports_before")
    database.execute("CREATE INDEX imports_by_hash ON imports (hash)")


class ImportUnknown(LookupError):
    """No import has this id."""


class ImportOver(Exception):
    """The import has ended or all its rows are out, so that it cannot be cancelled; the message says so."""


@dataclass(frozen=True, slots=True)
class Import:
    """An import as it was confirmed, and the counts of its split once that has ended (`state` is no longer RUNNING).

    `confirmed_at` is microseconds since the epoch; `rows` counts the file's, `published` those that became messages.
    `failure` is a sentence, when `state` is FAILED.
    """

    id: str
    hash: str
    file_sha256: str
    file_name: str
    choices: Choices
    columns: ColumnMap
    confirmed_at: int
    rows: int
    state: str = RUNNING
    published: int = 0
    duplicate: int = 0
    rejected: int = 0
    is_cancelling: bool = False
    failure: str | None = None


class Registry:
    """Reads and writes the table; the connection is `service.store.open_store`'s."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, new: Import, *, again: bool) -> Import:
        """Keep a confirmed import; unless `again`, one of the same file and choices before it is returned instead."""
        with transaction(self._connection):
            earlier = None if again else self.earlier(new.hash)
            if earlier is not None:
                return earlier
            self._connection.execute(
                f"INSERT INTO imports ({_COLUMNS}) VALUES ({', '.join('?' * len(_COLUMNS.split(',')))})", _values(new)
            )
        return new

    def earlier(self, hash: str) -> Import | None:
        """The latest import of the same file with the same choices; one that was cancelled or failed is none."""
        row = self._connection.execute(
            f"SELECT {_COLUMNS} FROM imports WHERE hash = ? AND (state = ? OR state = ? AND NOT is_cancelling)"
            " ORDER BY id DESC LIMIT 1",
            (hash, PUBLISHED, RUNNING),
        ).fetchone()
        return None if row is None else _import(row)

    def get(self, id: str) -> Import:
        """The import of that id. Raises ImportUnknown."""
        row = self._connection.execute(f"SELECT {_COLUMNS} FROM imports WHERE id = ?", (id,)).fetchone()
        if row is None:
            raise ImportUnknown(f"No import has the id {id!r}; `contacts imports` lists them.")
        return _import(row)

    def all(self) -> list[Import]:
        """Every import, newest first."""
        return [_import(row) for row in self._connection.execute(f"SELECT {_COLUMNS} FROM imports ORDER BY id DESC")]

    def running(self) -> list[str]:
        """The ids of imports whose rows are not all out yet, oldest first."""
        rows = self._connection.execute("SELECT id FROM imports WHERE state = ? ORDER BY id", (RUNNING,))
        return [id for (id,) in rows]

    def attribute_types(self) -> dict[str, str]:
        """The custom attributes that imports brought, with the type the first one mapped each to."""
        types: dict[str, str] = {}
        for one in reversed(self.all()):
            for column in one.columns.columns:
                if column.attribute is not None and default_type(column.attribute) is None:
                    types.setdefault(column.attribute, column.type)
        return types

    def cancel(self, id: str) -> None:
        """Have the split stop. Raises ImportUnknown, ImportOver."""
        with transaction(self._connection):
            one = self.get(id)
            if one.state != RUNNING:
                told = "is on the bus whole" if one.state == PUBLISHED else f"has already {_ENDED[one.state]}"
                raise ImportOver(f"Import {id} {told}; it cannot be cancelled.")
            self._connection.execute("UPDATE imports SET is_cancelling = 1 WHERE id = ?", (id,))

    def is_cancelling(self, id: str) -> bool:
        """Whether somebody wants the import to stop."""
        return self.get(id).is_cancelling

    def end(self, id: str, *, published: int, duplicate: int, rejected: int) -> None:
        """No more rows come: keep what the split counted. It is CANCELLED if some were left, else PUBLISHED."""
        with transaction(self._connection):
            self._connection.execute(
                "UPDATE imports SET state = iif(rows > ?1 + ?2 + ?3, ?4, ?5), published = ?1, duplicate = ?2,"
                " rejected = ?3 WHERE id = ?6",
                (published, duplicate, rejected, CANCELLED, PUBLISHED, id),
            )

    def fail(self, id: str, failure: str, *, published: int, duplicate: int, rejected: int) -> None:
        """The import can never go on, for the reason given; keep what is known of its split."""
        with transaction(self._connection):
            self._connection.execute(
                "UPDATE imports SET state = ?, failure = ?, published = ?, duplicate = ?, rejected = ? WHERE id = ?",
                (FAILED, failure, published, duplicate, rejected, id),
            )


_ENDED = {CANCELLED: "been cancelled", FAILED: "failed"}
_COLUMNS = (
    "id, hash, file_sha256, file_name, choices, columns, confirmed_at, rows, state, published, duplicate, rejected,"
    " is_cancelling, failure"
)


def _values(one: Import) -> tuple[Any, ...]:
    choices, columns = json.dumps(one.choices.to_json()), json.dumps(one.columns.to_json())
    counts = (one.state, one.published, one.duplicate, one.rejected)
    end = (int(one.is_cancelling), one.failure)
    confirmed = (one.id, one.hash, one.file_sha256, one.file_name, choices, columns, one.confirmed_at, one.rows)
    return (*confirmed, *counts, *end)


def _import(row: tuple[Any, ...]) -> Import:
    id, hash, file_sha256, file_name, choices, columns, *rest, is_cancelling, failure = row
    read_choices, read_columns = Choices.from_json(json.loads(choices)), ColumnMap.from_json(json.loads(columns))
    read = (read_choices, read_columns, *rest, bool(is_cancelling), failure)
    return Import(id, hash, file_sha256, file_name, *read)
