"""`service.db`: API keys, idempotency keys, imports and the audit table. Processes write it in short transactions."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.belonging import Gone, refuse_other
from ledger.copying import copy_to
from ledger.file_place import FilePlace
from ledger.sqlite import Connection, connect
from ledger.storage import CopyProgress, unseen
from service.deployment.tables.audit_chain import GENESIS, AuditHead, line_hash
from service.deployment.tables.audit_trail import audit_head
from service.deployment.tables.migrations import StoreMigrations

if TYPE_CHECKING:
    from sqlite_utils import Database

MIGRATIONS = StoreMigrations()


def open_store(path: Path, ledger: str | None = None, busy_seconds: float = 10.0) -> Connection:
    """Open `service.db`, made and brought to this version's tables when needed; several processes may at once.

    One connection serves one thread at a time, and waits so long for other writers; write inside
    `ledger.sqlite.transaction`. `ledger` is the id of the ledger it belongs to, or will from now on.

    Raises ledger.belonging.NotOurs for the file of another ledger.
    """
    connection = connect(path, busy_seconds=busy_seconds)
    if MIGRATIONS.are_pending(connection):
        MIGRATIONS.apply(connection)
    if ledger is not None:
        (found,) = connection.execute("SELECT id FROM ledger").fetchone()
        if found is None:
            connection.execute("UPDATE ledger SET id = ? WHERE id IS NULL", (ledger,))
        else:
            refuse_other(path, found, ledger)
    return connection


class FrozenStore:
    """`service.db` as it is when it is frozen, for whoever copies it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def freeze(self) -> None:
        """From now on see the file as it is now."""
        self._connection.execute("BEGIN")
        self._connection.execute("SELECT id FROM ledger").fetchone()  # its view begins with its first read

    def newest_line(self) -> AuditHead:
        """The head of the audit table."""
        return audit_head(self._connection)

    def copy_to(self, path: Path, progress: CopyProgress = unseen) -> None:
        """Write it into the new file `path`; it is on the disk when this returns."""
        copy_to(self._connection, path, progress)


@contextmanager
def frozen_store(path: Path) -> Iterator[FrozenStore]:
    """`service.db`, to be frozen and copied in the block. Raises StorageFault where there is none."""
    with closing(connect(path, read_only=True)) as connection:
        yield FrozenStore(connection)


@contextmanager
def other_store(path: Path, ledger: str) -> Iterator[Connection]:
    """The `service.db` of another copy of this ledger, which is only looked at. Raises StorageFault, NotOurs."""
    with closing(connect(path, read_only=True)) as connection:
        (found,) = connection.execute("SELECT id FROM ledger").fetchone()
        refuse_other(path, found, ledger)
        yield connection


def refuse_lost_store(place: FilePlace) -> None:
    """Raise Gone where `service.db`, open at `place`, was deleted or replaced: what is written to it is lost."""
    lost = place.lost()
    if lost is not None:
        raise Gone(
            f"{lost} was deleted or replaced while it was in use (it holds the API keys and the imports):"
            " put it back, or restore it from a backup, and start again"
        )


@MIGRATIONS()
def keys_and_audit(database: "Database") -> None:
    database.execute("""
        CREATE TABLE keys (
            id TEXT PRIMARY KEY,
            hash BLOB NOT NULL UNIQUE,  -- SHA-256 of the key's text, which is kept nowhere
            name TEXT NOT NULL,
            scopes TEXT NOT NULL,       -- separated by spaces
            created_at INTEGER NOT NULL,  -- microseconds since the epoch, as every moment here
            revoked_at INTEGER
        ) STRICT
    """)
    database.execute("""
        CREATE TABLE audit (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            who TEXT NOT NULL,
            what TEXT NOT NULL,
            detail TEXT NOT NULL        -- a JSON object
        ) STRICT
    """)
    for verb in ("UPDATE", "DELETE"):
        database.execute(f"""
            CREATE TRIGGER audit_keeps_{verb.lower()} BEFORE {verb} ON audit
            BEGIN SELECT RAISE(ABORT, 'the audit table only grows'); END
        """)


@MIGRATIONS()
def ledger(database: "Database") -> None:
    database.execute("CREATE TABLE ledger (id TEXT) STRICT")  # whose keys and imports these are (R37)
    database.execute("INSERT INTO ledger VALUES (NULL)")


@MIGRATIONS()
def audit_that_is_chained(database: "Database") -> None:
    """Each line gets a hash over itself and the one before it; those of earlier versions as they are now."""
    for verb in ("update", "delete"):
        database.execute(f"DROP TRIGGER audit_keeps_{verb}")
    database.execute("ALTER TABLE audit RENAME TO audit_before")
    database.execute("""
        CREATE TABLE audit (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            who TEXT NOT NULL,
            what TEXT NOT NULL,
            detail TEXT NOT NULL,       -- a JSON object
            hash BLOB NOT NULL          -- as audit_chain.py says
        ) STRICT
    """)
    previous = GENESIS
    for line in database.execute("SELECT id, at, who, what, detail FROM audit_before ORDER BY id").fetchall():
        previous = line_hash(previous, *line)
        database.execute("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?)", [*line, previous])
    database.execute("DROP TABLE audit_before")
    database.execute("CREATE INDEX audit_by_time ON audit (at, id)")
    for verb in ("UPDATE", "DELETE"):
        database.execute(f"""
            CREATE TRIGGER audit_keeps_{verb.lower()} BEFORE {verb} ON audit
            BEGIN SELECT RAISE(ABORT, 'the audit table only grows'); END
        """)
