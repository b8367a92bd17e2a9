"""Whatever repeats in a cell or a header, a file is judged in time that grows with its length alone (R24, R35).

Where it grew with the square, one cell of some hundred thousand characters held the importer for minutes; the limit of
these tests is far from what they take, and from what they took then.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.imports.columns.choices import Choices
from service.imports.columns.mapping import map_columns
from service.imports.table.refusal import MappingRefused
from tests.examples import ASHA, GAVIN
from tests.service.imports.test_fuzz import hold, judged
from tests.worlds import IS_FULL, bounded

pytestmark = pytest.mark.timeout(2000 if IS_FULL else 100)

LONG = 250_000
"""Characters."""


@pytest.mark.parametrize("blank", [" ", "\t", "\n", "\u00a0", "\u200b"])
def test_blanks_within_a_title_are_passed_once(blank):
    columns = map_columns(["Phone", f"a{blank * LONG}b"], Choices(ignore=(f"a{blank * LONG}b",)), {})
    assert [column.attribute for column in columns.columns] == ["phone_number", None]


def test_a_title_that_is_nearly_an_address_is_read_once():
    with pytest.raises(MappingRefused, match=r"no header row|No column is the phone number"):
        map_columns(["a@" + "." * LONG + " "], Choices(), {})


@pytest.mark.parametrize("cell", ["9" * LONG, "9" * LONG + "x", "9" * LONG + ".0x", "+" + "9 " * LONG])
@pytest.mark.parametrize("clean", [True, False])
def test_digits_without_end_are_no_phone_number(cell, clean):
    found, _ = judged(f"Phone\n{cell}\n{ASHA}\n".encode(), Choices(clean_phones=clean))
    assert [len(found.taken), [one.row for one in found.rejects]] == [1, [1]]


@pytest.mark.parametrize("title", ["User ID", "Name", "Note", "Tags", "WhatsApp Opted"])
@pytest.mark.parametrize("cell", ["\t" * LONG, "\u200e" * LONG, "\u0301" * (LONG // 2) + "\u0323" * (LONG // 2)])
def test_a_cell_of_what_nobody_sees_holds_up_no_other_row(title, cell):
    found, _ = judged(f'Phone|{title}\n{GAVIN}|"a{cell}b"\n{ASHA}|\n'.encode(), Choices(delimiter="|"))
    assert len(found.taken) + len(found.rejects) == 2
    assert 1 in [index for index, _ in found.taken]


UNITS = [
    " ",
    "\t",
    "\n",
    "\u00a0",
    "\u200e",
    "\u0301",
    "\u0323",
    "9",
    "9 ",
    "9.",
    "9,",
    "٩",
    "a",
    "é",
    "+",
    "-",
    "(",
    "[",
]
UNITS += ['"', '""', "'", '="', ",", ";", "|", ":::", "@", "a@", "e+", "1e", "=", "TRUE\n", "#", "_", "/", "\x1f", "."]
unit = st.sampled_from(UNITS)
runs = st.lists(st.tuples(st.lists(unit, max_size=2).map("".join), unit), min_size=1, max_size=3)


@st.composite
def long_texts(draw):
    pieces, end = draw(runs), draw(st.lists(unit, max_size=2).map("".join))
    return "".join(before + run * (LONG // len(pieces) // len(run)) for before, run in pieces) + end


@bounded(12)
@given(
    st.sampled_from(["Phone", "Country Code", "Name", "User ID", "WhatsApp Opted", "Tags", "Score", "Joined"]),
    long_texts(),
    st.booleans(),
)
def test_any_runs_in_any_cell_are_judged(title, text, clean):
    quoted = text.replace('"', '""')
    header = "Phone,Phone Number" if title == "Phone" else f"{title},Phone"
    content = f'{header}\n"{quoted}",{GAVIN}\n,{ASHA}\n'
    hold(
        content.encode(), Choices(clean_phones=clean, country_code=None, ignore=("Phone",) if title == "Phone" else ())
    )
    hold(f'Phone\n"{quoted}"\n{ASHA}\n'.encode(), Choices(clean_phones=clean))


@bounded(12)
@given(long_texts(), st.booleans())
def test_any_runs_in_a_title_or_a_file_without_shape_are_read(text, is_quoted):
    quoted = '"' + text.replace('"', '""') + '"'
    judged(f"Phone,{quoted if is_quoted else text}\n{GAVIN},x\n".encode())
    judged(text.encode())
