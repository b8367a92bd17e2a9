"""The chain: each entry's hash covers the one before it, so no entry can be changed, moved or taken out unseen.

What a hash covers is a layout. Entries keep the one they were chained under, and the log's file says from which
position on which holds.
"""

from dataclasses import dataclass
from hashlib import sha256

import msgspec

GENESIS = bytes(32)
"""The hash before position 1."""

LAYOUT = 2
"""Of the hashes that are made now: 1 did not cover an entry's kind, import and row."""


@dataclass(frozen=True, slots=True)
class Layout:
    """From position `since` on entries have this layout; `added`: what the first of them is chained to as well."""

    since: int
    layout: int
    added: bytes | None


_framed = msgspec.msgpack.Encoder().encode
"""The canonical encoding of a tuple: MessagePack, in which every part carries its type and length."""


def commitment(
    salt: bytes | bytearray,
    source: str | None,
    message_id: str | None,
    key: bytes | None,
    headers: bytes | None,
    value: bytes | None,
    phone: int | None,
    user_id: str | None,
    detail: str | None,
) -> bytes:
    """SHA-256 over everything of an entry that may be personal; an erasure empties it and keeps only this.

    The salt, erased too, keeps anybody from finding the message by trying.
    """
    return sha256(_framed((salt, source, message_id, key, headers, value, phone, user_id, detail))).digest()


def link(
    previous: bytes,
    commitment: bytes,
    position: int,
    recorded: int,
    stated: int | None,
    bus_time: int,
    contact: int | None,
    absorbed: int | None,
    skipped: int,
    type: str | None,
    reason: str | None,
    contact_id: bytes | None,
    raw_digest: bytes | None,
    kind: str | None,
    import_number: int | None,
    row: int | None,
    row_end: int,
) -> bytes:
    """The hash of an entry: SHA-256 over the previous hash, the commitment, and every kept column."""
    kept = (
        position, recorded, stated, bus_time, contact, absorbed, skipped, type, reason, contact_id, raw_digest,
        kind, import_number, row, row_end,
    )  # fmt: skip
    return sha256(previous + commitment + _framed(kept)).digest()


def link_of_layout_1(
    previous: bytes,
    commitment: bytes,
    position: int,
    recorded: int,
    stated: int | None,
    bus_time: int,
    contact: int | None,
    absorbed: int | None,
    skipped: int,
    type: str | None,
    reason: str | None,
    contact_id: bytes | None,
    raw_digest: bytes | None,
) -> bytes:
    """The hash of an entry that was chained before entries kept their kind, import and row (`Added`)."""
    kept = (position, recorded, stated, bus_time, contact, absorbed, skipped, type, reason, contact_id, raw_digest)
    return sha256(previous + commitment + _framed(kept)).digest()


class Added:
    """A digest of the columns that were added to entries which were chained without them, in their order.

    The first entry of the new layout is chained to it too, so from there on the chain covers those columns as well.
    """

    def __init__(self) -> None:
        self._digest = sha256()

    def take(self, position: int, kind: str | None, import_number: int | None, row: int | None, row_end: int) -> None:
        """The added columns of the next entry."""
        self._digest.update(_framed((position, kind, import_number, row, row_end)))

    def digest(self) -> bytes:
        """SHA-256 over those taken so far."""
        return self._digest.digest()


def joined(previous: bytes, added: bytes) -> bytes:
    """What the first entry of a new layout is chained to: the last hash of the old one, and the digest of `Added`."""
    return sha256(previous + added).digest()
