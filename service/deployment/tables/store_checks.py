"""What is asked of `service.db` by those who only look at it: they neither make it nor bring its tables up to date."""

import json
from contextlib import closing
from operator import methodcaller
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ledger.page_damage import damage
from ledger.sqlite import Connection, connect, transaction
from ledger.storage import StorageFault
from service.deployment.tables.audit_chain import GENESIS, AuditHead, AuditLine
from service.deployment.tables.audit_trail import BACKUP_MADE, Act, AuditTable, audit_head

if TYPE_CHECKING:
    from service.deployment.tables.erasures import PendingErasure


def fault_of(path: Path) -> str | None:
    """Why `service.db` cannot be read and written, None when it can; a writer at work is waited for, for a second."""
    if not path.exists():
        return "it is missing"
    try:
        with closing(connect(path, busy_seconds=1.0)) as store, transaction(store):
            store.execute("SELECT count(*) FROM keys")
    except (StorageFault, OSError) as fault:
        return str(fault)
    return None


def imports_waiting(path: Path) -> int | None:
    """How many imports are to be checked or run; None where `service.db` cannot be asked."""
    if not path.exists():
        return 0
    try:
        with closing(connect(path, read_only=True, busy_seconds=1.0)) as store:
            if store.execute("SELECT 1 FROM sqlite_schema WHERE name = 'imports'").fetchone() is None:
                return 0
            (count,) = store.execute("SELECT count(*) FROM imports WHERE state = 'running' OR is_checking").fetchone()
            return int(count)
    except StorageFault:
        return None


def last_backup(path: Path) -> Act | None:
    """What the audit table has of the newest backup; None before the first, and where it cannot be asked."""
    if not path.exists():
        return None
    try:
        with closing(connect(path, read_only=True, busy_seconds=1.0)) as store:
            found = AuditTable(store).newest(1, what=BACKUP_MADE)
    except StorageFault:
        return None
    return found[0].act if found else None


class KeptRetention(NamedTuple):
    """What the rule that erases contacts without an event found last, and the erasure that waits for a yes, if one."""

    rule: str
    at: int
    due: int
    waiting: str | None


def retention_found(path: Path) -> KeptRetention | None:
    """See KeptRetention; None before the rule has looked, and where it cannot be asked."""
    if not path.exists():
        return None
    try:
        with closing(connect(path, read_only=True, busy_seconds=1.0)) as store:
            if store.execute("SELECT 1 FROM sqlite_schema WHERE name = 'retention'").fetchone() is None:
                return None
            row = store.execute("SELECT rule, at, due FROM retention").fetchone()
            waiting = store.execute(
                "SELECT id FROM bulk_erasures WHERE state = 'counted' AND idle_since IS NOT NULL"
                " ORDER BY id DESC LIMIT 1"
            ).fetchone()
    except StorageFault:
        return None
    if row is None:
        return None
    rule, at, due = row
    return KeptRetention(rule, at, due, None if waiting is None else str(waiting[0]))


def newest_line(path: Path) -> AuditHead:
    """The head of the audit table. Raises StorageFault."""
    if not path.exists():
        return AuditHead(0, GENESIS)
    with closing(connect(path, read_only=True, busy_seconds=1.0)) as store:
        return audit_head(store)


def kept_audit(path: Path) -> tuple[list[AuditLine], int]:
    """The lines of the audit table in order, whatever stands in them, and the highest number that was ever given.

    Nothing where there is no such table yet, or it is of an earlier version. Raises StorageFault.
    """
    if not path.exists():
        return [], 0
    with closing(connect(path, read_only=True)) as store:
        store.text_factory = methodcaller("decode", "utf-8", "surrogateescape")
        if "hash" not in {name for _, name, *_ in store.execute("PRAGMA table_info(audit)")}:
            return [], 0
        rows = store.execute("SELECT id, at, who, what, detail, hash FROM audit ORDER BY id").fetchall()
        given = store.execute("SELECT seq FROM sqlite_sequence WHERE name = 'audit'").fetchone()
        return list(map(AuditLine._make, rows)), 0 if given is None else int(given[0])


def kept_imports(path: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """The table of imports as it is, by column, whatever stands in it, and what is damaged in the file.

    None where nobody has imported anything yet. Raises StorageFault.
    """
    with closing(connect(path, read_only=True)) as store:
        store.text_factory = methodcaller("decode", "utf-8", "surrogateescape")
        if store.execute("SELECT 1 FROM sqlite_schema WHERE name = 'imports'").fetchone() is None:
            return [], damage(store)  # nobody has imported anything yet, or says so
        cursor = store.execute("SELECT * FROM imports ORDER BY id")
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()], damage(store)


def erasures_ordered(store: Connection) -> "list[PendingErasure]":
    """Every erasure that was ever ordered in another copy of this ledger, oldest first, done or not.

    Of whom each was about, only the ids (R31).
    """
    from service.deployment.tables.erasures import PendingErasure  # loads the migrations, which no other of these needs

    is_told = any(column[1] == "gone_with" for column in store.execute("PRAGMA table_info(erasures)").fetchall())
    gone_with = "gone_with" if is_told else "NULL"  # as in a file of an earlier version
    rows = store.execute(f"SELECT id, contact, source, at, message, {gone_with} FROM erasures ORDER BY at, id")
    return [
        PendingErasure(id, contact, source, at, message, gone_with=json.loads(ids or "[]"))
        for id, contact, source, at, message, ids in rows.fetchall()
    ]
