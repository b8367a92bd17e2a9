"""Cells whose quotes do not enclose them whole are named by a check; in a sound file there are none (R24)."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.imports.table.broken_quotes import SHOWN, broken_quotes
from service.imports.table.dialect import shape


def found(folder, text, delimiter=None):
    path = folder / "file.csv"
    path.write_text(text, encoding="utf-8", newline="")
    count, first = broken_quotes(path, shape(path, delimiter))
    return count, [(one.line, one.cell) for one in first]


@pytest.mark.parametrize(
    ("row", "cell"),
    [
        ('"Pune"x,1', '"Pune"x'),
        ('1,"Pune" East', '"Pune" East'),
        ('"say ""hi"""x,1', '"say ""hi"""x'),
        ('1,\t"Pune"', '\t"Pune"'),
        ('1,\xa0"Pune"', '\xa0"Pune"'),
        ('1, \xa0 "Pune, East"', ' \xa0 "Pune'),
    ],
)
def test_a_cell_with_text_outside_its_quotes_is_named_with_its_line(tmp_path, row, cell):
    assert found(tmp_path, f'a,b\n"one\ncell",2\r\n{row}\n') == (1, [(4, cell)])


def test_a_tab_between_cells_is_no_blank_before_a_quote(tmp_path):
    assert found(tmp_path, 'a\tb\n1\t"Pune"\n', "\t") == (0, [])


def test_of_many_the_first_are_named_and_all_are_counted(tmp_path):
    count, first = found(tmp_path, "a,b\n" + '"Pune"x,1\n' * 100)
    assert (count, len(first), first[-1][0]) == (100, SHOWN, SHOWN + 1)


CELLS = st.text(st.sampled_from('ab" ,;\n\u00e9'), max_size=6)


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5), st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
def test_what_a_csv_writer_writes_has_none(tmp_path_factory, rows, quoting):
    out = io.StringIO()
    csv.writer(out, quoting=quoting).writerows([("a", "b"), *rows])
    assert found(tmp_path_factory.getbasetemp(), out.getvalue(), ",") == (0, [])
