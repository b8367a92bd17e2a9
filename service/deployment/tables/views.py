"""Saved views: a list's filters, columns and order under a name, for whoever saved it or for everybody."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING, Any

from ledger.sqlite import Connection, transaction
from service.deployment.tables.database import MIGRATIONS

if TYPE_CHECKING:
    from sqlite_utils import Database

MOST_OF_ONE = 100
MOST_NAME_CHARACTERS = 80


@MIGRATIONS()
def views(database: "Database") -> None:
    database.execute("""
        CREATE TABLE views (
            id TEXT PRIMARY KEY,        -- UUIDv7
            owner TEXT NOT NULL,        -- the name of a person or a key, so that a new key keeps them
            name TEXT NOT NULL,
            query TEXT NOT NULL,        -- a JSON object
            columns TEXT,               -- a JSON list; NULL: those of whoever looks
            sort TEXT NOT NULL,
            is_shared INTEGER NOT NULL,
            UNIQUE (owner, name)
        ) STRICT
    """)


class ViewUnknown(LookupError):
    """No view has this id, or it is somebody else's and not shared."""


class ViewNameTaken(Exception):
    """Its owner has another view of this name."""


class NotYourView(Exception):
    """A shared view that somebody else saved: only its owner changes or removes it."""


class TooManyViews(Exception):
    """Its owner has as many views as one can have."""


@dataclass(frozen=True, slots=True)
class View:
    """A list as it was saved. `query` has `where`, `tag`, `q` and `match` as the list takes them.

    `columns` None: those of whoever looks. `owner` is a name.
    """

    id: str
    name: str
    query: Mapping[str, Any]
    columns: tuple[str, ...] | None
    sort: str
    is_shared: bool
    owner: str

    def shown(self) -> dict[str, Any]:
        """The view as calls and pages tell it."""
        return {
            "id": self.id,
            "name": self.name,
            "query": dict(self.query),
            "columns": None if self.columns is None else list(self.columns),
            "sort": self.sort,
            "shared": self.is_shared,
            "by": self.owner,
        }


class Views:
    """The views of `service.db`. Safe for threads."""

    def __init__(self, connection: Connection, new_id: Callable[[], str]) -> None:
        self._connection = connection
        self._new_id = new_id
        self._lock = Lock()

    def seen_by(self, name: str) -> list[View]:
        """Their own views, and those that are shared, by name."""
        with self._lock:
            rows = self._connection.execute(
                f"SELECT {_COLUMNS} FROM views WHERE owner = ? OR is_shared ORDER BY name, id", (name,)
            ).fetchall()
        return list(map(_view, rows))

    def find(self, id: str, name: str) -> View:
        """A view that this person may see. Raises ViewUnknown."""
        with self._lock:
            return self._found(id, name)

    def save(self, new: View) -> View:
        """Keep a new view, whose id is made now. Raises ViewNameTaken, TooManyViews, ValueError for an unfit name."""
        new = replace(new, id=self._new_id(), name=_clean(new.name))
        with self._lock, transaction(self._connection):
            (many,) = self._connection.execute("SELECT count(*) FROM views WHERE owner = ?", (new.owner,)).fetchone()
            if many >= MOST_OF_ONE:
                raise TooManyViews(f"you have {many} views: remove one first")
            self._refuse_taken(new)
            self._connection.execute(f"INSERT INTO views ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)", _values(new))
        return new

    def change(self, changed: View) -> View:
        """Put this in the place of the view with its id. Raises as `save` does, ViewUnknown, NotYourView."""
        changed = replace(changed, name=_clean(changed.name))
        with self._lock, transaction(self._connection):
            self._own(changed.id, changed.owner)
            self._refuse_taken(changed)
            names = _COLUMNS.replace(",", " = ?,") + " = ?"
            self._connection.execute(f"UPDATE views SET {names} WHERE id = ?", (*_values(changed), changed.id))
        return changed

    def remove(self, id: str, name: str) -> View:
        """Remove a view; gives what it was. Raises ViewUnknown, NotYourView."""
        with self._lock, transaction(self._connection):
            view = self._own(id, name)
            self._connection.execute("DELETE FROM views WHERE id = ?", (id,))
        return view

    def _own(self, id: str, name: str) -> View:
        view = self._found(id, name)
        if view.owner != name:
            raise NotYourView(f"this view was saved by {view.owner}; save one of your own from it")
        return view

    def _found(self, id: str, name: str) -> View:
        row = self._connection.execute(
            f"SELECT {_COLUMNS} FROM views WHERE id = ? AND (owner = ? OR is_shared)", (id, name)
        ).fetchone()
        if row is None:
            raise ViewUnknown("there is no such view, or no longer")
        return _view(row)

    def _refuse_taken(self, view: View) -> None:
        taken = self._connection.execute(
            "SELECT 1 FROM views WHERE owner = ? AND name = ? AND id != ?", (view.owner, view.name, view.id)
        ).fetchone()
        if taken is not None:
            raise ViewNameTaken(f"you have a view called {view.name!r}: choose another name, or save that one")


_COLUMNS = "id, owner, name, query, columns, sort, is_shared"


def _clean(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned or len(cleaned) > MOST_NAME_CHARACTERS or not cleaned.isprintable():
        raise ValueError(f"a view's name has 1 to {MOST_NAME_CHARACTERS} characters that can be seen")
    return cleaned


def _values(view: View) -> tuple[Any, ...]:
    columns = None if view.columns is None else json.dumps(view.columns)
    return view.id, view.owner, view.name, json.dumps(dict(view.query)), columns, view.sort, int(view.is_shared)


def _view(row: tuple[Any, ...]) -> View:
    id, owner, name, query, columns, sort, is_shared = row
    shown = None if columns is None else tuple(json.loads(columns))
    return View(id, name, json.loads(query), shown, sort, bool(is_shared), owner)
