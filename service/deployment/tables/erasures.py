"""Erasures that were ordered, in `service.db`: whom each is about until all is done, and its receipt (R31)."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

import msgspec

from ledger.sqlite import Connection, transaction
from ledger.wal import overwrite_whole
from service.deployment.tables.database import MIGRATIONS

if TYPE_CHECKING:
    from sqlite_utils import Database


@MIGRATIONS()
def erasures(database: "Database") -> None:
    database.execute("""
        CREATE TABLE erasures (
            id TEXT PRIMARY KEY,        -- of the order's message
            contact TEXT NOT NULL,      -- its public id
            source TEXT NOT NULL,       -- of the order's message
            at INTEGER NOT NULL,        -- when it was ordered
            message BLOB NOT NULL,      -- the order as it is published
            person TEXT,                -- JSON: phones and user ids to be looked for; NULL once it is done
            receipt TEXT                -- JSON: each place, as far as it has come
        ) STRICT
    """)


@MIGRATIONS()
def bulk_erasures(database: "Database") -> None:
    database.execute("""
        CREATE TABLE bulk_erasures (
            id TEXT PRIMARY KEY,        -- UUIDv7
            state TEXT NOT NULL,
            source TEXT NOT NULL,       -- of the orders' messages
            by TEXT NOT NULL,           -- whom the orders name
            at INTEGER NOT NULL,        -- when it was asked for
            selection TEXT,             -- JSON; NULL once it is confirmed, or names an erased person
            reason TEXT NOT NULL,
            keep_out INTEGER NOT NULL,
            position INTEGER,           -- of the state in which they were counted
            contacts INTEGER,           -- how many they are; their numbers are in a file
            notes TEXT NOT NULL DEFAULT '[]',
            taken INTEGER NOT NULL DEFAULT 0,  -- how many of them an order was given for, or were gone by then
            confirmed_by TEXT,
            confirmed_at INTEGER,
            ended_at INTEGER,
            failure TEXT,
            receipt TEXT                -- JSON: that of those who were erased last
        ) STRICT
    """)
    database.execute("ALTER TABLE erasures ADD COLUMN bulk TEXT")  # the bulk erasure that it is a part of
    database.execute("CREATE INDEX erasures_pending ON erasures (at, id) WHERE person IS NOT NULL")
    database.execute("CREATE INDEX erasures_of_contact ON erasures (contact)")
    database.execute("CREATE INDEX erasures_of_bulk ON erasures (bulk, person IS NULL) WHERE bulk IS NOT NULL")


@MIGRATIONS()
def erasures_of_the_idle(database: "Database") -> None:
    """Bulk erasures of contacts without an event since a moment, and what the rule that erases them last found."""
    database.execute("ALTER TABLE bulk_erasures ADD COLUMN idle_since INTEGER")
    database.execute("ALTER TABLE bulk_erasures ADD COLUMN based_on INTEGER")  # the log's position at that moment
    database.execute("""
        CREATE TABLE retention (
            rule TEXT NOT NULL,         -- as CONTACTS_FORGET_AFTER says it
            at INTEGER NOT NULL,        -- when it was looked
            due INTEGER NOT NULL,       -- how many were due
            contacts INTEGER NOT NULL   -- of how many
        ) STRICT
    """)


@MIGRATIONS()
def erasures_of_several(database: "Database") -> None:
    """Who was one with the contact and went with it, as JSON; in a backup from before they were merged they are not."""
    database.execute("ALTER TABLE erasures ADD COLUMN gone_with TEXT")


@MIGRATIONS()
def progress_of_bulk_erasures(database: "Database") -> None:
    """The receipt so far of the orders of a bulk erasure that are not done everywhere, as JSON: one for all of them."""
    database.execute("ALTER TABLE bulk_erasures ADD COLUMN progress TEXT")


@MIGRATIONS()
def counts_of_bulk_erasures(database: "Database") -> None:
    """How many orders a bulk erasure has given, and how many of them are done everywhere: whoever waits asks often."""
    for column, what in (("given", "count(*)"), ("erased", "count(*) FILTER (WHERE person IS NULL)")):
        database.execute(f"ALTER TABLE bulk_erasures ADD COLUMN {column} INTEGER NOT NULL DEFAULT 0")
        count = f"SELECT {what} FROM erasures WHERE bulk = bulk_erasures.id"
        database.execute(f"UPDATE bulk_erasures SET {column} = ({count})")


_NOBODY = '{"phones": [], "user_ids": []}'
"""Whom to look for, of orders that are not done; the log knows it, but for those of an earlier version."""


class PendingErasure(msgspec.Struct, frozen=True, gc=False):
    """An erasure that is not done everywhere; `gone_with` are the public ids of all that were one with the contact.

    Whom it looks for the log knows (`ledger.log.erasure.Sought`); `phones` and `user_ids` are of orders that a version
    noted which kept them here.
    """

    id: str
    contact: str
    source: str
    at: int
    message: bytes
    phones: Sequence[str] = ()
    user_ids: Sequence[str] = ()
    gone_with: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class BulkStep:
    """A step of a bulk erasure: by its id, and how many of its contacts it has come to with this step."""

    id: str
    taken: int


class ErasureTable:
    """The erasures of `service.db`. Safe for threads."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = Lock()
        self._is_cut = True

    def _cut(self) -> None:
        """Who was looked for stands in pages that are written over only when the WAL is brought in."""
        with self._lock:
            self._is_cut = self._is_cut or overwrite_whole(self._connection)

    def add(self, *orders: PendingErasure, step: BulkStep | None = None) -> None:
        """Note orders before they are given, so that they are finished whatever ends then; none of them is done.

        With `step` they are a bulk erasure's, which has come so far with them; they are at no place yet.
        """
        bulk = None if step is None else step.id
        with self._lock, transaction(self._connection):
            if step is None:  # one that is done may be noted again
                query = f"UPDATE bulk_erasures SET erased = erased - done {_BY_BULK}"
                self._connection.execute(query, (_listed([one.id for one in orders]),))
            self._connection.executemany(
                "INSERT INTO erasures (id, contact, source, at, message, person, bulk) VALUES (?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET person = excluded.person, receipt = NULL",
                [(one.id, one.contact, one.source, one.at, one.message, _person(one), bulk) for one in orders],
            )
            if step is not None:
                query = "UPDATE bulk_erasures SET taken = ?, given = given + ?, progress = NULL WHERE id = ?"
                self._connection.execute(query, (step.taken, len(orders), step.id))

    def note_gone_with(self, gone_with: Mapping[str, Sequence[str]]) -> None:
        """Keep, by an erasure's id, who went with its contact."""
        with self._lock, transaction(self._connection):
            self._connection.executemany(
                "UPDATE erasures SET gone_with = ? WHERE id = ?",
                [(json.dumps(list(contacts)), id) for id, contacts in gone_with.items()],
            )

    def pending(self) -> list[PendingErasure]:
        """Those that are not done everywhere, oldest first."""
        return self._pending("TRUE")

    def pending_alone(self) -> list[PendingErasure]:
        """As `pending`, without those whose bulk erasure is under way, and goes through the places for all of them."""
        return self._pending("bulk IS NULL OR bulk NOT IN (SELECT id FROM bulk_erasures WHERE state = 'erasing')")

    def is_bulk_under_way(self) -> bool:
        """Whether a bulk erasure waits for some of its orders to be done."""
        with self._lock:
            query = "SELECT 1 FROM erasures WHERE person IS NOT NULL AND bulk IS NOT NULL LIMIT 1"
            return self._connection.execute(query).fetchone() is not None

    def pending_of(self, bulk: str) -> list[PendingErasure]:
        """As `pending`, of a bulk erasure."""
        return self._pending("bulk = ?", bulk)

    def _pending(self, condition: str, *given: str) -> list[PendingErasure]:
        self._cut()
        query = (
            "SELECT id, contact, source, at, message, person FROM erasures INDEXED BY erasures_pending"
            f" WHERE person IS NOT NULL AND ({condition}) ORDER BY at, id"
        )
        with self._lock:
            rows = self._connection.execute(query, given).fetchall()
        return [PendingErasure(*about, **({} if said == _NOBODY else json.loads(said))) for *about, said in rows]

    def pending_among(self, contacts: Collection[str]) -> set[str]:
        """Those of these contacts, by their public ids, whose erasure is not done everywhere."""
        query = f"SELECT contact FROM erasures WHERE person IS NOT NULL AND contact {_THESE}"
        with self._lock:
            return {contact for (contact,) in self._connection.execute(query, (json.dumps(list(contacts)),))}

    def is_any_pending(self, ids: Collection[str]) -> bool:
        """Whether one of these very erasures is not done everywhere."""
        query = f"SELECT 1 FROM erasures WHERE person IS NOT NULL AND id {_THESE} LIMIT 1"
        with self._lock:
            return self._connection.execute(query, (_listed(ids),)).fetchone() is not None

    def progress_of(self, bulk: str) -> list[dict[str, Any]] | None:
        """The receipt so far of the oldest erasure of a bulk erasure that is not done everywhere; None: none waits."""
        query = (
            "SELECT coalesce(one.receipt, progress) FROM erasures AS one INDEXED BY erasures_pending"
            " JOIN bulk_erasures AS bulk ON bulk.id = one.bulk"
            " WHERE bulk = ? AND person IS NOT NULL ORDER BY one.at, one.id LIMIT 1"
        )
        with self._lock:
            row = self._connection.execute(query, (bulk,)).fetchone()
        return None if row is None else list(json.loads(row[0] or "[]"))

    def note(self, ids: Collection[str], receipt: Sequence[dict[str, Any]]) -> None:
        """Keep how far these erasures have come."""
        with self._lock, transaction(self._connection):
            self._connection.execute(
                f"UPDATE erasures SET receipt = ? WHERE id {_THESE}", (json.dumps(list(receipt)), _listed(ids))
            )

    def note_progress(self, step: BulkStep, receipt: Sequence[dict[str, Any]]) -> None:
        """Keep how far all orders of a bulk erasure have come that are not done, unless it has given more since."""
        with self._lock, transaction(self._connection):
            self._connection.execute(
                "UPDATE bulk_erasures SET progress = ? WHERE id = ? AND taken = ?",
                (json.dumps(list(receipt)), step.id, step.taken),
            )

    def note_done(self, ids: Collection[str], receipt: Sequence[dict[str, Any]]) -> None:
        """These erasures are done everywhere, and whom they were about is forgotten.

        Those of a bulk erasure leave their receipt with it: it is the same for all.
        """
        given, these = json.dumps(list(receipt)), _listed(ids)
        with self._lock, transaction(self._connection):
            said = f"SELECT 1 FROM erasures WHERE id {_THESE} AND person != ? LIMIT 1"
            has_said = self._connection.execute(said, (these, _NOBODY)).fetchone() is not None
            query = f"UPDATE bulk_erasures SET receipt = ?, progress = NULL, erased = erased + pending {_BY_BULK}"
            self._connection.execute(query, (given, these))
            self._connection.execute(
                f"UPDATE erasures SET receipt = iif(bulk IS NULL, ?, NULL), person = NULL WHERE id {_THESE}",
                (given, these),
            )
        if has_said:
            self._is_cut = False
        self._cut()

    def withdraw(self, id: str) -> None:
        """Forget an order that the ledger refused."""
        with self._lock, transaction(self._connection):
            query = "UPDATE bulk_erasures SET given = given - 1 WHERE id = (SELECT bulk FROM erasures WHERE id = ?)"
            self._connection.execute(query, (id,))
            self._connection.execute("DELETE FROM erasures WHERE id = ?", (id,))

    def progress(self, ids: Collection[str]) -> list[dict[str, Any]]:
        """How far all of these very erasures have come: the receipt so far; none where it is not the same for all."""
        query = (
            "SELECT DISTINCT coalesce(one.receipt, iif(state = 'erasing', progress, NULL)) FROM erasures AS one"
            f" LEFT JOIN bulk_erasures AS bulk ON bulk.id = one.bulk WHERE one.id {_THESE} LIMIT 2"
        )
        with self._lock:
            found = self._connection.execute(query, (_listed(ids),)).fetchall()
        return list(json.loads(found[0][0] or "[]")) if len(found) == 1 else []

    def receipt(self, contact: str) -> list[dict[str, Any]] | None:
        """What is known of the last erasure of a contact, by its public id; None: nothing."""
        query = (
            "SELECT coalesce(one.receipt, iif(person IS NULL, bulk.receipt, progress)) AS told FROM erasures AS one"
            " LEFT JOIN bulk_erasures AS bulk ON bulk.id = one.bulk"
            " WHERE contact = ? AND told IS NOT NULL ORDER BY one.at DESC LIMIT 1"
        )
        with self._lock:
            row = self._connection.execute(query, (contact,)).fetchone()
        return None if row is None else list(json.loads(row[0]))


_THESE = "IN (SELECT value FROM json_each(?))"


_BY_BULK = (
    "FROM (SELECT bulk, count(*) FILTER (WHERE person IS NULL) AS done, count(person) AS pending FROM erasures"
    f" WHERE id {_THESE} AND bulk IS NOT NULL GROUP BY bulk) AS found WHERE bulk_erasures.id = found.bulk"
)
"""How many of some erasures are done, and how many are not, by the bulk erasure that they are of."""


def _listed(ids: Collection[str]) -> str:
    return json.dumps(list(ids))


def _person(one: PendingErasure) -> str:
    if not one.phones and not one.user_ids:
        return _NOBODY
    return json.dumps({"phones": list(one.phones), "user_ids": list(one.user_ids)})
