"""Rejected rows that come again, corrected: they are known as those of their import, which says what is still open."""

import csv
import io

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from service.imports.columns.choices import Choices
from service.imports.table.formula_guard import unguard
from tests.service.imports.imported import silent
from tests.service.imports.orders import REDO, UNDO, order

FILE = "Name,Phone,Note\nAsha Rao,+919967536783,fine\nR2 D2,+919820098200,=1+1\nC3 PO,+919820098201,x\n"


def open_lines(imports, document):
    """The lines in the rejects CSV of what is still open."""
    text = "".join(imports.results.rejects_csv(document["id"], are_open=True))
    return [int(row["rejected:line"]) for row in csv.DictReader(io.StringIO(text, newline=""))]


def taken(imports, document):
    return [one["taken"] for one in imports.results.show(document["id"])["corrected_by"]]


@pytest.fixture
def first(imports):
    return imports.bring(FILE)


def test_a_rejects_csv_that_was_corrected_is_known_as_that_of_its_import(imports, first):
    again = imports.bring(imports.rejects(first).replace("R2 D2,", "Ravi,"))
    assert again["corrects"]["id"] == first["id"]
    assert taken(imports, first) == [1]
    assert open_lines(imports, first) == [4]
    assert imports.results.still_open(first["id"]) == 1


def test_an_uploaded_one_counts_once_it_is_imported(imports, first):
    id = imports.checked(imports.rejects(first).replace("R2 D2,", "Ravi,"))
    assert imports.status(id)["corrects"]["id"] == first["id"]
    assert open_lines(imports, first) == [3, 4]
    imports.run(id)
    assert open_lines(imports, first) == [4]


def test_what_is_undone_is_open_again_until_it_is_redone(imports, first):
    again = imports.bring(imports.rejects(first).replace("R2 D2,", "Ravi,"))
    for wanted, left in ((UNDO, [3, 4]), (REDO, [4])):
        order(imports, again, wanted)
        assert open_lines(imports, first) == left


def test_a_row_that_was_rejected_again_is_closed_by_its_second_correction(imports, first):
    second = imports.bring(imports.rejects(first).replace("R2 D2,", "R3 D3,"))
    assert open_lines(imports, first) == [3, 4]
    third = imports.bring(imports.rejects(second).replace("R3 D3,", "Ravi,"))
    assert third["corrects"]["id"] == second["id"]
    assert open_lines(imports, first) == [4]


def test_rows_of_another_file_with_the_same_columns_are_not_taken_for_those_of_this_one(imports, first):
    other = imports.bring("Name,Phone,Note\nB4,+919820098203,y\nUsha,+919820098204,z\n")
    again = imports.bring(imports.rejects(first).replace("R2 D2,", "Ravi,"))
    assert again["corrects"]["id"] == first["id"]
    assert taken(imports, other) == []


def test_a_row_of_the_first_file_is_known_though_a_correction_rejected_another_in_that_line(imports, first):
    rows = imports.rejects(first)
    imports.bring(rows.replace("R2 D2", "R3 D3").replace("C3 PO", "C4 PO"))  # its third line is the first one's fourth
    again = imports.bring("".join(rows.splitlines(keepends=True)[:2]).replace("R2 D2", "Ravi"))
    assert again["corrects"]["id"] == first["id"]
    assert open_lines(imports, first) == [4]


@pytest.mark.parametrize("line", ["", "0", "-1", "²", "9" * 5000, "77"])
def test_a_line_that_is_spoilt_makes_the_file_one_like_any_other(imports, first, line):
    written = imports.rejects(first).replace(",3,Name,", f",{line},Name,").replace(",4,Name,", f",{line},Name,")
    again = imports.bring(written.replace("R2 D2,", "Ravi,"))
    assert (again["corrects"], again["created"]) == (None, 1)
    assert open_lines(imports, first) == [3, 4]


def test_the_same_columns_are_known_again_behind_those_of_the_reasons(imports, first):
    again = imports.upload(imports.rejects(first))
    assert imports.status(again)["same_columns_as"]["id"] == first["id"]


def test_a_dry_run_says_whose_rows_they_are(imports, first):
    file = io.BytesIO(imports.rejects(first).encode())
    assert imports.importer.checks.dry_run(file, "again.csv", Choices(), silent)["corrects"]["id"] == first["id"]


def test_a_cell_that_a_spreadsheet_would_run_is_imported_as_it_was(imports, world, first):
    lines = imports.results.corrected_csv(first["id"], {3: {"Name": "'=Ravi"}})
    header, row = csv.reader(lines)
    assert header == ["Name", "Phone", "Note", "rejected:line"]
    assert list(map(unguard, row)) == ["'=Ravi", "+919820098200", "=1+1", "3"]
    imports.run(
        imports.check(
            imports.uploads.receive_corrected(
                first["id"], imports.results.corrected_csv(first["id"], {3: {"Name": "Ravi"}})
            )
        )
    )
    assert world.contact("+919820098200")["traits"]["Note"] == "=1+1"


def test_a_row_with_more_cells_than_the_header_keeps_them_and_is_rejected_again(imports):
    first = imports.bring("Name,Phone\nAsha,+919820098210,lost\nR2,+919820098211,lost too\n")
    lines = imports.results.corrected_csv(first["id"], {2: {}, 3: {"Name": "Ravi"}})
    again = imports.status(imports.check(imports.uploads.receive_corrected(first["id"], lines)))
    assert (again["created"], again["rejected"]) == (0, 2)
    assert [one["reason"] for one in again["reasons"]] == ["too_many_cells"]


ROUNDS = st.lists(st.lists(st.sampled_from(["leave out", "wrong again", "right"]), min_size=3, max_size=3), max_size=3)


@example([["leave out", "wrong again", "wrong again"], ["leave out", "right", "leave out"]])
@example([["wrong again", "leave out", "wrong again"], ["wrong again", "right", "leave out"]])
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROUNDS)
def test_after_any_rounds_of_corrections_those_are_open_that_none_has_taken(imports, rounds):
    phones = [f"+9198200{next(_NUMBERS):05}" for _ in range(3)]
    first = imports.bring("Name,Phone\n" + "".join(f"X{at},{phone}\n" for at, phone in enumerate(phones)))
    left = {2, 3, 4}
    for choices in rounds:
        rows = list(csv.reader(io.StringIO("".join(imports.results.rejects_csv(first["id"], are_open=True)))))
        kept = [(row, choices[int(row[2]) - 2]) for row in rows[1:] if choices[int(row[2]) - 2] != "leave out"]
        out = io.StringIO()
        csv.writer(out).writerows([rows[0], *([*_renamed(row, how)] for row, how in kept)])
        if kept:
            imports.bring(out.getvalue(), again=True)
        left -= {int(row[2]) for row, how in kept if how == "right"}
        assert set(open_lines(imports, first)) == left


def _renamed(row, how):
    return ["Ravi" if how == "right" else row[0] + "1", *row[1:]]


_NUMBERS = iter(range(10_000, 99_999))
