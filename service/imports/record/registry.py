"""The imports of this deployment: a table of `service.db`."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlite_utils import Database

from ledger.sqlite import Connection, transaction
from service.deployment.tables.database import MIGRATIONS
from service.imports.columns.choices import Choices
from service.imports.columns.column_map import ColumnMap
from service.imports.record.lifecycle import ImportState, ImportStep, after


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


@MIGRATIONS()
def imports_that_are_prepared(database: Database) -> None:
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
def imports_that_somebody_brought(database: Database) -> None:
    """Who brought an import, how large its file was, and when it was over; not known of earlier ones."""
    for column in ("who TEXT", "bytes INTEGER", "ended_at INTEGER"):
        database.execute(f"ALTER TABLE imports ADD COLUMN {column}")


class ImportUnknown(LookupError):
    """No import has this id."""


@dataclass(frozen=True, slots=True)
class Import:
    """An import, and the counts of its split once that has ended.

    `columns` is empty until it is mapped. `confirmed_at` is microseconds since the epoch; `rows` counts the file's,
    once they were counted, `published` those that became messages. `failure` is a sentence, when `state` is FAILED, or
    when its check found that the file cannot be imported so. `revision` counts the changes of the choices. `by` names
    who brought it, `bytes` is the file's size, `ended_at` when its last row was out, or it was stopped; None where that
    is not known, as of imports of earlier versions.
    """

    id: str
    hash: str
    file_sha256: str
    file_name: str
    choices: Choices
    columns: ColumnMap
    confirmed_at: int | None
    rows: int
    state: ImportState = ImportState.RUNNING
    published: int = 0
    duplicate: int = 0
    rejected: int = 0
    is_cancelling: bool = False
    failure: str | None = None
    is_checking: bool = False
    revision: int = 0
    by: str | None = None
    bytes: int | None = None
    ended_at: int | None = None

    def says(self, attribute: str) -> bool:
        """Whether its rows may have a value of an attribute: of a column, or the one that all of them get."""
        of_all = {} if self.choices.edit is None else self.choices.edit["traits"]
        return attribute in of_all or self.columns.index_of(attribute) is not None


def _as_it_is(one: Import) -> Import:
    return one


class Registry:
    """Reads and writes the table; the connection is `database.open_store`'s. `clock`: microseconds since the epoch."""

    def __init__(self, connection: Connection, clock: Callable[[], int]) -> None:
        self._connection = connection
        self._clock = clock

    def add(self, new: Import, *, again: bool) -> Import:
        """Keep an import; unless `again`, a confirmed one of the same file and choices is returned instead."""
        with transaction(self._connection):
            earlier = None if again else self.earlier(new.hash)
            if earlier is not None:
                return earlier
            self._connection.execute(
                f"INSERT INTO imports ({_COLUMNS}) VALUES ({', '.join('?' * len(_COLUMNS.split(',')))})", _values(new)
            )
        return new

    def take(self, id: str, step: ImportStep, change: Callable[[Import], Import] = _as_it_is) -> Import:
        """Take a step, with what it changes; gives the import as it is then. All of it happens, or nothing.

        Raises ImportUnknown, StepNotAllowed, and what `change` raises.
        """
        with transaction(self._connection):
            one = self.get(id)
            state = after(id, one.state, step)
            changed = replace(change(one), state=state)
            if state in _ENDS:
                changed = replace(changed, ended_at=self._clock())
            names = _COLUMNS.replace(",", " = ?,") + " = ?"
            self._connection.execute(f"UPDATE imports SET {names} WHERE id = ?", (*_values(changed), id))
        return changed

    def earlier(self, hash: str) -> Import | None:
        """The latest import of the same file with the same choices; one that was cancelled or failed is none."""
        row = self._connection.execute(
            f"SELECT {_COLUMNS} FROM imports WHERE hash = ? AND (state = ? OR state = ? AND NOT is_cancelling)"
            " ORDER BY id DESC LIMIT 1",
            (hash, ImportState.PUBLISHED, ImportState.RUNNING),
        ).fetchone()
        return None if row is None else _import(row)

    def get(self, id: str) -> Import:
        """The import of that id. Raises ImportUnknown."""
        row = self._connection.execute(f"SELECT {_COLUMNS} FROM imports WHERE id = ?", (id,)).fetchone()
        if row is None:
            raise ImportUnknown(f"No import has the id {id[:60]!r}; the list of imports has those that there are.")
        return _import(row)

    def has(self, id: str) -> bool:
        """Whether there is an import of that id."""
        return self._connection.execute("SELECT 1 FROM imports WHERE id = ?", (id,)).fetchone() is not None

    def all(self) -> list[Import]:
        """Every import, newest first."""
        return [_import(row) for row in self._connection.execute(f"SELECT {_COLUMNS} FROM imports ORDER BY id DESC")]

    def ids(self, before: str | None = None, *, by: str | None = None, are_edits: bool = False) -> Iterator[str]:
        """The ids of imports, newest first: of those older than the import `before`, and brought `by` that name.

        Those of files, or `are_edits`.
        """
        yield from (id for (id,) in self._connection.execute(_IDS, (before, by, are_edits)).fetchall())

    def names(self) -> list[str]:
        """Who has brought any import, by name."""
        found = self._connection.execute("SELECT DISTINCT who FROM imports WHERE who IS NOT NULL ORDER BY who")
        return [name for (name,) in found]

    def with_files(self) -> set[str]:
        """The ids of imports that keep their file: all but those that were cancelled before they were confirmed."""
        found = self._connection.execute(
            "SELECT id FROM imports WHERE state != ? OR confirmed_at IS NOT NULL", (ImportState.CANCELLED,)
        )
        return {id for (id,) in found}

    def unconfirmed(self) -> list[str]:
        """The ids of imports that are still being prepared, newest first."""
        found = self._connection.execute(
            "SELECT id FROM imports WHERE state IN (?, ?, ?) ORDER BY id DESC",
            (ImportState.UPLOADED, ImportState.MAPPED, ImportState.CHECKED),
        )
        return [id for (id,) in found]

    def unfinished(self) -> list[str]:
        """The ids of imports whose rows are not all out yet, and of those to be checked, oldest first."""
        return list(self.rows_of_unfinished())

    def rows_of_unfinished(self) -> dict[str, int]:
        """How many rows each of them has, 0 where nobody has counted them yet."""
        rows = self._connection.execute(
            "SELECT id, rows FROM imports WHERE state = ? OR is_checking ORDER BY id", (ImportState.RUNNING,)
        )
        return dict(rows.fetchall())

    def is_cancelling(self, id: str) -> bool:
        """Whether somebody wants the import to stop."""
        return self.get(id).is_cancelling

    def end(self, id: str, *, published: int, duplicate: int, rejected: int) -> None:
        """No more rows come: keep what the split counted. It is CANCELLED if some were left, else PUBLISHED."""
        is_whole = self.get(id).rows <= published + duplicate + rejected
        self.take(
            id,
            ImportStep.PUBLISH if is_whole else ImportStep.STOP,
            lambda one: replace(one, published=published, duplicate=duplicate, rejected=rejected),
        )

    def fail(self, id: str, failure: str, *, published: int, duplicate: int, rejected: int) -> None:
        """The import can never go on, for the reason given; keep what is known of its split."""
        self.take(
            id,
            ImportStep.FAIL,
            lambda one: replace(one, failure=failure, published=published, duplicate=duplicate, rejected=rejected),
        )


_COLUMNS = (
    "id, hash, file_sha256, file_name, choices, columns, confirmed_at, rows, state, published, duplicate, rejected,"
    " is_cancelling, failure, is_checking, revision, who, bytes, ended_at"
)
_IDS = """SELECT id FROM imports WHERE (?1 IS NULL OR id < ?1) AND (?2 IS NULL OR who = ?2)
    AND (json_extract(choices, '$.edit') IS NOT NULL) = ?3 ORDER BY id DESC"""
_ENDS = (ImportState.PUBLISHED, ImportState.CANCELLED, ImportState.FAILED)


def _values(one: Import) -> tuple[Any, ...]:
    choices, columns = json.dumps(one.choices.to_json()), json.dumps(one.columns.to_json())
    about = (one.id, one.hash, one.file_sha256, one.file_name, choices, columns, one.confirmed_at, one.rows)
    counts = (one.state, one.published, one.duplicate, one.rejected)
    flags = (int(one.is_cancelling), one.failure, int(one.is_checking), one.revision)
    return (*about, *counts, *flags, one.by, one.bytes, one.ended_at)


def _import(row: tuple[Any, ...]) -> Import:
    id, hash, file_sha256, file_name, choices, columns, confirmed_at, rows, state, *rest = row
    published, duplicate, rejected, is_cancelling, failure, is_checking, revision, *brought = rest
    read = (Choices.from_json(json.loads(choices)), ColumnMap.from_json(json.loads(columns)))
    counts = (published, duplicate, rejected, bool(is_cancelling), failure, bool(is_checking), revision)
    return Import(id, hash, file_sha256, file_name, *read, confirmed_at, rows, ImportState(state), *counts, *brought)
