"""A request's body: whole or not at all (R36), and as a JSON object, whatever its Content-Type says (R6)."""

import json
from typing import IO, Any
from wsgiref.types import WSGIEnvironment

import msgspec

from ledger.events.kinds.kind import kind_of

LARGEST = 256 * 1024
"""Bytes of a body at most; a message on the bus has the same limit."""

_PASSED_OVER = 16 * LARGEST
_decode = msgspec.json.Decoder().decode
_LONGEST_NUMBER = 400


class TooLong(ValueError):
    """The body is over the limit of so many bytes."""

    def __init__(self, most: int) -> None:
        limit = f"{most // 2**20} MiB" if most >= 2**20 else f"{most // 1024} KiB"
        super().__init__(f"the body is over the limit of {limit}")


class BrokenOff(Exception):
    """The connection ended before the body did, which announced more bytes (R36)."""

    def __init__(self, came: int, announced: int) -> None:
        super().__init__(
            f"the body broke off after {came:,} of {announced:,} bytes; nothing of it was taken: send it anew"
        )


class LengthMissing(Exception):
    """The body comes in chunks, and the server does not tell one that broke off from one that ended (R36)."""

    def __init__(self) -> None:
        super().__init__("the body comes in chunks, whose end cannot be told here: send it with a Content-Length")


class NotAnObject(ValueError):
    """The bytes are no JSON object; the message says what they are instead."""


class NestedTooDeeply(ValueError):
    """JSON, but with more levels than can be read."""


def announced(environ: WSGIEnvironment) -> int | None:
    """Bytes that the body is to have; None for one in chunks."""
    if "HTTP_TRANSFER_ENCODING" in environ:
        return None
    return int(environ.get("CONTENT_LENGTH") or 0)


def read_bytes(environ: WSGIEnvironment, most: int = LARGEST) -> bytes:
    """The whole body, in one go: every wait for more is a change of threads.

    Raises LengthMissing for one in chunks, TooLong for more than `most` bytes, BrokenOff.
    """
    length, stream = announced(environ), environ["wsgi.input"]
    if length is None:
        raise LengthMissing
    if length > most:
        if "HTTP_EXPECT" not in environ:  # who waits for a go-ahead sends nothing more once it has the answer
            pass_over(stream, _PASSED_OVER)
        raise TooLong(most)
    content: bytes = stream.read(length) if length else b""
    if len(content) < length:
        raise BrokenOff(len(content), length)
    return content


def pass_over(stream: IO[bytes], most: int) -> None:
    """Read what the caller is still sending, so many bytes of it.

    One whose connection is closed under it would not see the answer.
    """
    left = most
    while left > 0 and (piece := stream.read(min(left, LARGEST))):
        left -= len(piece)


def read_object(content: bytes, subject: str = "the body", line: int = 1) -> dict[str, Any]:
    """The object in `content`. What is JSON but unfit for a contact (a lone surrogate, 1e400) is left to the schema.

    `subject` is what a fault is said of, and `line` where in the body it begins. Raises NotAnObject, NestedTooDeeply.
    """
    try:
        value = _decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        value = _by_the_letter(content, subject, line)
    except RecursionError:
        raise NestedTooDeeply(f"{subject} is nested too deeply") from None
    if not isinstance(value, dict):
        raise NotAnObject(f"{subject} is {kind_of(value)}: it must be a JSON object")
    return value


def _by_the_letter(content: bytes, subject: str, line: int) -> object:
    """The standard library's verdict: slower, and with nothing refused that RFC 8259's grammar allows."""
    try:
        return json.loads(content.decode("utf-8-sig"), parse_constant=_refuse, parse_int=_integer)
    except RecursionError:
        raise NestedTooDeeply(f"{subject} is nested too deeply") from None
    except ValueError as fault:
        placed = fault if isinstance(fault, json.JSONDecodeError) else None
        where = f" (line {placed.lineno + line - 1}, column {placed.colno})" if placed else ""
        raise NotAnObject(f"{subject} is not JSON in UTF-8{where}") from None


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is not JSON")


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else float("inf")
