"""Delimiter and header of a file (R24)."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.imports.table.dialect import DELIMITERS, shape
from service.imports.table.refusal import FileRefused


def shape_of(tmp_path, content):
    path = tmp_path / "source.csv"
    path.write_bytes(content.encode())
    return shape(path)


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_each_delimiter_is_found(tmp_path, delimiter):
    content = f"Name{delimiter}Phone\nAsha{delimiter}98\n"
    assert shape_of(tmp_path, content).delimiter == delimiter


def test_a_delimiter_inside_a_header_does_not_mislead(tmp_path):
    content = "Name|Phone (with, country, code, please)|City\nAsha|98|Pune\nRavi|99|Delhi\n"
    assert shape_of(tmp_path, content).header == ("Name", "Phone (with, country, code, please)", "City")


def test_excels_first_line_names_the_delimiter(tmp_path):
    found = shape_of(tmp_path, "sep=;\r\nName;Phone\r\nAsha;98\r\n")
    assert (found.delimiter, found.header, found.line) == (";", ("Name", "Phone"), 3)


def test_blank_lines_before_the_header_are_passed_over(tmp_path):
    found = shape_of(tmp_path, "\n,,\n\nName,Phone\nAsha,98\n")
    assert (found.header, found.line) == (("Name", "Phone"), 5)


def test_a_header_may_hold_line_breaks(tmp_path):
    found = shape_of(tmp_path, '"Full\nName",Phone\nAsha,98\n')
    assert (found.header, found.line, found.offset) == (("Full\nName", "Phone"), 3, len('"Full\nName",Phone\n'))


@pytest.mark.parametrize("content", ["", "\n\n", " , ,\n", "sep=,\n"])
def test_a_file_with_nothing_in_it_is_refused(tmp_path, content):
    with pytest.raises(FileRefused, match="empty"):
        shape_of(tmp_path, content)


@given(
    st.sampled_from(DELIMITERS),
    st.integers(2, 5).flatmap(
        lambda width: st.lists(
            st.lists(st.text('ab,;|\t\n" ', max_size=5), min_size=width, max_size=width), min_size=3, max_size=8
        )
    ),
)
def test_a_table_written_by_a_spreadsheet_is_read_back(tmp_path_factory, delimiter, rows):
    header = [f"column {place}" for place in range(len(rows[0]))]
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([header, *rows])
    found = shape_of(tmp_path_factory.mktemp("file"), out.getvalue())
    assert (found.delimiter, found.header) == (delimiter, tuple(header))
