"""The chain: each entry's hash covers the one before it, so no entry can be changed, moved or taken out unseen."""

from hashlib import sha256

import msgspec

GENESIS = bytes(32)
"""The hash before position 1."""

_framed = msgspec.msgpack.Encoder().encode
"""The canonical encoding of a tuple: MessagePack, in which every part carries its type and length."""


def commitment(
    salt: bytes,
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
) -> bytes:
    """The hash of an entry: SHA-256 over the previous hash, every kept column, and the commitment."""
    kept = (position, recorded, stated, bus_time, contact, absorbed, skipped, type, reason, contact_id, raw_digest)
    return sha256(previous + commitment + _framed(kept)).digest()
