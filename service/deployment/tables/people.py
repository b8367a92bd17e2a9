"""People who use the hub: a name, their rights, and one-time links by which they sign in."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING, Any

from ledger.events import moments
from ledger.sqlite import Connection, transaction
from service.deployment.tables.audit_trail import Act, record
from service.deployment.tables.database import MIGRATIONS
from service.deployment.tables.keys import clean_name, fingerprint
from service.deployment.tables.scopes import SCOPES, in_order, known
from service.deployment.tables.scopes import text as scopes_text

if TYPE_CHECKING:
    from sqlite_utils import Database

LINK_VALID = 24 * 3600 * 1_000_000
"""Microseconds a one-time link can be used after it was made."""


@MIGRATIONS()
def people(database: "Database") -> None:
    database.execute("""
        CREATE TABLE people (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            scopes TEXT NOT NULL,       -- separated by spaces
            created_at INTEGER NOT NULL,
            removed_at INTEGER          -- a removed person stays, so that the audit table names somebody
        ) STRICT
    """)
    database.execute("CREATE UNIQUE INDEX people_by_name ON people (name) WHERE removed_at IS NULL")
    database.execute("""
        CREATE TABLE links (
            hash BLOB PRIMARY KEY,      -- SHA-256 of the link's text, which is kept nowhere
            person TEXT NOT NULL REFERENCES people,
            expires_at INTEGER NOT NULL,
            spent_at INTEGER
        ) STRICT
    """)


class PersonUnknown(LookupError):
    """Nobody with this id may use the hub; the message says so."""


class NameTaken(ValueError):
    """Somebody who may use the hub has this name already."""


class LinkUnusable(Exception):
    """A link that is unknown, spent or too old, or whose person was removed; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may use the hub. `scopes` are their rights; moments are microseconds since the epoch."""

    id: str
    name: str
    scopes: frozenset[str]
    created_at: int
    removed_at: int | None


class People:
    """The people of `service.db`. Safe for threads.

    `clock` gives microseconds since the epoch, `token(n)` URL-safe text of n random bytes (`secrets.token_urlsafe`).
    """

    def __init__(self, connection: Connection, clock: Callable[[], int], token: Callable[[int], str]) -> None:
        self._connection = connection
        self._clock = clock
        self._token = token
        self._lock = Lock()

    def add(self, name: str, scopes: Iterable[str], by: str) -> Person:
        """Let somebody in. Raises ScopeUnknown, NameTaken, and ValueError for a name that is blank or over 100."""
        person = self._new(name, scopes)
        with self._lock, transaction(self._connection):
            taken = self._connection.execute(
                "SELECT 1 FROM people WHERE name = ? AND removed_at IS NULL", [person.name]
            )
            if taken.fetchone():
                raise NameTaken(f"{person.name!r} is there already: give another name, or make a new link")
            self._insert(person, by)
        return person

    def add_first(self, name: str, by: str) -> Person | None:
        """Let the first person in, with every right; None if there ever was anybody."""
        person = self._new(name, SCOPES)
        with self._lock, transaction(self._connection):
            if self._connection.execute("SELECT 1 FROM people LIMIT 1").fetchone():
                return None
            self._insert(person, by)
        return person

    def all(self) -> list[Person]:
        """Everybody who may use the hub, by name."""
        with self._lock:
            rows = self._connection.execute(
                f"SELECT {_COLUMNS} FROM people WHERE removed_at IS NULL ORDER BY name, id"
            ).fetchall()
        return [_person(row) for row in rows]

    def get(self, id: str) -> Person:
        """The person with this id. Raises PersonUnknown, for a removed one too."""
        with self._lock:
            row = self._connection.execute(f"SELECT {_COLUMNS} FROM people WHERE id = ?", [id]).fetchone()
        if row is None or row[4] is not None:
            raise PersonUnknown(f"nobody has the id {id!r}; `contacts people list` shows who is there")
        return _person(row)

    def change(self, id: str, scopes: Iterable[str], by: str) -> Person:
        """Give a person other rights, on every device of theirs at once. Raises PersonUnknown, ScopeUnknown."""
        before, wanted = self.get(id), known(scopes, "rights")
        if wanted == before.scopes:
            return before
        with self._lock, transaction(self._connection):
            self._connection.execute("UPDATE people SET scopes = ? WHERE id = ?", [scopes_text(wanted), id])
            detail = {
                "person": id,
                "name": before.name,
                "before": scopes_text(before.scopes),
                "scopes": scopes_text(wanted),
            }
            record(self._connection, Act(self._clock(), by, "rights changed", detail))
        return replace(before, scopes=wanted)

    def remove(self, id: str, by: str) -> Person:
        """Let somebody in no longer: their sessions and links end at once. Raises PersonUnknown."""
        person = self.get(id)
        with self._lock, transaction(self._connection):
            now = self._clock()
            self._connection.execute("UPDATE people SET removed_at = ? WHERE id = ?", [now, id])
            record(self._connection, Act(now, by, "person removed", {"person": id, "name": person.name}))
        return person

    def link(self, id: str, by: str) -> str:
        """A new one-time link's text for a person, valid for a day; nothing can show it again. Raises PersonUnknown."""
        person, text = self.get(id), self._token(32)
        with self._lock, transaction(self._connection):
            now = self._clock()
            self._connection.execute("DELETE FROM links WHERE expires_at < ?", [now])
            self._connection.execute(
                "INSERT INTO links (hash, person, expires_at) VALUES (?, ?, ?)",
                [fingerprint(text), id, now + LINK_VALID],
            )
            record(self._connection, Act(now, by, "sign-in link made", {"person": id, "name": person.name}))
        return text

    def holder(self, text: str) -> Person:
        """Whose unspent link this is. Raises LinkUnusable."""
        with self._lock:
            return self._holder(text)

    def spend(self, text: str) -> Person:
        """Use a link up, and give its person. Of two who use it at the same time one gets in. Raises LinkUnusable."""
        with self._lock, transaction(self._connection):
            person = self._holder(text)
            self._connection.execute("UPDATE links SET spent_at = ? WHERE hash = ?", [self._clock(), fingerprint(text)])
        return person

    def _holder(self, text: str) -> Person:
        row = self._connection.execute(
            f"SELECT {_COLUMNS}, expires_at, spent_at FROM links JOIN people ON person = id WHERE hash = ?",
            [fingerprint(text)],
        ).fetchone()
        if row is None or row[4] is not None:
            raise LinkUnusable("This link is not known here. Ask for a new one.")
        *person, expires_at, spent_at = row
        if spent_at is not None:
            raise LinkUnusable("This link has been used already. Each link works once; ask for a new one.")
        if expires_at < self._clock():
            raise LinkUnusable("This link is older than a day. Ask for a new one.")
        return _person(tuple(person))

    def _new(self, name: str, scopes: Iterable[str]) -> Person:
        clean, wanted = clean_name(name, "person"), known(scopes, "rights")
        return Person(fingerprint(self._token(32)).hex()[:12], clean, wanted, self._clock(), None)

    def _insert(self, person: Person, by: str) -> None:
        scopes = scopes_text(person.scopes)
        self._connection.execute(
            "INSERT INTO people (id, name, scopes, created_at) VALUES (?, ?, ?, ?)",
            [person.id, person.name, scopes, person.created_at],
        )
        detail = {"person": person.id, "name": person.name, "scopes": scopes}
        record(self._connection, Act(person.created_at, by, "person added", detail))


_COLUMNS = "id, name, scopes, created_at, removed_at"


def _person(row: tuple[str, str, str, int, int | None]) -> Person:
    id, name, scopes, created_at, removed_at = row
    return Person(id, name, frozenset(scopes.split()), created_at, removed_at)


def shown(person: Person) -> dict[str, Any]:
    """A person as command line and HTTP show one."""
    return {
        "id": person.id,
        "name": person.name,
        "scopes": in_order(person.scopes),
        "created_at": moments.text(person.created_at),
    }


def void_links(connection: Connection) -> int:
    """Void all one-time links, as where the file was brought from a backup; how many there were."""
    return int(connection.execute("DELETE FROM links").rowcount)
