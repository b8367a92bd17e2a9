"""What a rejected message becomes that is to be taken again: read by today's rules, or corrected, and signed (R33)."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

import msgspec

from consumers.incoming import MAX_BYTES, Incoming, read
from ledger.bus.port import Message, Record
from ledger.events import moments, types
from ledger.events.data import BROKEN, anything
from ledger.events.envelope import Envelope, Unreadable, check_depth, decode
from ledger.events.schema import Invalid, check_data, identity_of
from ledger.events.signing import Signer
from ledger.log.entry import Entry
from ledger.log.keeping_out import KEPT_OUT

_OF_OURS = ("row", "line", "rowend", "mode", "match", "fill", "by")
"""Members of the ledger's own messages that a correction leaves as they are."""

_ONLY_OURS = ("row", "line", "rowend", "mode", "fill", "by", "retry")
"""Members that mean nothing in other messages, and could be anything there."""

_encode = msgspec.json.encode


class CannotBeTaken(ValueError):
    """The message is refused by today's rules as well: `reason` is a message's, and the text says why."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class SettlingOrder:
    """Who retries or drops a message, and why."""

    by: str
    why: str | None


@dataclass(frozen=True, slots=True)
class Again:
    """A rejected message as it would be taken now: whole, as its sender or a correction has it."""

    refused: Entry
    envelope: Envelope
    data: dict[str, Any]


def read_again(refused: Entry, corrected: bytes | None, signer: Signer) -> Again:
    """A rejected message as it stands, or as `corrected`, which is a CloudEvent in JSON.

    Raises CannotBeTaken, and Invalid for a correction that breaks rules.
    """
    if refused.reason == KEPT_OUT:
        raise CannotBeTaken(
            KEPT_OUT,
            "whoever it was about was erased and is kept out, so nothing of it was kept: once they are let in, have it"
            " sent anew, under another id",
        )
    read = _as_it_stands(refused, signer) if corrected is None else _corrected(refused, corrected, signer)
    return Again(refused, *read)


def retry_message(again: Again, digest: str, said: SettlingOrder, behind: int, signer: Signer) -> Message:
    """The message that has a rejected one taken again, which the log knows by this digest.

    `behind` is the newest rejected entry under its name: an order after a refused one is another message for that,
    while one that is given twice is the same. Its facts are stated for when the rejected message stated them, and never
    for later than when the bus took that (R4). Raises CannotBeTaken.
    """
    refused, envelope = again.refused, again.envelope
    retry = {
        "position": refused.position, "digest": digest, "type": envelope.type, "by": said.by, "reason": said.why,
        "behind": behind,
    }  # fmt: skip
    content = _encode(again.data | {"retry": retry})
    time = moments.text(min(_stated(again), refused.bus_time))
    value = _signed(envelope, types.MESSAGE_RETRIED, time, content, signer)
    about = _read(Record(0, 0, refused.bus_time, None, value), signer).about
    key = None if about is None else (about.phone or about.user_id or "").encode()
    return Message(key, value)


def _stated(again: Again) -> int:
    """What a message states in microseconds since the epoch; where a correction leaves it out, the rejected one."""
    if again.envelope.time is not None:
        try:
            return moments.parse(again.envelope.time)
        except ValueError as fault:
            raise CannotBeTaken("invalid", f"its time is {fault}") from None
    with suppress(ValueError):  # the rejected message was unreadable, or its time was
        before = decode(again.refused.headers, again.refused.value).time
        if before is not None:
            return moments.parse(before)
    return again.refused.bus_time


def drop_message(refused: Entry, digest: str, hash: bytes, said: SettlingOrder, source: str, signer: Signer) -> Message:
    """The message that has a rejected one dropped, which the log knows by this digest and whose entry has this hash.

    Given twice, it is the same message.
    """
    data = _encode({"position": refused.position, "digest": digest, "by": said.by, "reason": said.why})
    id = str(uuid5(UUID(bytes=hash[:16]), data.decode()))
    time = moments.text(refused.bus_time)
    value = signer.message(source=source, id=id, type=types.MESSAGE_DROPPED, time=time, data=data)
    return Message(str(refused.position).encode(), value)


def _as_it_stands(refused: Entry, signer: Signer) -> tuple[Envelope, dict[str, Any]]:
    record = Record(0, 0, refused.bus_time, refused.key, refused.value, refused.headers)
    message = _read(record, signer)
    if message.envelope is None or message.about is None:
        raise CannotBeTaken("invalid", f"only messages about a contact can be taken again: {_ABOUT_CONTACTS}")
    data = _object(message.envelope)
    if message.is_signed:
        return message.envelope, data
    return message.envelope, _of_others(data) | _identity(message.about.phone, message.about.user_id)


def _corrected(refused: Entry, corrected: bytes, signer: Signer) -> tuple[Envelope, dict[str, Any]]:
    if len(corrected) > MAX_BYTES:
        raise CannotBeTaken("too_large", f"{len(corrected)} bytes; the limit is {MAX_BYTES}")
    try:
        check_depth(corrected)
        envelope = decode((), corrected)
    except Unreadable as fault:
        raise CannotBeTaken("unreadable", str(fault)) from None
    if envelope.type not in types.ABOUT_CONTACTS:
        raise CannotBeTaken("unknown_type", f"the type must be one of {_ABOUT_CONTACTS}")
    if refused.source is not None and (envelope.source, envelope.id) != (refused.source, refused.message_id):
        named = f"source {refused.source!r} and id {refused.message_id!r}"
        raise CannotBeTaken("id_reused", f"a corrected message keeps its name: {named}")
    was_signed = signer.signature_in(refused.headers, refused.value) is not None
    if types.is_ours(envelope.source) and not was_signed:
        raise CannotBeTaken("reserved", "only the ledger itself sends from this source, and it did not send this one")
    data = _object(envelope)
    if faults := check_data(envelope.type, data):
        raise Invalid(faults)
    data = (_kept(refused, data) if was_signed else _of_others(data)) | _identity(*identity_of(data))
    return envelope, data


def _read(record: Record, signer: Signer) -> Incoming:
    message = read(record, signer)
    if message.refusal is not None:
        raise CannotBeTaken(message.refusal.reason, message.refusal.detail)
    return message


def _object(envelope: Envelope) -> dict[str, Any]:
    try:
        data = anything(envelope.data)
    except BROKEN as fault:
        raise CannotBeTaken("unreadable", f"its data is no JSON: {fault}") from None
    if not isinstance(data, dict):
        raise CannotBeTaken("invalid", "data must be a JSON object")
    return data


def _kept(refused: Entry, data: Mapping[str, Any]) -> dict[str, Any]:
    """A correction of the ledger's own message: of which row it is, and on which terms, stays."""
    before = _object(decode(refused.headers, refused.value))
    left = {name: value for name, value in data.items() if name not in _OF_OURS}
    return left | {name: before[name] for name in _OF_OURS if name in before}


def _of_others(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in _ONLY_OURS}


def _identity(phone: str | None, user_id: str | None) -> dict[str, str]:
    """Phone and user id in their normal form, as the ledger's own messages have them."""
    return {"phone": phone or "", "userId": user_id or ""}


def _signed(envelope: Envelope, type: str, time: str, data: bytes, signer: Signer) -> bytes:
    value = _encode(
        {
            "specversion": "1.0",
            "id": envelope.id,
            "source": envelope.source,
            "type": type,
            "time": time,
            "ledgersig": signer.signature(envelope.source, envelope.id, type, time, data),
            "data": msgspec.Raw(data),
        }
    )
    if len(value) > MAX_BYTES:
        raise CannotBeTaken("too_large", f"{len(value)} bytes with who retries it; the limit is {MAX_BYTES}")
    return value


_ABOUT_CONTACTS = ", ".join(types.ABOUT_CONTACTS)
