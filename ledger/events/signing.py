"""Signatures: how the ledger knows its own messages on a bus that is open to any publisher (R33)."""

import hashlib
import hmac
import struct
from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import Literal

import msgspec

from ledger.events.envelope import Envelope, Headers, Unreadable, decode

_BLOCK = 64
_lengths = struct.Struct(">5Q").pack
_OPENING = b'{"specversion":"1.0","id":"'


Data = bytes | msgspec.Raw
"""The bytes of a message's data, as they were sent."""

_Mac = Callable[[str, bytes, Data], str]
"""Of an id, a time (b"" when the message has none) and data: the signature."""


class Signer:
    """HMAC-SHA-256 under the deployment's secret, keyed once: a message costs two short hashes."""

    def __init__(self, secret: bytes) -> None:
        key = (hashlib.sha256(secret).digest() if len(secret) > _BLOCK else secret).ljust(_BLOCK, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in key))
        self._macs: Callable[[str, str], _Mac] = lru_cache(maxsize=256)(self._mac_of)

    def _mac(self, content: bytes) -> str:
        inner = self._inner.copy()
        inner.update(content)
        outer = self._outer.copy()
        outer.update(inner.digest())
        return outer.hexdigest()

    def _mac_of(self, source: str, type: str) -> _Mac:
        """Signs what one source says of one type: messages come in crowds that share both."""
        before, kind, mac, join = source.encode(), type.encode(), self._mac, b"".join
        source_length, type_length = len(before), len(kind)

        def of(id: str, time: bytes, data: Data) -> str:
            name = id.encode()
            lengths = _lengths(source_length, len(name), type_length, len(time), len(data))
            return mac(join((lengths, before, name, kind, time, data)))

        return of

    def signature(self, source: str, id: str, type: str, time: str, data: Data) -> str:
        """Lower-case hex over five lengths in bytes (8 bytes each, big-endian), then source, id, type, time, data.

        `time` is "" when the message has none; `data` is the bytes as sent.
        """
        return self._macs(source, type)(id, time.encode(), data)

    def of_head(self, position: int, hash: bytes) -> str:
        """Lower-case hex over a log head, so that a head noted down elsewhere can be trusted later."""
        return self._mac(b"head" + position.to_bytes(8, "big") + hash)

    def of_trail(self, lines: int, hash: bytes) -> str:
        """Lower-case hex over the newest line of the audit table, for one that is noted down elsewhere."""
        return self._mac(b"trail" + lines.to_bytes(8, "big") + hash)

    def of_seal(self, position: int, hash: bytes, beside: bytes) -> str:
        """Lower-case hex over what an append leaves: a log's head, and a text of what is kept beside the entries."""
        return self._mac(b"seal" + position.to_bytes(8, "big") + len(hash).to_bytes(8, "big") + hash + beside)

    def of_name(self, source: str, id: str) -> str:
        """Lower-case hex over a message's name, so that whoever brings it back was told it by this deployment."""
        before = source.encode()
        return self._mac(b"name" + len(before).to_bytes(8, "big") + before + id.encode())

    def of_erased(self, source: str, id: str) -> bytes:
        """32 bytes by which the name of an erased message is known again, and which tell nobody else what it was."""
        before = source.encode()
        return bytes.fromhex(self._mac(b"erased" + len(before).to_bytes(8, "big") + before + id.encode()))

    def of_kept_out(self, kind: Literal["phone", "user_id"], value: str) -> bytes:
        """32 bytes by which a phone (E.164) or a user id that is kept out is known again, and which name nobody."""
        return bytes.fromhex(self._mac(f"kept out\0{kind}\0{value}".encode()))

    @cached_property
    def emptied(self) -> bytes:
        """What stands on a bus in the place of a message that was erased: nobody else can have written it (R31)."""
        return b"erased " + self._mac(b"emptied").encode()

    def has_signed(self, envelope: Envelope) -> bool:
        """Whether the envelope carries this deployment's signature over what it says."""
        given = envelope.ledgersig
        if given is None or not given.isascii():
            return False
        time = envelope.time.encode() if envelope.time else b""
        return hmac.compare_digest(self._macs(envelope.source, envelope.type)(envelope.id, time, envelope.data), given)

    def signature_in(self, headers: Headers, value: bytes | None) -> str | None:
        """The signature that a message carries, in either mode; None where it is not this deployment's (R35)."""
        try:
            envelope = decode(headers, value)
        except Unreadable:
            return None
        return envelope.ledgersig if self.has_signed(envelope) else None

    def message(self, *, source: str, id: str, type: str, time: str | None, data: bytes) -> bytes:
        """A signed structured-mode message; `data` is JSON, each attribute ASCII without quotes or backslashes."""
        return self.stream(source=source, type=type, time=time)(id, data)

    def stream(self, *, source: str, type: str, time: str | None) -> Callable[[str, bytes], bytes]:
        """Makes many messages that differ by id and data, as `message` makes one, in two thirds of the time."""
        mac, moment, join = self._macs(source, type), (time or "").encode(), b"".join
        stated = "" if time is None else f',"time":"{time}"'
        middle = f'","source":"{source}","type":"{type}"{stated},"ledgersig":"'.encode()

        def signed(id: str, data: bytes) -> bytes:
            signature = mac(id, moment, data).encode()
            return join((_OPENING, id.encode(), middle, signature, b'","data":', data, b"}"))

        return signed
