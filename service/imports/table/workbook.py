"""A sheet of a workbook as a CSV of our own; run as a program, in a process that may need only so much (R24).

One line for each row of the sheet, so that whoever reads it counts the sheet's own rows. A stranger's workbook may be
made to need any amount of memory (a cell in its last corner, a text that is a gigabyte unpacked): then this process
ends, and not the server.
"""

import csv
import json
import math
import resource
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, TextIO
from zipfile import BadZipFile, ZipFile, ZipInfo

from service.imports.table.refusal import FileRefused

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

FIRST_LINE = "sep=,\x1frows\n"
"""Of what is written here, and of nothing else."""

MOST_UNPACKED = 2 << 30
"""Bytes of a workbook's parts together, and of a sheet as a CSV."""

MOST_MEMORY = 3 << 30
MOST_SECONDS = 300
"""Of a processor."""

_AS_CSV = "Save the sheet as CSV (UTF-8) and import that."
_LARGEST_IN_DIGITS = 1e21
_SMALLEST_IN_DIGITS = 1e-7

_LINE_END = "\r\n"  # of both the writer quotes each where it stands in a cell

Cell = str | int | float | bool | time | date | datetime | timedelta


def write_sheet(path: Path, sheet: str | None, out: Path) -> list[str]:
    """Write one sheet, the first that is visible unless it is named; gives the names of all. Raises FileRefused."""
    _refuse_other_archives(path)
    from python_calamine import SheetTypeEnum

    workbook = _opened(path)
    names = [one.name for one in workbook.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
    found = _chosen(workbook, names, sheet)
    dates = _Dates()
    if not _written(found, dates, out):
        others = ", ".join(repr(name[:60]) for name in names if name != found.name)
        advice = f"The workbook also has {_plain(others)}: name the one to import with {{sheet}}." if others else ""
        raise FileRefused(f"The sheet {found.name[:60]!r} is empty: its first row must name the columns.", advice)
    if dates.differ:
        _written(found, dates, out)
    return names


def text(cell: Cell) -> str:
    """A cell as a CSV has it: a number's digits, a date or time in its ISO form, TRUE or FALSE."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        return _number(cell)
    if isinstance(cell, timedelta):
        minutes, seconds = divmod(round(cell.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return cell.isoformat()


class _Dates:
    """How each column tells its dates: all as finely as the finest, so that one format fits them.

    A workbook does not tell a date from midnight. `differ`: some that were told before were told less finely.
    """

    def __init__(self) -> None:
        self.differ = False
        self._finest: dict[int, int] = {}

    def text(self, place: int, cell: date) -> str:
        """A cell of a column as its ISO form, as finely as any before it there."""
        own = _fineness(cell)
        finest = self._finest.setdefault(place, own)
        if own != finest:
            self.differ = True
            finest = self._finest[place] = max(own, finest)
        if not finest:
            return cell.isoformat()
        moment = cell if isinstance(cell, datetime) else datetime.combine(cell, time())
        return moment.isoformat(timespec=_TIMESPECS[finest])


_TIMESPECS = ("", "seconds", "milliseconds", "microseconds")


def _fineness(cell: date) -> int:
    """The place in `_TIMESPECS` by which nothing of it is lost; 0 of a date alone."""
    if not isinstance(cell, datetime):
        return 0
    return 1 if not cell.microsecond else 3 if cell.microsecond % 1000 else 2


def _number(number: float) -> str:
    if not math.isfinite(number):
        return repr(number)
    if number == int(number) and abs(number) < _LARGEST_IN_DIGITS:
        # a double has seventeen digits; as many as tell it from its neighbours are shown, as Excel's fifteen are
        return str(int(number)) if abs(number) < 1 << 53 else f"{Decimal(repr(number)):.0f}"
    if _SMALLEST_IN_DIGITS <= abs(number) < _LARGEST_IN_DIGITS:
        return f"{Decimal(repr(number)):f}"
    return repr(number)


def _plain(names: str) -> str:
    """Names in a template of advice."""
    return names.replace("{", "{{").replace("}", "}}")


def _refuse_other_archives(path: Path) -> None:
    """Raise FileRefused for a zip that is no workbook, and for one that is too much unpacked."""
    with path.open("rb") as file:
        if file.read(2) != b"PK":
            return
    try:
        with ZipFile(path) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            mimetype = archive.read("mimetype")[:100] if "mimetype" in names and _size(parts) <= MOST_UNPACKED else b""
    except (BadZipFile, NotImplementedError, RuntimeError, KeyError, ValueError, OSError, EOFError) as fault:
        raise FileRefused("The file begins like a zip archive or an Excel workbook, but is damaged.") from fault
    what = _kind_of_archive(names, mimetype)
    if what is not None:
        raise FileRefused(
            f"The file is {what}, neither a CSV nor a workbook.", "Save it as CSV (UTF-8) and import that."
        )
    if _size(parts) > MOST_UNPACKED:
        raise FileRefused(f"The workbook is more than {MOST_UNPACKED >> 30} GiB unpacked.", _AS_CSV)


def _size(parts: Iterable[ZipInfo]) -> int:
    return sum(part.file_size for part in parts)


def _kind_of_archive(names: set[str], mimetype: bytes) -> str | None:
    """What a zip is that is no workbook; None for a workbook."""
    if any(name.startswith("xl/") for name in names) or b"opendocument.spreadsheet" in mimetype:
        return None
    if b"opendocument" in mimetype:
        return "an OpenDocument document that is no spreadsheet"
    for start, what in (
        ("word/", "a Word document"),
        ("ppt/", "a PowerPoint presentation"),
        ("Index", "an Apple document"),
    ):
        if any(name.startswith(start) for name in names):
            return what
    return "a zip archive" if names else "an empty zip archive"


def _opened(path: Path) -> "CalamineWorkbook":
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        return CalamineWorkbook.from_path(path)
    except PasswordError as fault:
        raise _protected() from fault
    except (CalamineError, OSError) as fault:
        if b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e" in path.read_bytes():
            raise _protected() from fault
        told = "The file looks like a workbook, or like another document of Office, but cannot be read as a workbook."
        raise FileRefused(told, _AS_CSV) from fault


def _protected() -> FileRefused:
    return FileRefused("The workbook is protected by a password.", "Save it without one and import that.")


def _chosen(workbook: "CalamineWorkbook", names: Sequence[str], sheet: str | None) -> "CalamineSheet":
    from python_calamine import CalamineError, SheetVisibleEnum

    if not names:
        raise FileRefused("The workbook has no sheet with cells.")
    if sheet is None:
        hidden = {one.name for one in workbook.sheets_metadata if one.visible != SheetVisibleEnum.Visible}
        sheet = next((name for name in names if name not in hidden), names[0])
    elif sheet not in names:
        alike = [name for name in names if name.strip().casefold() == sheet.strip().casefold()]
        if len(alike) != 1:
            there = ", ".join(repr(name[:60]) for name in names)
            raise FileRefused(f"The workbook has no sheet {sheet[:60]!r}; it has {there}.")
        (sheet,) = alike
    try:
        return workbook.get_sheet_by_name(sheet)
    except CalamineError as fault:
        raise FileRefused(f"The sheet {sheet[:60]!r} cannot be read: the workbook is damaged.", _AS_CSV) from fault


def _written(sheet: "CalamineSheet", dates: _Dates, out: Path) -> bool:
    """Write the sheet; whether a row of it is not blank."""
    with out.open("w", encoding="utf-8", newline="") as file:
        file.write(FIRST_LINE)
        return _write(_read_rows(sheet, dates), file)


def _read_rows(sheet: "CalamineSheet", dates: _Dates) -> Iterator[list[str]]:
    """The cells of each row from the sheet's first on, however many are blank."""
    is_header = True
    for number, row in enumerate(sheet.iter_rows(), start=1):
        cells = list(map(text, row))
        if is_header:
            is_header = not any(cells)
        else:
            for place, cell in enumerate(row):
                if isinstance(cell, date):
                    cells[place] = dates.text(place, cell)
        if any("\0" in cell for cell in cells):
            raise FileRefused(f"A cell of row {number} of the sheet holds a NUL character; take it out.")
        yield cells


def _write(rows: Iterable[list[str]], file: TextIO) -> bool:
    """Write rows as wide as the first that is not blank, unless something stands beyond it; whether there is one."""
    write, width = csv.writer(file, lineterminator=_LINE_END).writerow, 0
    for cells in rows:
        used = next((place for place in range(len(cells), 0, -1) if cells[place - 1].strip()), 0)
        if not used:
            file.write(_LINE_END)
            continue
        width = width or used
        write(cells[: max(width, used)])
        if file.tell() > MOST_UNPACKED:
            raise FileRefused(f"The sheet is more than {MOST_UNPACKED >> 30} GiB as text.", _AS_CSV)
    return width > 0


def main(path: str, out: str, sheet: str | None) -> dict[str, object]:
    """What is said of the work, as JSON: the sheets, or why the workbook is refused."""
    limits = ((resource.RLIMIT_AS, MOST_MEMORY), (resource.RLIMIT_CPU, MOST_SECONDS), (resource.RLIMIT_CORE, 0))
    for what, most in limits:
        with suppress(ValueError, OSError):  # not every system has each
            resource.setrlimit(what, (most, most))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever waits for it ends it
    try:
        return {"sheets": write_sheet(Path(path), sheet, Path(out))}
    except FileRefused as fault:
        return {"refused": fault.message, "advice": fault.advice}


if __name__ == "__main__":
    json.dump(main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3])), sys.stdout)
