"""Quotes in a CSV file that do not enclose a whole cell: the cell is read with what stands outside them (R24).

`"Pune"x` is read as `Punex`; behind a tab or a no-break space a quote opens nothing, and stays a part of the cell. A
reader cannot tell what was meant, so a check names such cells.
"""

import re
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path

from service.imports.table.dialect import TableShape

SHOWN = 20
"""Cells that are named; the others are only counted."""

_LONGEST = 60
"""Characters of a cell that are shown."""


@dataclass(frozen=True, slots=True)
class BrokenQuote:
    """A cell as it stands in the file, from its beginning on, and its line, of which the file's first is 1."""

    line: int
    cell: str


def broken_quotes(path: Path, shape: TableShape) -> tuple[int, list[BrokenQuote]]:
    """How many cells of the rows have such quotes, and the first of them; none in a sheet, which has no quotes."""
    if shape.are_rows or path.stat().st_size <= shape.offset:
        return 0, []
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as text:
        delimiter = re.escape(shape.delimiter.encode())
        if not _may_be_broken(delimiter).search(text, shape.offset):
            return 0, []
        count, shown, line, counted = 0, list[BrokenQuote](), shape.line, shape.offset
        for found in _quoted(delimiter).finditer(text, shape.offset):
            if found["broken"] is None and found["behind"] is None:
                continue
            count += 1
            if len(shown) < SHOWN:
                line, counted = line + _line_ends(text[counted : found.start()]), found.start()
                end = re.compile(rb"[%b\r\n]|\Z" % delimiter).search(text, found.end())
                cell = text[found.start() : end.start() if end else found.end()].decode("utf-8", "replace")
                shown.append(BrokenQuote(line, cell[:_LONGEST]))
        return count, shown


def _may_be_broken(delimiter: bytes) -> re.Pattern[bytes]:
    """Finds something in every file with broken quotes, and nothing in most others, in one quick pass."""
    return re.compile(rb'(?<![%b\r\n])" *[^%b\r\n" ]' % (delimiter, delimiter))


def _quoted(delimiter: bytes) -> re.Pattern[bytes]:
    """Each cell that begins with a quote, whole, so that what is inside is not looked at.

    `behind`: other blanks than spaces stand before the quote; `broken`: more than spaces comes after the closing one.
    """
    blanks = rb"(?:(?!%b)\t|\xc2\xa0)" % delimiter
    return re.compile(
        rb'(?:\A|(?<=[%b\r\n]))(?: *"[^"]*+(?:""[^"]*+)*+"(?P<broken> *[^%b\r\n ])?|(?P<behind> *%b(?: |%b)*"))'
        % (delimiter, delimiter, blanks, blanks)
    )


def _line_ends(text: bytes) -> int:
    return text.count(b"\n") + text.count(b"\r") - text.count(b"\r\n")
