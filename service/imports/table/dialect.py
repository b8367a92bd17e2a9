"""The shape of a CSV file: its delimiter, its header, and where its rows begin (R24)."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from service.imports.table.records import LONGEST_CELL, is_blank, records
from service.imports.table.refusal import FileRefused
from service.imports.table.workbook import FIRST_LINE

DELIMITERS = ",;\t|"
MOST_COLUMNS = 2_000
"""Of a file (R39): each is looked at, proposed, mapped and shown."""

_LONGEST_HEADER = 1024 * 1024
"""Bytes of the first line: half a kilobyte for each column."""

_SAMPLE_BYTES = 64 * 1024
_SAMPLE_ROWS = 20


@dataclass(frozen=True, slots=True)
class TableShape:
    """A header as it stands in the file, and the first byte and line after it.

    `are_rows`: it is a sheet's, and lines are the rows of the sheet.
    """

    delimiter: str
    header: tuple[str, ...]
    offset: int
    line: int
    are_rows: bool = False


def shape(path: Path, delimiter: str | None = None) -> TableShape:
    """Read a UTF-8 file's shape; `delimiter` None: it is found out.

    Raises FileRefused when nothing is in it, it has more than MOST_COLUMNS, or a quote is never closed.
    """
    said, offset, line = _said_delimiter(path)
    are_rows = line == 1 and offset > 0
    _ensure_first_line_ends(path, offset)
    delimiter = delimiter or said or guess_delimiter(_sample(path, offset))
    for header_line, start, end, cells in records(path, delimiter, offset, line, are_rows=are_rows):
        if len(cells) > MOST_COLUMNS:
            raise _too_many_columns(f"{len(cells):,} columns")
        if not is_blank(cells):
            height = 1 if are_rows else _lines_between(path, start, end)
            return TableShape(delimiter, tuple(cells), end, header_line + height, are_rows)
    raise FileRefused("The file is empty: its first row must name the columns.")


def _ensure_first_line_ends(path: Path, offset: int) -> None:
    """Before anything is split at its delimiters: of a line without an end nobody wants to know the columns."""
    with path.open("rb") as file:
        file.seek(offset)
        first = file.read(_LONGEST_HEADER + 1)
    if len(first) > _LONGEST_HEADER and b"\n" not in first and b"\r" not in first:
        raise _too_many_columns(f"a first line of over {_LONGEST_HEADER >> 20} MiB")


def _too_many_columns(what: str) -> FileRefused:
    return FileRefused(
        f"The file has {what}; {MOST_COLUMNS:,} columns are allowed.",
        "Leave out the columns that are not about contacts, or import them in several files with the phone in each.",
    )


def guess_delimiter(sample: str) -> str:
    """The one of `, ; tab |` by which most rows have as many cells as the header, then the one with most cells."""
    best, best_score = DELIMITERS[0], (0, 0)
    for delimiter in DELIMITERS:
        rows = _sample_rows(sample, delimiter)
        width = len(rows[0]) if rows else 0
        score = (sum(len(row) == width for row in rows), width) if width > 1 else (0, 0)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _said_delimiter(path: Path) -> tuple[str | None, int, int]:
    """Excel's first line `sep=;`, if there is one, and where the rest begins: of a sheet with its first row."""
    with path.open("r", encoding="utf-8", newline="") as file:
        first = file.readline(16)
    if first == FIRST_LINE:
        return first[4], len(first), 1
    said = first.rstrip("\r\n").strip('"')
    if first.endswith(("\r", "\n")) and len(said) == 5 and said.lower().startswith("sep="):
        return said[4], len(first.encode()), 2
    return None, 0, 1


def _lines_between(path: Path, start: int, end: int) -> int:
    with path.open("rb") as file:
        file.seek(start)
        return len(io.StringIO(file.read(end - start).decode(), newline="").readlines())


def _sample(path: Path, offset: int) -> str:
    with path.open("rb") as file:
        file.seek(offset)
        read = file.read(_SAMPLE_BYTES)
    text = read.decode("utf-8", "ignore")
    return text if len(read) < _SAMPLE_BYTES else text[: max(text.rfind("\n"), text.rfind("\r")) + 1] or text


def _sample_rows(sample: str, delimiter: str) -> Sequence[list[str]]:
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, skipinitialspace=True)
    return list(islice((row for row in reader if not is_blank(row)), _SAMPLE_ROWS))
