"""The result of an import says which texts are all numbers, dates or TRUE and FALSE, of every row (R19)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.cli.terminal.print_import import print_import
from service.imports.columns.cells import CellFault, reader
from service.imports.columns.choices import Choices
from service.imports.columns.mapping import map_columns
from service.imports.rows.rows import RowChecks
from service.imports.table.by_column import by_column
from tests.examples import ASHA, GAVIN, RAVI
from tests.worlds import bounded

FILE = f"""\
Phone,City,Orders,Joined,Vip,Note,Empty
{GAVIN},1,1,2022-10-31,TRUE,7,
{ASHA},2, 2.5,,false,x,
{RAVI},3,,2022-10-31T14:00:00Z,,8,
"""


def test_an_import_and_its_check_say_which_texts_are_of_another_type(imports, capsys):
    told = [
        {"column": "Orders", "type": "number"},
        {"column": "Joined", "type": "datetime"},
        {"column": "Vip", "type": "boolean"},
    ]
    assert imports.status(imports.checked(FILE))["text_columns"] == told
    document = imports.bring(FILE)
    assert document["text_columns"] == told
    print_import(document)
    assert "--map Orders=Orders:number" in capsys.readouterr().out


def test_a_column_that_is_mapped_to_its_type_is_not_told(imports):
    maps = ("Orders=Orders:number", "Vip=Vip:boolean", "Joined=Joined:datetime")
    assert imports.bring(FILE, maps=maps)["text_columns"] == []


def test_a_file_with_a_header_and_no_rows_says_so(imports, capsys):
    print_import(imports.bring("Phone,Name\n"))
    assert "a header and no rows below it" in capsys.readouterr().out
    assert "a header and no rows" in imports.status(imports.upload("Phone,Name\n"))["preview"]["proposal"]["faults"][0]


CELLS = ["", " ", "1", "-2.50", "1e3", "007", "true", "FALSE", "2022-10-31", "2022-02-30", "2022-10-31T14:00:00Z", "x"]


def fits(type, cells):
    """By the reader of the type, cell by cell."""
    read = reader("any", type, relaxed_names=False)
    try:
        return all(read(cell.strip()) is not None for cell in cells if cell.strip())
    except CellFault:
        return False


@bounded(150)
@given(cells=st.lists(st.sampled_from(CELLS), min_size=1, max_size=6), step=st.integers(1, 3))
def test_a_type_is_told_just_where_every_value_is_one(cells, step):
    texts = RowChecks(map_columns(["Phone", "A"], Choices(), {}), Choices()).text_columns()
    for start in range(0, len(cells), step):
        texts.take(by_column([[GAVIN, cell] for cell in cells[start : start + step]], 2))
    types = [type for type in ("number", "boolean", "datetime") if any(map(str.strip, cells)) and fits(type, cells)]
    assert list(texts.found()) == [("A", type) for type in types]


@pytest.mark.parametrize("cell", ["9" * 17, "1e400", "12345678901234567890"])
def test_what_is_too_long_for_a_number_is_a_text(cell):
    texts = RowChecks(map_columns(["Phone", "A"], Choices(), {}), Choices()).text_columns()
    texts.take(by_column([[GAVIN, cell]], 2))
    assert list(texts.found()) == []
