"""A workbook is read as the CSV of the same data is: the same verdicts, with the sheet's own row numbers (R24)."""

import io
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest

from service.imports.columns.date_formats import fitting
from service.imports.table.refusal import FileRefused, MappingRefused
from service.imports.table.wording import OF_COMMAND
from service.imports.table.workbook import text
from tests.examples import ASHA, GAVIN
from tests.service.imports.table.workbooks_made import ROWS, read, workbook

SAVED = Path(__file__).parent / "workbooks"


@pytest.mark.parametrize("name", ["people.xls", "people.ods"])
def test_xls_and_ods_are_read(name):
    rows, names = read((SAVED / name).read_bytes())
    assert rows[: len(ROWS)] == ROWS
    assert names == ["People", "Other"]


def test_xlsx_is_read():
    cells = [
        [],
        ROWS[1],
        ["Asha Rao", 919820098200, True, date(2022, 10, 31), datetime(2022, 10, 31, 14, 0, 1), 12.5, "two\nlines"],
        [],
        ["Ravi R2", 919833098330.0, False, None, None, -3, None],
    ]
    assert read(workbook(cells)) == (ROWS, ["People"])


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        *(
            (919967536783.0, "919967536783"),
            (4111111111111111.0, "4111111111111111"),
            (1.2345678901234567e19, "12345678901234567000"),
        ),
        *(
            (1e15, "1000000000000000"),
            (-0.0, "0"),
            (0.1, "0.1"),
            (1e-7, "0.0000001"),
            (12.50, "12.5"),
            (1e300, "1e+300"),
        ),
        *((True, "TRUE"), (False, "FALSE"), (date(2022, 10, 31), "2022-10-31"), (time(14, 30), "14:30:00")),
        *((datetime(2022, 10, 31, 14), "2022-10-31T14:00:00"), (timedelta(hours=26, minutes=5), "26:05:00")),
        *((" as it is ", " as it is "), (9007199254740993.0, "9007199254740992"), (float("nan"), "nan")),
    ],
)
def test_a_cell_is_told_as_a_csv_has_it(cell, told):
    assert text(cell) == told


def test_dates_of_a_column_are_told_alike_so_that_one_format_fits_them():
    """A workbook does not tell a date from midnight, and its clock has fractions of a second."""
    noon, soon = datetime(2022, 10, 31, 12), datetime(2022, 10, 31, 12, 0, 0, 500000)
    cells = [[date(2022, 1, 1), "Whole", "Fine", "Day"], *([GAVIN, when, fine, when] for when, fine in [(noon, noon)])]
    cells += [[ASHA, datetime(2022, 11, 1), soon, None], [ASHA, "later", date(2022, 11, 1), date(2022, 11, 2)]]
    rows, _ = read(workbook(cells))
    assert rows == [
        ["2022-01-01", "Whole", "Fine", "Day"],
        [GAVIN, "2022-10-31T12:00:00", "2022-10-31T12:00:00.000", "2022-10-31T12:00:00"],
        [ASHA, "2022-11-01T00:00:00", "2022-10-31T12:00:00.500", ""],
        [ASHA, "later", "2022-11-01T00:00:00.000", "2022-11-02T00:00:00"],
    ]
    for place, form in ((1, "YYYY-MM-DDTHH:mm:ss"), (2, "YYYY-MM-DDTHH:mm:ss.SSS"), (3, "YYYY-MM-DDTHH:mm:ss")):
        assert fitting([row[place] for row in rows[1:] if row[place] not in ("", "later")]) == [form]


def test_formulas_are_their_values_and_merged_cells_their_first():
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.append(["Phone", "Sum", "Merged", "", "Broken"])
    sheet.append([GAVIN, None, "m", "", None])
    sheet.merge_cells("C2:D3")
    out = io.BytesIO()
    made.save(out)
    content = rewritten(out.getvalue(), "xl/worksheets/sheet1.xml", b"</row></sheetData>", WITH_FORMULAS)
    assert read(content)[0][1:] == [[GAVIN, "", "m", "", ""], [ASHA, "3", "", "", ""]]


WITH_FORMULAS = (
    f'</row><row r="3"><c r="A3" t="inlineStr"><is><t>{ASHA}</t></is></c><c r="B3"><f>1+2</f><v>3</v></c>'
    '<c r="E3" t="e"><f>1/0</f><v>#DIV/0!</v></c></row></sheetData>'
).encode()


def rewritten(content, name, old, new):
    """The archive with `old` in one of its parts replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for part in before.namelist():
            raw = before.read(part)
            after.writestr(part, raw.replace(old, new) if part == name else raw)
    return out.getvalue()


def test_the_first_sheet_that_is_visible_is_read_unless_one_is_named():
    made = openpyxl.Workbook()
    made.active.title = "Lists"
    made.active.sheet_state = "hidden"
    made.active.append(["a"])
    for name in ("People", "More People"):
        made.create_sheet(name).append(["Phone", name])
    out = io.BytesIO()
    made.save(out)
    assert read(out.getvalue()) == ([["Phone", "People"]], ["Lists", "People", "More People"])
    assert read(out.getvalue(), "More People")[0] == [["Phone", "More People"]]
    assert read(out.getvalue(), " more people")[0] == [["Phone", "More People"]]
    with pytest.raises(FileRefused, match="no sheet 'Leads'; it has 'Lists', 'People', 'More People'"):
        read(out.getvalue(), "Leads")


def test_an_empty_sheet_names_the_others():
    with pytest.raises(FileRefused) as refused:
        read(workbook([], [["Phone"]]))
    assert "'People' is empty" in refused.value.as_sentence(OF_COMMAND)
    assert "'People 2': name the one to import with --sheet." in refused.value.as_sentence(OF_COMMAND)


def archive(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, raw in parts.items():
            made.writestr(name.replace("__", "/"), raw)
    return out.getvalue()


ENCRYPTED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(512)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(archive(a="Phone\n"), "a zip archive", id="zip"),
        pytest.param(archive(), "an empty zip archive", id="empty zip"),
        pytest.param(archive(word__document="x"), "a Word document", id="docx"),
        pytest.param(archive(mimetype="application/vnd.oasis.opendocument.text"), "no spreadsheet", id="odt"),
        pytest.param(archive(Index__Document="x"), "an Apple document", id="numbers"),
        pytest.param(b"PK\x03\x04" + bytes(50), "damaged", id="broken zip"),
        pytest.param(workbook([["Phone"]])[:-900], "damaged", id="cut off"),
        pytest.param(archive(xl__workbook="x"), "cannot be read as a workbook", id="no workbook"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"a" * 600, "cannot be read as a workbook", id="old office"),
        pytest.param(ENCRYPTED, "protected by a password", id="password"),
        pytest.param(workbook([["Phone"], ["_x0000_1"]]), "NUL character", id="NUL"),
    ],
)
def test_what_is_no_workbook_is_refused_by_name(content, told):
    with pytest.raises(FileRefused, match=told):
        read(content)


def test_a_workbook_that_is_too_much_unpacked_is_refused():
    content = bytearray(workbook([["Phone"], [GAVIN]]))
    size_in_directory = content.index(b"PK\x01\x02") + 24
    content[size_in_directory : size_in_directory + 4] = (3 << 30).to_bytes(4, "little")
    with pytest.raises(FileRefused, match="more than 2 GiB unpacked"):
        read(bytes(content))


def test_sheets_are_named_where_the_one_that_was_read_has_no_phones(imports):
    cover, people = [["Acme"]], [["Name", "Phone"], ["Asha", ASHA]]
    told = r"'People', 'People 2', and the first visible one was read: --sheet names the one to import"
    with pytest.raises(MappingRefused, match=told):
        imports.bring(workbook(cover, people), name="people.xlsx")
    with pytest.raises(MappingRefused) as refused:
        imports.bring(workbook(cover, people), name="people.xlsx", sheet="People")
    with pytest.raises(MappingRefused) as single:
        imports.bring(workbook(cover), name="people.xlsx")
    assert "--sheet" not in f"{refused.value}{single.value}"
    assert imports.bring(workbook(cover, people), name="people.xlsx", sheet="People 2")["created"] == 1
    assert len(list((imports.world.folder / "imports").iterdir())) == 1


def test_a_cell_in_the_last_corner_needs_no_more_memory_than_it_may(imports):
    made = openpyxl.Workbook()
    made.active.append(["Phone"])
    made.active["XFD1048576"] = "far away"
    out = io.BytesIO()
    made.save(out)
    with pytest.raises(FileRefused, match="of memory"):
        imports.bring(out.getvalue(), name="people.xlsx")
    assert list((imports.world.folder / "imports").iterdir()) == []
