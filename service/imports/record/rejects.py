"""The rows of a file that were not taken: kept as they are found, shown in the order of the file, written as a CSV."""

import csv
import os
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import msgspec
import orjson

from ledger.events.data import BROKEN
from service.imports.columns.attributes import COUNTRY_CODE, PHONE_NUMBER
from service.imports.columns.column_map import REJECTED, ColumnMap
from service.imports.rows.reasons import RowFault
from service.imports.rows.reject import Reject
from service.imports.table.dialect import TableShape, shape
from service.imports.table.formula_guard import guard, unguard
from service.imports.table.records import is_blank, records
from service.imports.table.refusal import CopyGone, FileRefused
from service.imports.table.wording import Words, worded

_TOLD = 100
_MOST = 1 << 62
"""No file has a row or line of such a number."""
_ADDED = ("line", "column", "reason", "hint")

_Number = Annotated[int, msgspec.Meta(ge=0, lt=_MOST)]
_Text = str | None
Kept = tuple[_Number, _Number, list[tuple[_Text, _Text, _Text, _Text]]]
"""A line of the file: row, line, and faults by column, reason, message and advice; an erasure once left null for that.
"""

_kept = msgspec.json.Decoder(Kept).decode


class RejectsFile:
    """Appends rejects to `rejects.jsonl`. Opened at a size that is known to be good: what is beyond is cut off."""

    def __init__(self, path: Path, size: int = 0) -> None:
        self._file = open(path, "ab", opener=lambda name, flags: os.open(name, flags, 0o600))  # noqa: SIM115
        self._file.truncate(size)
        self._size = size

    def add(self, reject: Reject) -> None:
        """Keep one more."""
        faults = [[fault.column, fault.reason, fault.message, fault.hint] for fault in reject.faults]
        self._size += self._file.write(orjson.dumps([reject.row, reject.line, faults]) + b"\n")

    def flush(self, *, durable: bool = False) -> int:
        """Hand everything to the system, to the disk if `durable`; the file's size in bytes."""
        self._file.flush()
        if durable:
            os.fsync(self._file.fileno())
        return self._size

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def kept_rejects(path: Path) -> Iterator[Reject]:
    """All rejects of the split by row; memory is 16 bytes for each while they are sorted.

    Lines of a damaged file that are none any more are left out, here and below: `kept_count` says how many are left.
    """
    if not path.exists():
        return
    rows, places = array("Q"), array("Q")
    with path.open("rb") as file:
        place = 0
        for line in file:
            if (kept := kept_line(line)) is not None:
                rows.append(kept[0])
                places.append(place)
            place += len(line)
        for index in sorted(range(len(rows)), key=rows.__getitem__):
            file.seek(places[index])
            if (reject := _read(file.readline())) is not None:
                yield reject


def kept_line(line: bytes) -> Kept | None:
    """The row, the line and the faults that a line of the file keeps; None for what is none of these."""
    try:
        kept: Kept = _kept(line)
    except BROKEN:
        return None
    return kept


def _read(line: bytes) -> Reject | None:
    kept = kept_line(line)
    if kept is None:
        return None
    row, line_number, faults = kept
    told = tuple(
        RowFault(column or "", reason or "", message or "", hint or "") for column, reason, message, hint in faults
    )
    return Reject(row, line_number, told)


def every_reject(path: Path) -> Iterator[Reject]:
    """All rejects of the split in the order they were found."""
    if path.exists():
        with path.open("rb") as file:
            yield from filter(None, map(_read, file))


def kept_count(path: Path) -> int:
    """How many rejects of the split are kept, and can be read; counted once while the file stays as it is."""
    try:
        now = path.stat()
    except FileNotFoundError:
        return 0
    return _counted(path, now.st_ino, now.st_size, now.st_mtime_ns)


@lru_cache(maxsize=256)
def _counted(path: Path, *_as_it_is: int) -> int:
    with path.open("rb") as file:
        return sum(kept is not None for kept in map(kept_line, file))


def found_rejects(path: Path, size: int, most: int) -> list[Reject]:
    """The first rejects of the split in the order they were found, among the file's first `size` bytes."""
    found: list[Reject] = []
    if not path.exists():
        return found
    with path.open("rb") as file:
        while len(found) < most and file.tell() < size and (line := file.readline()):
            if (reject := _read(line)) is not None:
                found.append(reject)
    return found


def by_reason(rejects: Iterable[Reject]) -> Counter[str]:
    """How many rows have each reason; a row with several counts under each."""
    return Counter(reason for reject in rejects for reason in {fault.reason for fault in reject.faults})


def first_faults(rejects: Iterable[Reject]) -> list[dict[str, Any]]:
    """The first 100 faults as JSON objects, their hints not worded yet."""
    return list(islice((fault for reject in rejects for fault in reject.to_json()), _TOLD))


def worded_faults(faults: Iterable[dict[str, Any]], words: Words) -> list[dict[str, Any]]:
    """Such objects as their reader is told them."""
    return [{**fault, "hint": worded(fault["hint"], words)} for fault in faults]


class _Echo:
    """What the CSV writer writes to: it gives each row back as a line."""

    def write(self, line: str) -> str:
        return line


def rejects_csv(
    source: Path, shape: TableShape, columns: ColumnMap, rejects: Iterable[Reject], words: Words
) -> Iterator[str]:
    """The lines of a CSV of rejected rows, given in the order of the file, to be corrected and imported again.

    The file's own columns come first as they were, then `rejected:line`, `…column`, `…reason`, `…hint`. Rows about
    somebody who was erased since are left out: nothing is left to correct.
    """
    own = [place for place, column in enumerate(columns.columns) if not column.header.startswith(REJECTED)]
    phones = {columns.index_of(PHONE_NUMBER), columns.index_of(COUNTRY_CODE)}
    line_of = csv.writer(_Echo(), delimiter=shape.delimiter).writerow
    yield line_of([guard(columns.columns[place].header) for place in own] + [REJECTED + name for name in _ADDED])
    for reject, cells in cells_of(source, shape, rejects):
        if columns.is_guarded:
            cells = list(map(unguard, cells))
        kept = [guard(cells[at], is_phone=at in phones) if at < len(cells) else "" for at in own]
        extra = [guard(cell) for cell in cells[len(columns.columns) :]]
        yield line_of(kept + _reasons(reject, words) + extra)


def shape_of(source: Path, delimiter: str | None) -> TableShape:
    """The shape of a file that was read before. Raises CopyGone where it was damaged since."""
    try:
        return shape(source, delimiter)
    except (FileRefused, UnicodeError) as fault:
        raise _damaged(source) from fault


def _damaged(source: Path, where: str = "") -> CopyGone:
    return CopyGone(f"{'/'.join(source.parts[-3:])} in the data folder is damaged{where}: restore it from a backup.")


def cells_of(source: Path, shape: TableShape, rejects: Iterable[Reject]) -> Iterator[tuple[Reject, list[str]]]:
    """The rejects, given in the order of the file, each with its row's cells; none for a row that was blanked since.

    They are found by line: a row that was blanked counts no more (R11), and a line stays where it is. Raises CopyGone
    where the file was damaged since, so that it has no such line.
    """
    rows = records(source, shape.delimiter, shape.offset, shape.line, are_rows=shape.are_rows)
    for reject in rejects:
        try:
            cells = next((cells for line, _, _, cells in rows if line == reject.line), None)
        except (FileRefused, UnicodeError):
            cells = None
        if cells is None:
            raise _damaged(source, f" at line {reject.line:,} or before")
        if not is_blank(cells):
            yield reject, cells


def _reasons(reject: Reject, words: Words) -> list[str]:
    def joined(values: Iterable[str]) -> str:
        return guard("; ".join(values))

    faults: Sequence[RowFault] = reject.faults
    return [
        str(reject.line),
        joined(fault.column for fault in faults),
        joined(fault.reason for fault in faults),
        joined(worded(fault.hint, words) for fault in faults),
    ]
