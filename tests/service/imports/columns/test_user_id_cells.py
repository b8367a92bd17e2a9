"""A spreadsheet's mark for text is no part of a user id, by which a call would not find the person, nor of a text."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.imports.columns.choices import Choices
from service.imports.columns.mapping import map_columns
from service.imports.rows.rows import RowChecks
from service.imports.table.by_column import by_column
from tests.examples import ASHA, GAVIN, RAVI

CELLS = st.text(st.sampled_from("'=\" 0a\u200bN/A-"), max_size=8)


@pytest.mark.parametrize(
    ("cell", "id"),
    [
        ("'0042", "0042"),
        ('"=""0042"""', "0042"),
        ('"\'=""u-1"""', "u-1"),
        ("' u1 ", "u1"),
        ("u'1", "u'1"),
        ("=u1", "=u1"),
    ],
)
@pytest.mark.parametrize("choices", [{}, {"match": "either"}, {"null_values": ("x",)}])
def test_a_mark_comes_off(imports, world, cell, id, choices):
    imports.bring(f"Phone,User ID\n{GAVIN},{cell}\n", **choices)
    assert world.contact(GAVIN)["user_id"] == id


def test_a_cell_with_a_mark_and_one_without_are_one_user_id(imports):
    document = imports.bring(f"Phone,User ID\n{GAVIN},'0042\n{ASHA},0042\n")
    assert [(one["line"], one["reason"]) for one in document["rejects"]] == [(3, "user_id_conflict")]


def test_a_rejected_row_is_read_as_it_was_in_its_own_file(imports, world):
    document = imports.bring(f'Name,Phone,User ID\nR2,{GAVIN},"=""0042"""\nR2,{RAVI},\'0043\n')
    imports.bring(imports.rejects(document).replace("R2", "Asha"))
    assert [world.contact(phone)["user_id"] for phone in (GAVIN, RAVI)] == ["0042", "0043"]


def test_an_export_of_ours_has_user_ids_as_they_are(imports, world):
    world.track(phone=GAVIN, user_id="'quoted")
    world.settle()
    document = imports.bring(f"exported:id,Phone,User ID,City\n-,{GAVIN},'quoted,Pune\n")
    assert (document["updated"], world.contact(GAVIN)["user_id"]) == (1, "'quoted")


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('"=""04001"""', "04001"),
        ('"=""say """"hi"""""""', 'say "hi"'),
        ("=A1", "=A1"),
        ('"=""a""&""b"""', '="a"&"b"'),
        ("'04001", "'04001"),
    ],
)
def test_a_text_that_a_spreadsheet_keeps_as_a_formula_is_that_text(imports, world, cell, value):
    """A postal code's first zero would go otherwise; a ' may be meant."""
    document = imports.bring(f"Name,Phone,Pin\nR2,{ASHA},{cell}\nGavin,{GAVIN},{cell}\n")
    assert world.contact(GAVIN)["traits"]["Pin"] == value
    imports.bring(imports.rejects(document).replace("R2", "Asha"))
    assert world.contact(ASHA)["traits"]["Pin"] == value


def test_an_export_of_ours_has_texts_as_they_are(imports, world):
    imports.bring(f'exported:id,Phone,Pin\n-,{GAVIN},"\'=""04001"""\n')
    assert world.contact(GAVIN)["traits"]["Pin"] == '="04001"'


@given(st.lists(CELLS, min_size=1, max_size=5), st.booleans())
def test_rows_judged_together_and_one_by_one_have_the_same_texts(cells, is_export):
    header = ["Phone", "Pin", "exported:id"] if is_export else ["Phone", "Pin"]
    checks = RowChecks(map_columns(header, Choices(), {}), Choices())
    rows = [[GAVIN, cell, "-"][: len(header)] for cell in cells]
    for row, plain in zip(rows, checks.plain(by_column(rows, len(header))), strict=True):
        one = checks.check(row, has_phone=True)
        assert plain is None or orjson.loads(plain.traits_json) == orjson.loads(one.traits_json)


@given(st.lists(CELLS, min_size=1, max_size=5), st.sampled_from(["", "null", "'", "0"]))
def test_whoever_reads_a_row_finds_the_same_user_id(cells, null):
    """The scan, the settling of duplicates, the rows judged one by one and those judged together."""
    choices = Choices(null_values=(null,) if null else ())
    checks = RowChecks(map_columns(["Phone", "User ID"], choices, {}), choices)
    rows = [[GAVIN, cell] for cell in cells]
    columns = by_column(rows, 2)
    scanned, _ = checks.user_ids(columns)
    assert scanned == list(map(checks.user_id_of, rows))
    assert [id or None for id in scanned] == [checks.check(row, has_phone=True).user_id for row in rows]
    plain = checks.plain(columns)
    assert all(row is None or row.user_id == (id or None) for row, id in zip(plain, scanned, strict=True))
