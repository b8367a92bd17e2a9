"""The order of publishing, and who keeps a phone or a user id, follow from the file alone (R15, R17)."""

import csv
import io
import random
from array import array

from hypothesis import given
from hypothesis import strategies as st

from service.imports.columns.choices import Choices
from service.imports.columns.mapping import map_columns
from service.imports.rows.rows import RowChecks
from service.imports.rows.scan import in_order, scan
from service.imports.rows.settle import settle
from service.imports.rows.verdicts import SourceRows
from service.imports.table.dialect import shape
from tests.examples import ASHA, EMMA, GAVIN, MEERA, RAVI

HEADER = ("Phone", "User ID", "Name")


@given(st.lists(st.one_of(st.just(0), st.integers(1, 999_999_999_999_999))))
def test_rows_are_published_by_phone_then_row(phones):
    expected = sorted(range(len(phones)), key=lambda index: (phones[index], index))
    assert list(in_order(array("Q", phones))) == expected


def look(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("file") / "source.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEADER, *rows])
    found_shape = shape(path)
    checks = RowChecks(map_columns(found_shape.header, Choices(), {}), Choices())
    return path, found_shape, checks, scan(path, found_shape, checks, 1000)


ROW = st.tuples(
    st.sampled_from([GAVIN, ASHA, RAVI, MEERA, EMMA, "12"]),
    st.sampled_from(["", "u1", "u2", "u3", "u4"]),
    st.sampled_from(["Asha", "R2"]),
)


def losers_one_by_one(rows):
    """The plain rule: go through the file, take what is good, and remember who took what."""
    phones, owners, losers = set(), {}, {}
    for index, (phone, user_id, name) in enumerate(rows):
        if phone == "12" or name == "R2" or phone in phones:
            continue
        if user_id in owners:
            losers[index] = owners[user_id]
            continue
        phones.add(phone)
        if user_id:
            owners[user_id] = index
    return losers


@given(st.lists(ROW, max_size=14))
def test_a_shared_user_id_stays_with_the_first_row_that_is_taken(tmp_path_factory, rows):
    path, found_shape, checks, found = look(tmp_path_factory, rows)
    with SourceRows(path, found_shape.delimiter, found) as source:
        lost = settle(found, source.read, checks.user_id_of, lambda index, _cells: rows[index][2] != "R2")
    assert lost == losers_one_by_one(rows)


def test_the_same_rows_in_another_order_are_published_with_the_same_phones_in_the_same_order(tmp_path_factory):
    rows = [(f"+9199675{number:05d}", f"u{number}", "Asha") for number in range(300)]
    shuffled = random.Random(7).sample(rows, len(rows))
    first, second = look(tmp_path_factory, rows)[3], look(tmp_path_factory, shuffled)[3]
    assert [first.phones[index] for index in first.order] == [second.phones[index] for index in second.order]


def test_rows_are_read_again_in_any_order_as_they_were(tmp_path_factory):
    rows = [(GAVIN, f"u{number}", "two\nlines, é" * (number % 3)) for number in range(200)]
    path, found_shape, _, found = look(tmp_path_factory, rows)
    order = random.Random(7).sample(range(200), 200)
    with SourceRows(path, found_shape.delimiter, found) as source:
        assert list(source.read(order)) == [list(rows[index]) for index in order]


def test_lines_are_those_of_the_file(tmp_path_factory):
    out = io.StringIO(newline="")
    csv.writer(out).writerows([(GAVIN, "u1", "a\nb"), ("", "", " "), (ASHA, "u2", "c")])
    path = tmp_path_factory.mktemp("file") / "source.csv"
    path.write_text("Phone,User ID,Name\r\n" + out.getvalue(), encoding="utf-8", newline="")
    found_shape = shape(path)
    checks = RowChecks(map_columns(found_shape.header, Choices(), {}), Choices())
    assert list(scan(path, found_shape, checks, 1000).lines) == [2, 5]
