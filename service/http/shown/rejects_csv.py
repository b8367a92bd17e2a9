"""The rows that an import did not take, as a CSV that a spreadsheet shows right."""

from codecs import BOM_UTF8
from collections.abc import Iterator
from itertools import islice

_LINES_AT_ONCE = 500


def rejects_bytes(lines: Iterator[str]) -> Iterator[bytes]:
    """The lines of `Results.rejects_csv` behind a byte order mark, in pieces that are worth sending."""
    yield BOM_UTF8
    while piece := "".join(islice(lines, _LINES_AT_ONCE)):
        yield piece.encode()
