"""The rows that an import did not take, as a CSV that a spreadsheet shows right."""

from codecs import BOM_UTF8
from collections import deque
from collections.abc import Callable, Iterator
from itertools import chain, islice, repeat, takewhile

_LINES_AT_ONCE = 500


def rejects_bytes(lines: Callable[[], Iterator[str]]) -> Iterator[bytes]:
    """The lines of `Results.rejects_csv` behind a byte order mark, in pieces that are worth sending.

    All are gone through before, so that what cannot be read is told before anything is sent: a download that breaks off
    would be taken for the whole. Raises as `lines` does.
    """
    deque(lines(), maxlen=0)
    return chain((BOM_UTF8,), takewhile(bool, map(_piece, repeat(lines()))))


def _piece(lines: Iterator[str]) -> bytes:
    return "".join(islice(lines, _LINES_AT_ONCE)).encode()
