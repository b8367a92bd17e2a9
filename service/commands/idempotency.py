"""`Idempotency-Key`: a call that is sent again makes the same messages, for ever, whichever process gets it.

Which messages is fixed, and on the disk, before any of them is published: the id of the first, from which the others
follow. So a call that was broken off in between makes them again to the byte, and the append takes each once
(decision 4).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from ledger.events.ids import derived
from ledger.sqlite import Connection, transaction
from service.commands.group_commit import GroupCommit, NotBegun, NotFinished
from service.deployment.tables.database import MIGRATIONS

if TYPE_CHECKING:
    from sqlite_utils import Database

HEADER = "Idempotency-Key"
MOST_CHARACTERS = 255
SECONDS = 1.0
"""How long a call waits for its key to be on the disk."""


class KeyUnfit(ValueError):
    """Not a key; the message says what one is."""


class KeyReused(Exception):
    """The client sent another call under this key before."""


class NotKept(Exception):
    """The key could not be put on the disk in time; nothing was published."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a call's messages are to be.

    `at` is the time they are stated for (microseconds since the epoch) where the call was first made to a version that
    stated one, else None. `is_repeat`: the call came before, so its messages may be published already. `names_sender`:
    they carry the name of who sent them, which those of earlier versions did not.
    """

    id: str
    at: int | None
    is_repeat: bool
    names_sender: bool = True

    def ids(self, count: int) -> list[str]:
        """The messages' ids, in their order."""
        return derived(self.id, count)


@MIGRATIONS()
def idempotency_keys(database: "Database") -> None:
    database.execute("""
        CREATE TABLE idempotency_keys (
            name BLOB PRIMARY KEY,      -- hash of client and key, under the deployment's secret: neither can be read
            call BLOB NOT NULL,         -- the same of address and body
            id TEXT NOT NULL,           -- the first message's
            at INTEGER NOT NULL         -- what its messages are stated for; 0: for no time of ours
        ) STRICT, WITHOUT ROWID
    """)


@MIGRATIONS()
def senders_named(database: "Database") -> None:
    database.execute("ALTER TABLE idempotency_keys ADD COLUMN names_sender INTEGER NOT NULL DEFAULT 0")


@dataclass(slots=True, eq=False)
class _Wish:
    name: bytes
    call: bytes
    claim: Claim | None = None


class IdempotencyKeys:
    """The keys of `service.db`, which keeps them for ever. Safe for threads."""

    def __init__(self, connection: Connection, secret: bytes, new_id: Callable[[], str]) -> None:
        self._connection = connection
        self._hash_key = blake2b(secret, digest_size=32).digest()
        self._new_id = new_id
        self._group_commit = GroupCommit(self._keep)

    def claim(self, client: str, key: str, *call: bytes) -> Claim:
        """Give what the call's messages are to be, from now on for ever. Keys of different clients never meet.

        Raises KeyUnfit, KeyReused, NotKept, StorageFault.
        """
        wish = self._wish(client, key, *call)
        try:
            self._group_commit.do(wish, SECONDS)
        except (NotBegun, NotFinished):
            raise NotKept("the key could not be kept in time: the disk is slow; nothing was published") from None
        assert wish.claim is not None
        return wish.claim

    def claimed(self, client: str, key: str, *call: bytes) -> Claim | None:
        """What the messages of a call that came before are; None for one that did not, which claims nothing by this.

        Raises KeyUnfit, KeyReused, StorageFault.
        """
        wish = self._wish(client, key, *call)
        fault = self._look_up(wish)
        if fault is not None:
            raise fault
        return wish.claim

    def _wish(self, client: str, key: str, *call: bytes) -> _Wish:
        if not (key.strip() and key.isascii() and key.isprintable() and len(key) <= MOST_CHARACTERS):
            raise KeyUnfit(f"must have 1 to {MOST_CHARACTERS} printable ASCII characters, such as a UUID")
        return _Wish(self._hash(client.encode(), key.encode()), self._hash(*call))

    def _keep(self, wishes: Sequence[_Wish], _seconds: float) -> Sequence[Exception | None]:
        with transaction(self._connection):
            return [self._keep_one(wish) for wish in wishes]

    def _keep_one(self, wish: _Wish) -> Exception | None:
        fault = self._look_up(wish)
        if fault is None and wish.claim is None:
            wish.claim = Claim(self._new_id(), None, is_repeat=False)
            self._connection.execute(
                "INSERT INTO idempotency_keys (name, call, id, at, names_sender) VALUES (?, ?, ?, 0, 1)",
                (wish.name, wish.call, wish.claim.id),
            )
        return fault

    def _look_up(self, wish: _Wish) -> Exception | None:
        """Give the wish the claim of the call that came before, if one did; what is wrong with it."""
        row = self._connection.execute(
            "SELECT call, id, at, names_sender FROM idempotency_keys WHERE name = ?", (wish.name,)
        ).fetchone()
        if row is None:
            return None
        call, id, at, names_sender = row
        if call != wish.call:
            return KeyReused("came with another call before: take a new key for each call, and send it with no other")
        wish.claim = Claim(id, at or None, is_repeat=True, names_sender=bool(names_sender))
        return None

    def _hash(self, *parts: bytes) -> bytes:
        digest = blake2b(key=self._hash_key, digest_size=32)
        for part in parts:
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
        return digest.digest()
