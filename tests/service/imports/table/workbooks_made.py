"""Workbooks made for tests, and read as the records of a table."""

import csv
import io

import openpyxl

from service.imports.table.workbook import FIRST_LINE, write_sheet
from tests.worlds import folder

ROWS = [
    [],
    ["Name", "Phone", "WhatsApp Opted", "Joined", "Seen", "Points", "Note"],
    ["Asha Rao", "919820098200", "TRUE", "2022-10-31", "2022-10-31T14:00:01", "12.5", "two\nlines"],
    [],
    ["Ravi R2", "919833098330", "FALSE", "", "", "-3", ""],
]


def workbook(*sheets, name="People"):
    """The bytes of an .xlsx; each sheet is rows of cells, None being an empty one, and texts never formulas."""
    made = openpyxl.Workbook()
    for number, rows in enumerate(sheets):
        sheet = made.active if number == 0 else made.create_sheet()
        sheet.title = name if number == 0 else f"{name} {number + 1}"
        for y, row in enumerate(rows, start=1):
            for x, value in enumerate(row, start=1):
                if value is not None and value != "":
                    cell = sheet.cell(y, x, value)
                    cell.data_type = "s" if isinstance(value, str) else cell.data_type
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def read(content, sheet=None):
    """The rows of a sheet as they are written, and the names of all sheets."""
    with folder() as path:
        (path / "book").write_bytes(content)
        names = write_sheet(path / "book", sheet, path / "out.csv")
        written = (path / "out.csv").read_bytes().decode()
    assert written.startswith(FIRST_LINE)
    return list(csv.reader(io.StringIO(written.removeprefix(FIRST_LINE), newline=""))), names
