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

SPLITTING = "splitting"
SPLIT = "split"


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


class ImportUnknown(LookupError):
    """No import has this id."""


@dataclass(frozen=True, slots=True)
class Import:
    """An import as it was confirmed, and the counts of its split once that is complete (`state` is SPLIT).

    `confirmed_at` is microseconds since the epoch; `rows` counts the file's, `published` those that became messages.
    """

    id: str
    hash: str
    file_sha256: str
    file_name: str
    choices: Choices
    columns: ColumnMap
    confirmed_at: int
    rows: int
    state: str = SPLITTING
    published: int = 0
    duplicate: int = 0
    rejected: int = 0


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
        """The latest import of the same file with the same choices."""
        row = self._connection.execute(
            f"SELECT {_COLUMNS} FROM imports WHERE hash = ? ORDER BY id DESC LIMIT 1", (hash,)
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

    def attribute_types(self) -> dict[str, str]:
        """The custom attributes that imports brought, with the type the first one mapped each to."""
        types: dict[str, str] = {}
        for one in reversed(self.all()):
            for column in one.columns.columns:
                if column.attribute is not None and default_type(column.attribute) is None:
                    types.setdefault(column.attribute, column.type)
        return types

    def complete(self, id: str, *, published: int, duplicate: int, rejected: int) -> None:
        """Every row is out: keep what the split counted."""
        with transaction(self._connection):
            self._connection.execute(
                "UPDATE imports SET state = ?, published = ?, duplicate = ?, rejected = ? WHERE id = ?",
                (SPLIT, published, duplicate, rejected, id),
            )


_COLUMNS = (
    "id, hash, file_sha256, file_name, choices, columns, confirmed_at, rows, state, published, duplicate, rejected"
)


def _values(one: Import) -> tuple[Any, ...]:
    choices, columns = json.dumps(one.choices.to_json()), json.dumps(one.columns.to_json())
    counts = (one.state, one.published, one.duplicate, one.rejected)
    return (one.id, one.hash, one.file_sha256, one.file_name, choices, columns, one.confirmed_at, one.rows, *counts)


def _import(row: tuple[Any, ...]) -> Import:
    id, hash, file_sha256, file_name, choices, columns, *rest = row
    read_choices, read_columns = Choices.from_json(json.loads(choices)), ColumnMap.from_json(json.loads(columns))
    return Import(id, hash, file_sha256, file_name, read_choices, read_columns, *rest)
