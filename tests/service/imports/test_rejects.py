"""A rejects CSV can be opened in a spreadsheet, corrected, and imported again."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from service.imports.table.formula_guard import guard, unguard

RISKY = st.text(st.sampled_from("'=+-@\t\ra1 "), max_size=6)


@given(RISKY, st.booleans())
def test_the_guard_comes_off_as_it_went_on(cell, is_phone):
    assert unguard(guard(cell, is_phone=is_phone)) == cell


@given(RISKY)
def test_no_guarded_cell_is_a_formula(cell):
    assert not guard(cell).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_phones_keep_their_plus_and_a_formula_in_a_phone_column_does_not_run():
    assert guard("+91 99675-36783", is_phone=True) == "+91 99675-36783"
    assert guard("=HYPERLINK(1)", is_phone=True) == "'=HYPERLINK(1)"


FILE = """\
Name,Phone,Note
Asha Rao,+919967536783,fine
R2 D2,+919820098200,=1+1
"R2 D2
again",+91982,"x, y"
Asha Rao,+919967536783,twice
"""


def test_rejected_and_duplicate_rows_are_written_in_file_order_with_their_reasons(imports):
    rows = list(csv.DictReader(io.StringIO(imports.rejects(imports.bring(FILE)), newline="")))
    assert [row["rejected:line"] for row in rows] == ["3", "4", "6"]
    assert [row["rejected:reason"] for row in rows] == [
        "name_not_letters",
        "phone_invalid; name_not_letters",
        "duplicate_phone",
    ]
    assert rows[1]["rejected:column"] == "Phone; Name"
    assert [row["Note"] for row in rows] == ["'=1+1", "x, y", "twice"]
    assert rows[0]["Phone"] == "+919820098200"


def test_a_corrected_rejects_file_is_imported_with_the_values_as_they_were(imports, world):
    written = imports.rejects(imports.bring(FILE))
    document = imports.bring(written.replace("R2 D2,", "Ravi Nair,"))
    assert (document["rows"], document["created"], document["rejected"], document["updated"]) == (3, 1, 1, 1)
    assert world.contact("+919820098200")["traits"] == {"name": "Ravi Nair", "Note": "=1+1"}


def test_rejects_of_a_rejects_file_have_the_columns_once(imports):
    again = imports.rejects(imports.bring(imports.rejects(imports.bring(FILE))))
    header = again.splitlines()[0].split(",")
    assert header == ["Name", "Phone", "Note", "rejected:line", "rejected:column", "rejected:reason", "rejected:hint"]
    assert "''" not in again


def test_cells_beyond_the_header_are_kept(imports):
    written = imports.rejects(imports.bring("Phone,Note\n+919967536783,a,b,=c\n"))
    assert written.splitlines()[1].endswith(",b,'=c")
