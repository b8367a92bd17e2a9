"""The file `ledger` in the data folder: which ledger the folder's files are parts of (R37).

It holds the ledger's id, a check value of its secret, and whether there are a log and a `service.db`: so that one that
is lost is known from one that was never made. `log.db` says the same; where this file is lost, it is made from there.
"""

import fcntl
import json
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ledger import sqlite
from ledger.belonging import Gone, Ledger, refuse_other, secret_check
from ledger.storage import StorageFault
from service.deployment import secret as secrets
from service.deployment.files import made_by_one, make_private, replaced

_NAME = "ledger"


class SecretWrong(Exception):
    """The secret is missing although messages were signed with one, or it is another one."""


@dataclass(frozen=True, slots=True)
class _Noted:
    ledger: Ledger
    has_log: bool
    has_store: bool


def open_ledger(
    folder: Path,
    given: bytes | None,
    *,
    in_log: Callable[[], Ledger | None],
    in_state: Callable[[], str | None],
    is_store_loss_accepted: bool = False,
) -> tuple[bytes, Ledger]:
    """The secret and the ledger of a data folder; both are made where the folder is new.

    `given` is the secret of the settings; None: the folder's own. A folder of an earlier version becomes a ledger now.
    `in_log` and `in_state` give the ledger that the log, and the id of the one that the contact state, says it is of.
    `is_store_loss_accepted`: a `service.db` that is lost may be made anew.

    Raises SecretWrong, secret.SecretUnreadable, Gone for a lost log or `service.db`, NotOurs for a file of another
    ledger, OSError.
    """
    make_private(folder)
    noted = _noted(folder)
    known = noted.ledger if noted is not None else in_log()
    secret = given if given is not None else _own_secret(folder, known)
    if known is None:
        made = Ledger(id := _in_store(folder) or in_state() or str(uuid.uuid4()), secret_check(id, secret))
        made_by_one(folder / _NAME, _text(_Noted(made, _has(folder, "log.db"), _has(folder, "service.db"))))
        noted = _noted(folder)
        assert noted is not None
        known = noted.ledger
    elif noted is None:
        replaced(folder / _NAME, _text(_Noted(known, True, _has(folder, "service.db"))))
    if not known.knows(secret):
        where = folder / "secret" if given is None else "CONTACTS_SECRET"
        raise SecretWrong(
            f"{where} is not the secret that this ledger's messages are signed with: put the right one back"
            " (with this one, no signature is valid)"
        )
    _refuse_lost_log(folder, noted)
    _refuse_parts_of_others(folder, in_log(), known.id)
    if is_store_loss_accepted:
        _note(folder, is_store_lost=True)
        noted = _noted(folder)
    _refuse_lost_store(folder, noted)
    if noted is not None and (noted.has_log, noted.has_store) != (_has(folder, "log.db"), _has(folder, "service.db")):
        _note(folder)
    return secret, known


def note_restored(folder: Path, ledger: Ledger) -> None:
    """Say whose folder this is before its files come: until log and `service.db` are there, they count as lost."""
    make_private(folder)
    made_by_one(folder / _NAME, _text(_Noted(ledger, has_log=True, has_store=True)))


def note_log(folder: Path) -> None:
    """From now on there is a log: one that is missing is a lost one."""
    _note(folder, has_log=True)


def note_store(folder: Path) -> None:
    """From now on there is a `service.db`: one that is missing is a lost one."""
    _note(folder)


def is_store_noted(folder: Path) -> bool:
    """Whether it was noted that there is a `service.db`. Raises Gone where that one is lost."""
    noted = _noted(folder)
    _refuse_lost_store(folder, noted)
    return noted is not None and noted.has_store


def _refuse_lost_store(folder: Path, noted: _Noted | None) -> None:
    """Where there was a `service.db`, and there is none or an empty one, nobody makes it anew unasked."""
    path = folder / "service.db"
    if noted is not None and noted.has_store and not _has(folder, "service.db"):
        raise Gone(
            f"{path} is {_how_lost(path)}, and it holds the API keys, the people, the imports and what repeated"
            " calls are known by: restore it from a backup; where there is none,"
            " `contacts serve --accept-lost-service-db` begins a new one, with a new key"
        )


def _note(folder: Path, *, has_log: bool = False, is_store_lost: bool = False) -> None:
    """Write down what has come to be there since; what was noted stays, but for a loss that somebody accepts.

    Of several processes that start together, one after the other does it.
    """
    with _alone(folder):
        noted = _noted(folder)
        if noted is None:
            return
        has_store = _has(folder, "service.db") or (noted.has_store and not is_store_lost)
        now = _Noted(noted.ledger, noted.has_log or has_log or _has(folder, "log.db"), has_store)
        if now != noted:
            replaced(folder / _NAME, _text(now))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def _noted(folder: Path) -> _Noted | None:
    """What the file says; None where there is none, or it is damaged: then the log's own word is taken."""
    try:
        document = json.loads((folder / _NAME).read_text(encoding="utf-8"))
        ledger = Ledger(str(document["id"]), bytes.fromhex(document["secret_check"]))
        return _Noted(ledger, bool(document["has_log"]), bool(document.get("has_service_db")))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _text(noted: _Noted) -> bytes:
    document = {
        "id": noted.ledger.id,
        "secret_check": noted.ledger.secret_check.hex(),
        "has_log": noted.has_log,
        "has_service_db": noted.has_store,
    }
    return json.dumps(document).encode() + b"\n"


def _own_secret(folder: Path, known: Ledger | None) -> bytes:
    path = folder / "secret"
    is_used = known is not None or _has(folder, "log.db")
    if is_used and not path.exists():
        raise SecretWrong(
            f"{path} is missing, and this ledger's messages are signed with it: put it back, or set CONTACTS_SECRET to"
            " what it held"
        )
    return secrets.load_or_make(folder)


def _has(folder: Path, name: str) -> bool:
    path = folder / name
    return path.is_file() and path.stat().st_size > 0


def _refuse_lost_log(folder: Path, noted: _Noted | None) -> None:
    path = folder / "log.db"
    if noted is not None and noted.has_log and not _has(folder, "log.db"):
        raise Gone(
            f"{path} is {_how_lost(path)}, and it is the truth that everything else is made"
            " from: restore it from a backup; the bus still has what came since, as far as it keeps it"
        )


def _how_lost(path: Path) -> str:
    return "empty" if path.exists() else "missing"


def _refuse_parts_of_others(folder: Path, in_log: Ledger | None, ours: str) -> None:
    refuse_other(folder / "log.db", None if in_log is None else in_log.id, ours)
    refuse_other(folder / "service.db", _in_store(folder), ours)


def _in_store(folder: Path) -> str | None:
    """The id of the ledger that `service.db` says it is of; None where it says nothing, or there is none."""
    with suppress(StorageFault), closing(sqlite.connect(folder / "service.db", read_only=True)) as connection:
        row = connection.execute("SELECT id FROM ledger").fetchone()
        return None if row is None or row[0] is None else str(row[0])
    return None
