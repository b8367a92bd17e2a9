"""API keys: shown once, stored as hashes, limited to scopes, revocable."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Any

from ledger.events import moments
from ledger.sqlite import Connection, transaction
from service.deployment.tables.audit_trail import Act, record
from service.deployment.tables.scopes import SCOPES, in_order, known
from service.deployment.tables.scopes import text as scopes_text

MOST_VALID = 2
"""Valid keys with one name: the one in use and its successor, so that a client can go over without a break."""


class TooManyKeys(Exception):
    """A client has as many valid keys as it may; the message names them."""


class KeyUnknown(LookupError):
    """No key has this id."""


def clean_name(name: str, of: str) -> str:
    """The name of a key or a person, every run of spaces one space. Raises ValueError, which says of what it is."""
    clean = " ".join(name.split())
    if not 1 <= len(clean) <= 100 or not clean.isprintable():
        raise ValueError(f"a {of}'s name has 1 to 100 printable characters")
    return clean


@dataclass(frozen=True, slots=True)
class Key:
    """An API key as it is kept: everything but its text. Moments are microseconds since the epoch."""

    id: str
    name: str
    scopes: frozenset[str]
    created_at: int
    revoked_at: int | None


class Keys:
    """The keys of `service.db`. Safe for threads: each use of the connection is short and alone.

    `clock` gives microseconds since the epoch, `token(n)` URL-safe text of n random bytes (`secrets.token_urlsafe`).
    `check` is called before a key is looked up, and may raise: where the file is no longer the one that was opened.
    """

    def __init__(
        self,
        connection: Connection,
        clock: Callable[[], int],
        token: Callable[[int], str],
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self._connection = connection
        self._check = check
        self._clock = clock
        self._token = token
        self._lock = Lock()

    def create(self, name: str, scopes: Iterable[str], by: str) -> tuple[Key, str]:
        """Make a key; the second value is its text, 256 random bits, which nothing can show again.

        Raises ScopeUnknown for a scope outside SCOPES or none at all, ValueError for a name that is blank or over 100,
        TooManyKeys when MOST_VALID with this name are not revoked.
        """
        key, text = self._new(name, scopes)
        with self._lock, transaction(self._connection):
            self._leave_room(key.name)
            self._insert(key, text, by)
        return key, text

    def create_first(self, name: str, by: str) -> tuple[Key, str] | None:
        """Make a key with every scope if there never was any key; None if there was (a revoked one counts)."""
        key, text = self._new(name, SCOPES)
        with self._lock, transaction(self._connection):
            if self._connection.execute("SELECT 1 FROM keys LIMIT 1").fetchone():
                return None
            self._insert(key, text, by)
        return key, text

    def all(self) -> list[Key]:
        """Every key, revoked ones included, oldest first."""
        with self._lock:
            rows = self._connection.execute(f"SELECT {_COLUMNS} FROM keys ORDER BY created_at, id").fetchall()
        return [_key(row) for row in rows]

    def revoke(self, id: str, by: str) -> Key:
        """Revoke a key, in effect everywhere within 5 seconds; doing so again changes nothing. Raises KeyUnknown."""
        with self._lock, transaction(self._connection):
            now = self._clock()
            changed = self._connection.execute(
                "UPDATE keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", (now, id)
            ).rowcount
            row = self._connection.execute(f"SELECT {_COLUMNS} FROM keys WHERE id = ?", (id,)).fetchone()
            if row is None:
                raise KeyUnknown(f"no key has the id {id!r}; `contacts keys list` shows them")
            key = _key(row)
            if changed:
                record(self._connection, Act(now, by, "key revoked", {"key": id, "name": key.name}))
        return key

    def find(self, text: str) -> Key | None:
        """The key whose text this is, revoked or not. Looked up by hash, so its timing tells nothing of other keys."""
        self._check()
        with self._lock:
            row = self._connection.execute(
                f"SELECT {_COLUMNS} FROM keys WHERE hash = ?", (fingerprint(text),)
            ).fetchone()
        return None if row is None else _key(row)

    def record(self, act: Act) -> None:
        """Put an act into the audit table."""
        with self._lock, transaction(self._connection):
            record(self._connection, act)

    def _new(self, name: str, scopes: Iterable[str]) -> tuple[Key, str]:
        clean = clean_name(name, "key")
        wanted = known(scopes)
        text = f"cl_{self._token(32)}"
        # the id is for people to type; it says nothing of the text
        return Key(fingerprint(f"id of {text}").hex()[:12], clean, wanted, self._clock(), None), text

    def _leave_room(self, name: str) -> None:
        query = f"SELECT {_COLUMNS} FROM keys WHERE name = ? AND revoked_at IS NULL ORDER BY created_at, id"
        valid = [_key(row) for row in self._connection.execute(query, (name,))]
        if len(valid) >= MOST_VALID:
            made = " and ".join(f"{key.id} (made {moments.text(key.created_at)})" for key in valid)
            raise TooManyKeys(
                f"{name!r} has {len(valid)} valid keys, {made}: revoke the one that is no longer used,"
                " with `contacts keys revoke ID`, or give the new key another name"
            )

    def _insert(self, key: Key, text: str, by: str) -> None:
        scopes = scopes_text(key.scopes)
        self._connection.execute(
            "INSERT INTO keys (id, hash, name, scopes, created_at) VALUES (?, ?, ?, ?, ?)",
            (key.id, fingerprint(text), key.name, scopes, key.created_at),
        )
        detail = {"key": key.id, "name": key.name, "scopes": scopes}
        record(self._connection, Act(key.created_at, by, "key created", detail))


_COLUMNS = "id, name, scopes, created_at, revoked_at"


def fingerprint(text: str) -> bytes:
    """SHA-256 of a key's text: enough for 256 random bits, where a slow hash would only slow every call."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _key(row: tuple[str, str, str, int, int | None]) -> Key:
    id, name, scopes, created_at, revoked_at = row
    return Key(id, name, frozenset(scopes.split()), created_at, revoked_at)


def shown(key: Key) -> dict[str, Any]:
    """A key as command line and HTTP show one, without its text."""
    return {
        "id": key.id,
        "name": key.name,
        "scopes": in_order(key.scopes),
        "created_at": moments.text(key.created_at),
        "revoked_at": None if key.revoked_at is None else moments.text(key.revoked_at),
    }
