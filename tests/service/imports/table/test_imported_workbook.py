"""Workbooks as imports have them: counted, chosen from, and judged as the CSV of the same data."""

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.imports.columns.choices import Choices
from service.imports.table.refusal import FileRefused
from tests.examples import ASHA, GAVIN, RAVI
from tests.service.imports.imported import silent
from tests.service.imports.table.workbooks_made import workbook
from tests.service.imports.test_fuzz import Judged
from tests.worlds import bounded, folder


def test_an_imported_sheet_has_its_rows_counted_and_its_rejects_in_a_csv(imports, world):
    header = ["Name", "Phone", "Note"]
    rows = [
        [],
        header,
        ["Asha", ASHA, "two\nlines\nmore"],
        [None, None, None],
        ["R2", RAVI, 5],
        ["Gavin", GAVIN, True],
    ]
    content = workbook(rows)
    document = imports.bring(content, name="people.xlsx")
    assert (document["rows"], document["created"], document["rejected"]) == (3, 2, 1)
    assert [(one["line"], one["reason"]) for one in document["rejects"]] == [(5, "name_not_letters")]
    assert world.contact(ASHA)["traits"]["Note"] == "two\nlines\nmore"
    assert world.contact(GAVIN)["traits"]["Note"] == "TRUE"
    written = list(csv.reader(io.StringIO(imports.rejects(document), newline="")))
    assert written[1][:5] == ["R2", RAVI, "5", "5", "Name"]
    assert imports.bring(imports.rejects(document).replace("R2,", "Ravi,"))["created"] == 1
    assert imports.importer.bring(io.BytesIO(content), "people.xlsx", Choices(), silent).already


def test_a_sheet_of_an_upload_is_chosen_among_those_it_has(imports):
    id = imports.upload(workbook([["Colour"], ["red"]], [["Phone"], [GAVIN]]), "people.xlsx")
    told = imports.status(id)
    assert (told["sheets"], told["preview"]["header"]) == (["People", "People 2"], ["Colour"])
    imports.uploads.set_options(id, {"sheet": "People 2"})
    assert imports.status(id)["preview"]["header"] == ["Phone"]
    imports.uploads.map(id, [])
    document = imports.run(imports.check(id))
    assert (document["created"], imports.status(id)["options"]["sheet"]) == (1, "People 2")


NUMBERS = [98200121.83, 9820012183.5, -9820012183.25, 91982001.2183]


@pytest.mark.parametrize("clean", [False, True])
@pytest.mark.parametrize("as_upload", [False, True])
def test_a_number_with_a_fraction_is_no_phone_however_it_is_cleaned(imports, world, clean, as_upload):
    """R14: 98200121.83 was taken for digits in groups, and stored as +919820012183."""
    content = workbook([["Phone", "Worth"], *([number, number] for number in NUMBERS), ["98200 98201", 1.25]])
    if as_upload:
        id = imports.upload(content, "people.xlsx")
        imports.uploads.set_options(id, {"country_code": "91", "clean_phones": clean})
        imports.uploads.map(id, [])
        document = imports.run(imports.check(id))
    else:
        document = imports.bring(content, country_code="91", clean_phones=clean)
    told = [(one["line"], one["reason"]) for one in document["rejects"] if one["line"] <= 5]
    assert told == [(line, "phone_decimal") for line in range(2, 6)]
    assert all("clean" not in one["hint"] for one in document["rejects"][:4])
    assert [one["phone"] for one in world.contacts()] == ["+919820098201"] * clean
    assert not clean or world.contacts()[0]["traits"]["Worth"] == "1.25"


@given(
    st.floats(1e7, 9e14).map(lambda one: float(f"{one:.15g}")), st.sampled_from(["91", "1", "44", "358"]), st.booleans()
)
def test_a_number_cell_is_a_phone_of_its_own_digits_or_none(number, country_code, clean):
    """Any of fifteen digits, as Excel keeps them: of one that is no integer no digits are joined to others."""
    content = workbook([["Phone"], [number]])
    with folder() as path:
        judged = Judged(path, content, Choices(country_code=country_code, clean_phones=clean), 100)
    phones = {phone for phone in judged.phones if phone}
    assert not phones or number.is_integer()
    assert phones <= {int(f"{country_code}{number:.0f}")}


@pytest.mark.parametrize("choice", [{"encoding": "utf-16"}, {"delimiter": ";"}])
def test_what_is_chosen_for_a_csv_is_refused_for_a_workbook_and_the_other_way_round(imports, choice):
    with pytest.raises(FileRefused, match="is a workbook"):
        imports.bring(workbook([["Phone"], [GAVIN]]), **choice)
    with pytest.raises(FileRefused, match="no sheets"):
        imports.bring(f"Phone\n{GAVIN}\n", sheet="People")


NAMES = st.sampled_from(["Asha Rao", "Gavin", "R2", "O'Neil", "", " ", "मीरा"])


PHONES = st.sampled_from([GAVIN, ASHA, RAVI, 919967536783, 9967536783.0, 9.19967e11, "12", "", "+91\u00a098200 98200"])


NOTES = st.one_of(
    st.text(st.characters(categories=["L", "N", "P", "Zs"], include_characters="\n\t\"',;"), max_size=8).filter(
        lambda note: "_x" not in note
    ),
    st.integers(-(2**53), 2**53),
    st.integers(-(10**14), 10**14).map(lambda number: number / 1000),
    st.booleans(),
    st.dates(date(1950, 1, 1), date(2100, 1, 1)),
    st.none(),
)


OPTED = st.sampled_from([True, False, "TRUE", "false", 1, "yes", None])


def as_csv(cell):
    """As a person would type the value into a CSV."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def reasons(judged):
    return [(one.row, [(fault.reason, fault.column) for fault in one.faults]) for one in judged.rejects]


@bounded(40)
@given(
    rows=st.lists(st.one_of(st.tuples(NAMES, PHONES, OPTED, NOTES), st.just((None,) * 4)), max_size=8),
    blank=st.integers(0, 2),
)
def test_a_workbook_comes_to_the_same_verdicts_as_the_csv_of_the_same_data(rows, blank):
    table = [(None,) * 4] * blank + [("Name", "Phone", "Opt In", "Note"), *rows]
    out = io.StringIO(newline="")
    csv.writer(out).writerows([list(map(as_csv, row)) for row in table])
    choices = Choices(country_code="91")
    with folder() as path:
        of_csv = Judged(path / "a", out.getvalue().encode(), choices, 100)
        of_sheet = Judged(path / "b", workbook(table), choices, 100)
        assert of_sheet.counted == of_csv.counted
        assert of_sheet.taken == of_csv.taken
        assert of_sheet.phones == of_csv.phones
        assert reasons(of_sheet) == reasons(of_csv)
        filled = [number for number, row in enumerate(table, start=1) if any(as_csv(cell).strip() for cell in row)]
        assert of_sheet.lines == filled[1:]
