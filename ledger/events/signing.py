"""Signatures: how the ledger knows its own messages on a bus that is open to any publisher (R33)."""

import hashlib
import hmac
import struct
from collections.abc import Callable

from ledger.events.envelope import Envelope

_BLOCK = 64
_lengths = struct.Struct(">5Q").pack
_OPENING = b'{"specversion":"1.0","id":"'


class Signer:
    """HMAC-SHA-256 under the deployment's secret, keyed once: a message costs two short hashes."""

    def __init__(self, secret: bytes) -> None:
        key = (hashlib.sha256(secret).digest() if len(secret) > _BLOCK else secret).ljust(_BLOCK, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in key))

    def _mac(self, content: bytes) -> str:
        inner = self._inner.copy()
        inner.update(content)
        outer = self._outer.copy()
        outer.update(inner.digest())
        return outer.hexdigest()

    def signature(self, source: str, id: str, type: str, time: str, data: bytes) -> str:
        """Lower-case hex over five lengths in bytes (8 bytes each, big-endian), then source, id, type, time, data.

        `time` is "" when the message has none; `data` is the bytes as sent.
        """
        a, b, c, d = source.encode(), id.encode(), type.encode(), time.encode()
        return self._mac(b"".join((_lengths(len(a), len(b), len(c), len(d), len(data)), a, b, c, d, data)))

    def of_head(self, position: int, hash: bytes) -> str:
        """Lower-case hex over a log head, so that a head noted down elsewhere can be trusted later."""
        return self._mac(b"head" + position.to_bytes(8, "big") + hash)

    def of_name(self, source: str, id: str) -> str:
        """Lower-case hex over a message's name, so that whoever brings it back was told it by this deployment."""
        before = source.encode()
        return self._mac(b"name" + len(before).to_bytes(8, "big") + before + id.encode())

    def has_signed(self, envelope: Envelope) -> bool:
        """Whether the envelope carries this deployment's signature over what it says."""
        if envelope.ledgersig is None:
            return False
        expected = self.signature(
            envelope.source, envelope.id, envelope.type, envelope.time or "", bytes(envelope.data)
        )
        return hmac.compare_digest(expected.encode(), envelope.ledgersig.encode())

    def message(self, *, source: str, id: str, type: str, time: str, data: bytes) -> bytes:
        """A signed structured-mode message; `data` is JSON, each attribute ASCII without quotes or backslashes."""
        return self.stream(source=source, type=type, time=time)(id, data)

    def stream(self, *, source: str, type: str, time: str) -> Callable[[str, bytes], bytes]:
        """Makes many messages that differ by id and data, as `message` makes one, in two thirds of the time."""
        before, after = source.encode(), type.encode() + time.encode()
        middle = f'","source":"{source}","type":"{type}","time":"{time}","ledgersig":"'.encode()
        source_length, type_length, time_length = len(before), len(type), len(time)

        def signed(id: str, data: bytes) -> bytes:
            name = id.encode()
            lengths = _lengths(source_length, len(name), type_length, time_length, len(data))
            signature = self._mac(b"".join((lengths, before, name, after, data))).encode()
            return b"".join((_OPENING, name, middle, signature, b'","data":', data, b"}"))

        return signed
