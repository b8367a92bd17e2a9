"""How the lines of the audit table are chained: each has a hash over itself and the line before it. Pure."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

GENESIS = bytes(32)
"""What stands for the hash before the first line."""


class AuditLine(NamedTuple):
    """A line of the table as it is stored; `detail` is the text of a JSON object."""

    number: int
    at: int
    who: str
    what: str
    detail: str
    hash: bytes


class AuditHead(NamedTuple):
    """The newest line: its number, and its hash, by which all lines up to it are known. 0 of an empty table."""

    lines: int
    hash: bytes


def line_hash(previous: bytes, number: int, at: int, who: str, what: str, detail: str) -> bytes:
    """SHA-256 over the hash of the line before and the line itself, as canonical JSON."""
    text = json.dumps([number, at, who, what, detail], separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(previous + text.encode()).digest()


def audit_faults(lines: Iterable[AuditLine], last: int, saved: AuditHead | None = None) -> Iterator[str]:
    """What is not as it was written; each line follows from the one before it. A fault is told once.

    `last` is the highest number that was ever given, and `saved` a head that was kept elsewhere.
    """
    previous, number, is_through = GENESIS, 0, saved is None or saved == AuditHead(0, GENESIS)
    for line in lines:
        if line.number != number + 1:
            yield f"audit: the lines between {number} and {line.number} were removed"
        elif line.hash != line_hash(previous, *line[:5]):
            yield f"audit: line {line.number} was changed"
        previous, number = line.hash, line.number
        is_through = is_through or saved == AuditHead(number, previous)
    if number < last:
        yield f"audit: its last lines were removed: it ends at line {number}, and had {last}"
    if not is_through and saved is not None:
        yield f"audit: it is not the one whose head was saved, at line {saved.lines}"
