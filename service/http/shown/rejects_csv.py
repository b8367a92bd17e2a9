"""The rows that an import did not take, as a CSV that a spreadsheet shows right."""

from codecs import BOM_UTF8
from collections.abc import Iterator
from itertools import chain, islice, repeat, takewhile

_LINES_AT_ONCE = 500


def rejects_bytes(lines: Iterator[str]) -> Iterator[bytes]:
    """The lines of `Results.rejects_csv` behind a byte order mark, in pieces that are worth sending.

    The first piece is made at once, so that what cannot be read is told before anything is sent.
    """
    return chain((BOM_UTF8, _piece(lines)), takewhile(bool, map(_piece, repeat(lines))))


def _piece(lines: Iterator[str]) -> bytes:
    return "".join(islice(lines, _LINES_AT_ONCE)).encode()
