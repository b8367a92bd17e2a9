"""Who is signed in to the hub, on which device: sessions of people, and of holders of an API key."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

from ledger.events import moments
from ledger.sqlite import Connection, transaction
from service.deployment.tables.audit_trail import Act, record
from service.deployment.tables.database import MIGRATIONS
from service.deployment.tables.keys import fingerprint

if TYPE_CHECKING:
    from sqlite_utils import Database

VALID = 30 * 24 * 3600 * 1_000_000
"""Microseconds a device stays signed in."""

_SEEN_EVERY = 3600 * 1_000_000


@MIGRATIONS()
def sessions(database: "Database") -> None:
    database.execute("""
        CREATE TABLE sessions (
            hash BLOB PRIMARY KEY,      -- SHA-256 of the cookie's text, which is kept nowhere
            person TEXT REFERENCES people,
            key TEXT REFERENCES keys,
            device TEXT NOT NULL,       -- in words
            created_at INTEGER NOT NULL,
            seen_at INTEGER NOT NULL,   -- to the hour
            CHECK ((person IS NULL) <> (key IS NULL))
        ) STRICT
    """)


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in device. `name` is the person's, or the key's; `scopes` are what they may do now.

    `person` and `key` are their ids, of which one is None. Moments are microseconds since the epoch.
    """

    hash: bytes
    person: str | None
    key: str | None
    name: str
    scopes: frozenset[str]
    device: str
    created_at: int
    seen_at: int

    @property
    def id(self) -> str:
        """What names the session where it is listed; says nothing of the cookie's text."""
        return self.hash.hex()[:12]


class SessionUnknown(LookupError):
    """No device is signed in under this id; the message says so."""


class Sessions:
    """The sessions of `service.db`. Safe for threads; `clock` and `token` as for People."""

    def __init__(self, connection: Connection, clock: Callable[[], int], token: Callable[[int], str]) -> None:
        self._connection = connection
        self._clock = clock
        self._token = token
        self._lock = Lock()

    def begin(self, device: str, *, person: str | None = None, key: str | None = None) -> str:
        """Sign a device in, for a person or a key by its id; gives the cookie's text, 256 random bits.

        It is on the audit trail.
        """
        text = self._token(32)
        hash = fingerprint(text)
        with self._lock, transaction(self._connection):
            now = self._clock()
            self._connection.execute("DELETE FROM sessions WHERE created_at < ?", [now - VALID])
            self._connection.execute(
                "INSERT INTO sessions (hash, person, key, device, created_at, seen_at) VALUES (?, ?, ?, ?, ?, ?)",
                [hash, person, key, device[:100], now, now],
            )
            begun = self._connection.execute(f"{_VALID} AND sessions.hash = ?", [now - VALID, hash]).fetchone()
            if begun is not None:  # whose person or key is gone by now is not signed in
                session = _session(begun)
                detail = {"session": session.id, "device": session.device}
                record(self._connection, Act(now, session.name, "signed in", detail))
        return text

    def find(self, text: str) -> Session | None:
        """The session of a cookie; None when it has ended, or its person was removed, or its key revoked."""
        hash, now = fingerprint(text), self._clock()
        with self._lock:
            row = self._connection.execute(f"{_VALID} AND sessions.hash = ?", [now - VALID, hash]).fetchone()
            if row is None:
                return None
            found = _session(row)
            if now - found.seen_at > _SEEN_EVERY:
                with transaction(self._connection):
                    self._connection.execute("UPDATE sessions SET seen_at = ? WHERE hash = ?", [now, hash])
        return found

    def all(self) -> list[Session]:
        """Every device that is signed in, the one seen last first."""
        query = f"{_VALID} ORDER BY seen_at DESC, sessions.created_at DESC, sessions.hash"
        with self._lock:
            rows = self._connection.execute(query, [self._clock() - VALID]).fetchall()
        return list(map(_session, rows))

    def end(self, session: Session) -> None:
        """Sign this device out."""
        with self._lock, transaction(self._connection):
            self._connection.execute("DELETE FROM sessions WHERE hash = ?", [session.hash])

    def sign_out(self, id: str, by: str) -> Session:
        """Sign a device out that somebody else may use; it is on the audit trail. Raises SessionUnknown."""
        session = next((one for one in self.all() if one.id == id), None)
        if session is None:
            raise SessionUnknown(
                f"no device is signed in under the id {id!r}; `contacts sessions list` shows those that are"
            )
        with self._lock, transaction(self._connection):
            self._connection.execute("DELETE FROM sessions WHERE hash = ?", [session.hash])
            detail = {"session": id, "name": session.name, "device": session.device}
            record(self._connection, Act(self._clock(), by, "device signed out", detail))
        return session


_VALID = """
    SELECT sessions.hash, person, key, coalesce(people.name, keys.name), coalesce(people.scopes, keys.scopes), device,
        sessions.created_at, seen_at
    FROM sessions LEFT JOIN people ON people.id = person LEFT JOIN keys ON keys.id = key
    WHERE sessions.created_at >= ? AND people.removed_at IS NULL AND keys.revoked_at IS NULL
"""


def _session(row: tuple[bytes, str | None, str | None, str, str, str, int, int]) -> Session:
    hash, person, key, name, scopes, device, created_at, seen_at = row
    return Session(hash, person, key, name, frozenset(scopes.split()), device, created_at, seen_at)


def shown(session: Session) -> dict[str, Any]:
    """A signed-in device as command line and HTTP show one; `seen_at` is to the hour."""
    return {
        "id": session.id,
        "name": session.name,
        "person": session.person,
        "key": session.key,
        "device": session.device,
        "created_at": moments.text(session.created_at),
        "seen_at": moments.text(session.seen_at),
    }


def sign_everybody_out(connection: Connection) -> int:
    """End all sessions, as where the file was brought from a backup; how many there were."""
    return int(connection.execute("DELETE FROM sessions").rowcount)
