"""The records of a CSV file in UTF-8, each with the line and the bytes it stands in."""

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import accumulate, repeat
from pathlib import Path
from typing import TextIO

from service.imports.table.refusal import FileRefused

LONGEST_CELL = 16 * 1024 * 1024
"""Characters; a longer cell is a quote that was left open, or no table."""

_BATCH = 1 << 18

Record = tuple[int, int, int, list[str]]
"""The line it starts in (the file's first is 1), its first byte, the byte after its last, and its cells."""


def records(path: Path, delimiter: str, offset: int = 0, line: int = 1) -> Iterator[Record]:
    """Every record from the byte `offset` on, which is the start of `line`; blank ones are `[]` or blank cells.

    Line ends are CR, LF or CR LF; a quoted one is part of its cell. Raises FileRefused for a quote never closed.
    """
    with path.open("rb") as raw:
        raw.seek(offset)
        with io.TextIOWrapper(raw, encoding="utf-8", newline="") as text:
            yield from _records(text, delimiter, offset, line)


def _records(text: TextIO, delimiter: str, offset: int, line: int) -> Iterator[Record]:
    base, ends, is_over = 0, [offset], False

    def feed() -> Iterator[str]:
        """The lines, remembering where each of the current batch ends: `base` lines came before the batch."""
        nonlocal base, ends, is_over
        count = 0
        while batch := text.readlines(_BATCH):
            sizes = map(len, batch) if all(map(str.isascii, batch)) else map(len, map(str.encode, batch))
            base, count, ends = count, count + len(batch), list(accumulate(sizes, initial=ends[-1]))
            yield from batch
        is_over = True

    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(feed(), delimiter=delimiter)
    start, first, number = offset, line, line
    try:
        for cells in reader:
            count = reader.line_num
            if is_over:
                raise _unclosed(cells, first + count - 1)
            end = ends[count - base]
            yield number, start, end, cells
            start, number = end, first + count
    except csv.Error as fault:
        raise FileRefused(
            f"A cell of the record that begins in line {number} is longer than {LONGEST_CELL:,} characters; "
            "is a quote left open there?"
        ) from fault


def _unclosed(cells: list[str], last_line: int) -> FileRefused:
    """The open cell is the last one, and reaches to the end of the file."""
    lines_in_cell = len(io.StringIO(cells[-1], newline="").readlines())
    opened = last_line - max(lines_in_cell, 1) + 1
    return FileRefused(f"The quote that opens in line {opened} is never closed; close it, or double it if it is meant.")


def cells_of(raw: Iterable[bytes], delimiter: str) -> Iterator[list[str]]:
    """The cells of records that were found before, from their bytes."""
    csv.field_size_limit(LONGEST_CELL)
    return csv.reader(map(str, raw, repeat("utf-8")), delimiter=delimiter)


def is_blank(cells: list[str]) -> bool:
    """Whether the record is no row at all (R11)."""
    return not "".join(cells).strip()
