"""How imports are kept: a table of `service.db`, and a row of it."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from service.deployment.tables.database import MIGRATIONS
from service.imports.columns.choices import Choices
from service.imports.columns.column_map import ColumnMap
from service.imports.registry.lifecycle import ImportState

if TYPE_CHECKING:
    from sqlite_utils import Database


@MIGRATIONS()
def imports(database: "Database") -> None:
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
def imports_that_end_otherwise(database: "Database") -> None:
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


@MIGRATIONS()
def imports_that_are_prepared(database: "Database") -> None:
    """An import is there from its upload on, before anything is chosen."""
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
            confirmed_at INTEGER,           -- the time its rows are stated for
            rows INTEGER NOT NULL,          -- as the latest check or scan counted them
            state TEXT NOT NULL CHECK (
                state IN ('uploaded', 'mapped', 'checked', 'running', 'published', 'cancelled', 'failed')
            ),
            published INTEGER NOT NULL DEFAULT 0,
            duplicate INTEGER NOT NULL DEFAULT 0,
            rejected INTEGER NOT NULL DEFAULT 0,
            is_cancelling INTEGER NOT NULL DEFAULT 0,  -- somebody wants it to stop
            failure TEXT,                   -- a sentence
            is_checking INTEGER NOT NULL DEFAULT 0,  -- somebody wants it checked
            revision INTEGER NOT NULL DEFAULT 0      -- of the choices: a check is of one of them
        ) STRICT
    """)
    database.execute("INSERT INTO imports SELECT *, 0, 0 FROM imports_before")
    database.execute("DROP TABLE imports_before")
    database.execute("CREATE INDEX imports_by_hash ON imports (hash)")


@MIGRATIONS()
def imports_that_somebody_brought(database: "Database") -> None:
    """Who brought an import, how large its file was, and when it was over; not known of earlier ones."""
    for column in ("who TEXT", "bytes INTEGER", "ended_at INTEGER"):
        database.execute(f"ALTER TABLE imports ADD COLUMN {column}")


@MIGRATIONS()
def imports_that_correct_others(database: "Database") -> None:
    """Which import's rejected rows an import has, corrected; not known of earlier ones."""
    database.execute("ALTER TABLE imports ADD COLUMN corrects TEXT")
    database.execute("CREATE INDEX imports_by_corrects ON imports (corrects) WHERE corrects IS NOT NULL")


@dataclass(frozen=True, slots=True)
class Import:
    """An import, and the counts of its split once that has ended."""

    id: str
    hash: str
    file_sha256: str
    file_name: str
    choices: Choices
    columns: ColumnMap
    """Empty until it is mapped."""
    confirmed_at: int | None
    """Microseconds since the epoch."""
    rows: int
    """The file's, once they were counted."""
    state: ImportState = ImportState.RUNNING
    published: int = 0
    """How many rows became messages."""
    duplicate: int = 0
    rejected: int = 0
    is_cancelling: bool = False
    failure: str | None = None
    """A sentence, when `state` is FAILED, or when its check found that the file cannot be imported so."""
    is_checking: bool = False
    revision: int = 0
    """Counts the changes of the choices."""
    by: str | None = None
    """Who brought it; like the next two None where that is not known, as of imports of earlier versions."""
    bytes: int | None = None
    """The file's size."""
    ended_at: int | None = None
    """When its last row was out, or it was stopped; microseconds since the epoch."""
    corrects: str | None = None
    """The id of the import whose rejected rows it has."""

    def says(self, attribute: str) -> bool:
        """Whether its rows may have a value of an attribute: of a column, or the one that all of them get."""
        return attribute in self.choices.edited or self.columns.index_of(attribute) is not None


COLUMNS = (
    "id, hash, file_sha256, file_name, choices, columns, confirmed_at, rows, state, published, duplicate, rejected,"
    " is_cancelling, failure, is_checking, revision, who, bytes, ended_at, corrects"
)
"""Of the table, in the order of `values_of`."""


def values_of(one: Import) -> tuple[Any, ...]:
    """The row of an import."""
    choices, columns = json.dumps(one.choices.to_json()), json.dumps(one.columns.to_json())
    about = (one.id, one.hash, one.file_sha256, one.file_name, choices, columns, one.confirmed_at, one.rows)
    counts = (one.state, one.published, one.duplicate, one.rejected)
    flags = (int(one.is_cancelling), one.failure, int(one.is_checking), one.revision)
    return (*about, *counts, *flags, one.by, one.bytes, one.ended_at, one.corrects)


def import_of(row: tuple[Any, ...]) -> Import:
    """The import of a row."""
    id, hash, file_sha256, file_name, choices, columns, confirmed_at, rows, state, *rest = row
    published, duplicate, rejected, is_cancelling, failure, is_checking, revision, *brought = rest
    read = (Choices.from_json(json.loads(choices)), ColumnMap.from_json(json.loads(columns)))
    counts = (published, duplicate, rejected, bool(is_cancelling), failure, bool(is_checking), revision)
    return Import(id, hash, file_sha256, file_name, *read, confirmed_at, rows, ImportState(state), *counts, *brought)
