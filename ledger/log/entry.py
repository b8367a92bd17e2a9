"""An entry of the log: a message with the place it took and what was decided of it."""

from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from ledger.events import types

Headers = tuple[tuple[str, bytes], ...]

_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(Headers).decode


def pack_headers(headers: Headers) -> bytes | None:
    """Headers as one column: MessagePack of (name, content) pairs; None when there are none.

    A lone surrogate in a name, which is how a driver tells of bytes that are no UTF-8, is written as `\\udcff`.
    """
    if not headers:
        return None
    try:
        return _pack(headers)
    except UnicodeEncodeError:
        return _pack([(name.encode(errors="backslashreplace").decode(), content) for name, content in headers])


def unpack_headers(packed: bytes | None) -> Headers:
    """The headers of a column made by `pack_headers`."""
    return _unpack(packed) if packed else ()


class NewEntry(msgspec.Struct, frozen=True, gc=False):
    """What the appender decided of one message; the log adds position, salt and hashes.

    `row` is the row of the import that a message of an import is about, and `row_end` is 1 in the row's last message.
    `raw_digest` is what a rejected message is known again by; an accepted one that settles a rejected one has the same.
    """

    bus_time: int
    stated: int | None = None
    type: str | None = None
    reason: str | None = None
    contact: int | None = None
    contact_id: bytes | None = None
    absorbed: int | None = None
    skipped: int = 0
    raw_digest: bytes | None = None
    source: str | None = None
    message_id: str | None = None
    key: bytes | None = None
    headers: bytes | None = None
    value: bytes | None = None
    phone: int | None = None
    user_id: str | None = None
    detail: str | None = None
    row: int | None = None
    row_end: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it is read. Moments are microseconds since the epoch, UTC.

    `contact` is the number of the contact it is about: the position of the entry that created it, which alone
    carries `contact_id` (16 bytes, UUIDv7). `absorbed` is the contact merged into it by this entry. `skipped` entries
    were accepted but fold to nothing (R18). `reason` is set on rejected messages, with `detail` for a person.
    `value` is None when the message had none, or was erased (`is_erased`).
    """

    position: int
    recorded: int
    stated: int | None
    bus_time: int
    type: str | None
    reason: str | None
    contact: int | None
    contact_id: bytes | None
    absorbed: int | None
    skipped: bool
    source: str | None
    message_id: str | None
    key: bytes | None
    headers: Headers
    value: bytes | None
    phone: str | None
    user_id: str | None
    detail: str | None
    is_erased: bool

    @property
    def is_accepted(self) -> bool:
        """Whether the message is an event, and not a rejected message that keeps its place."""
        return self.reason is None

    @property
    def is_refused_order(self) -> bool:
        """Whether it is an order to the ledger that was refused; what a stranger sent in its name is none."""
        return self.type in types.ORDERS and self.reason not in (None, "reserved")


class StoredEntry(NamedTuple):
    """Every column of an entry as it is stored, for its proof; `source_number` is the number of its source."""

    position: int
    recorded: int
    stated: int | None
    bus_time: int
    type: str | None
    reason: str | None
    contact: int | None
    contact_id: bytes | None
    absorbed: int | None
    skipped: int
    raw_digest: bytes | None
    kind: str | None
    import_number: int | None
    row: int | None
    row_end: int
    source: str | None
    message_id: str | None
    key: bytes | None
    headers: bytes | None
    value: bytes | None
    phone: int | None
    user_id: str | None
    detail: str | None
    salt: bytes | None
    commitment: bytes
    hash: bytes
    source_number: int | None


FoldRow = tuple[
    int, int, int | None, str | None, str | None, int | None, bytes | None, int | None, int, int | None,
    bytes | None, bytes | None, int | None, str | None, int | None, int, int | None,
]  # fmt: skip
"""position, recorded, stated, type, reason, contact, contact_id, absorbed, skipped, import (its number), headers,
value, phone, user_id, row, row_end, source (its number): the columns the fold needs, as they are stored."""


def public_id(contact_id: bytes) -> str:
    """A contact's id as the outside sees it: the UUID's usual text."""
    digits = contact_id.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def phone_text(number: int | None) -> str | None:
    """E.164 text of a phone column."""
    return None if number is None else f"+{number}"


def phone_number(text: str | None) -> int | None:
    """The column for an E.164 phone."""
    return None if text is None else int(text)
