"""CloudEvents 1.0 in and out: structured JSON and Kafka binary mode."""

import base64
import re
from collections.abc import Iterable
from typing import Annotated

import msgspec

Headers = Iterable[tuple[str, bytes]]


class Unreadable(ValueError):
    """The bytes are no CloudEvent: they have no id, source and type to go by. The message says what is wrong."""


DEEPEST = 64
"""Levels of arrays and objects in a message: far below what any later reader's stack carries."""

MOST_NAME_CHARACTERS = 512
"""Of a message's id, source or type."""

_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=MOST_NAME_CHARACTERS)]


class Envelope(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A CloudEvent's attributes that we use, and `data` as the exact bytes that were sent (b"" when absent)."""

    specversion: str
    id: _Name
    source: _Name
    type: _Name
    time: str | None = None
    ledgersig: str | None = None
    data: msgspec.Raw = msgspec.Raw()
    data_base64: str | None = None


_decode_structured = msgspec.json.Decoder(Envelope).decode
_STRUCTURED = b"application/cloudevents+json"


def decode(headers: Headers, value: bytes | None) -> Envelope:
    """Read a message in either mode; members we do not know are left to the raw bytes. Raises Unreadable.

    How deep it nests is `check_depth`'s to say.
    """
    if value is None:
        raise Unreadable("the message has no value")
    try:
        envelope = _decode_by_headers(headers, value) if headers else _decode_structured(value)
        if envelope.data_base64 is not None:
            envelope = _with_decoded_data(envelope, envelope.data_base64)
    except Unreadable:
        raise
    except (msgspec.MsgspecError, ValueError, RecursionError) as fault:
        raise Unreadable(f"not a CloudEvent: {fault}") from fault
    if envelope.specversion != "1.0":
        raise Unreadable(f"specversion is {envelope.specversion[:20]!r}, not '1.0'")
    return envelope


def is_binary(headers: Headers) -> bool:
    """Whether a message with these headers is in binary mode: its attributes are headers, its value is the data."""
    return any(name.lower() == _IS_BINARY for name, _ in headers)


_IS_BINARY = "ce_specversion"


def _decode_by_headers(headers: Headers, value: bytes) -> Envelope:
    attributes = {name.lower(): content for name, content in headers}
    if _IS_BINARY in attributes:
        return _decode_binary(attributes, value)
    content_type = attributes.get("content-type", _STRUCTURED) or _STRUCTURED
    if not content_type.lower().startswith((_STRUCTURED, b"application/json")):
        raise Unreadable(f"content type {content_type[:80]!r} is not {_STRUCTURED.decode()}")
    return _decode_structured(value)


def _with_decoded_data(envelope: Envelope, encoded: str) -> Envelope:
    if bytes(envelope.data):
        raise Unreadable("both data and data_base64 are given")
    data = base64.b64decode(encoded, validate=True)
    check_depth(data)
    return msgspec.structs.replace(envelope, data=msgspec.Raw(data), data_base64=None)


_STRING = rb'"(?:[^"\\]++|\\.)*+"'
_strings = re.compile(_STRING, re.DOTALL)
_up_to_an_open_string = re.compile(rb'(?:[^"]++|%b)*+' % _STRING, re.DOTALL).match
"""A string that is never closed would be looked for again at each quote in it: of a message's bytes, for minutes."""
_brackets = re.compile(rb"[\[\]{}]")


def check_depth(content: bytes) -> None:
    """Raise Unreadable for JSON of more than `DEEPEST` levels."""
    if content.count(b"[") + content.count(b"{") <= DEEPEST:
        return
    closed = _up_to_an_open_string(content)
    end = closed.end() if closed else 0
    depth = 0
    for bracket in _brackets.findall(_strings.sub(b"", content[:end]) + content[end:]):
        depth += 1 if bracket in b"[{" else -1
        if depth > DEEPEST:
            raise Unreadable(f"nested deeper than {DEEPEST} levels")


def _decode_binary(attributes: dict[str, bytes], value: bytes) -> Envelope:
    known = {
        name: attributes[f"ce_{name}"].decode()
        for name in ("specversion", "id", "source", "type", "time", "ledgersig")
        if attributes.get(f"ce_{name}") is not None
    }
    return msgspec.structs.replace(msgspec.convert(known, Envelope), data=msgspec.Raw(value))
