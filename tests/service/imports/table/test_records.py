"""Records are found with their lines and bytes, and read again from them."""

import csv
import io
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.imports.table import records as reading
from service.imports.table.records import LONGEST_CELL, all_cells_of, cells_of, records
from service.imports.table.refusal import FileRefused

CONTENT = st.text(st.sampled_from('ab,"\n\r;éम\u2028\x0b\x85 '), max_size=60)


def found(tmp_path_factory, content, delimiter=","):
    path = tmp_path_factory.mktemp("file") / "source.csv"
    path.write_bytes(content.encode())
    return path, list(records(path, delimiter))


def by_hand(content):
    """The records character by character (R24), and the line in which a quote was left open, None where none was."""
    rows, cells, cell, state, has_begun = [], [], "", "start", False
    line, opened, at = 1, None, 0
    while at < len(content):
        character, at = content[at], at + 1
        is_end = character in "\r\n"
        if is_end:
            line += 1
            if content[at - 1 : at + 1] == "\r\n":
                character, at = "\r\n", at + 1
        if state == "quoted":
            state = "closed" if character == '"' else state
            cell += "" if character == '"' else character
        elif is_end or character == ",":
            has_begun = has_begun or not is_end
            cells = [*cells, cell] if has_begun else cells
            cell, state = "", "start"
            if is_end:
                rows.append(cells)
                cells, has_begun = [], False
        else:
            has_begun = True
            if state == "start" and character == '"':
                state, opened = "quoted", line
            elif state == "closed" and character == '"':
                state, cell = "quoted", cell + '"'
            elif state != "start" or character != " ":
                state, cell = "plain", cell + character
    if has_begun:
        rows.append([*cells, cell])
    return rows, opened if state == "quoted" else None


@given(content=CONTENT)
@example(content='a, b\n"x", 1,  "y, z"\n "p",q\n')
@example(content=' a,  b\n\n   \n x , "y" ,\n')
def test_records_are_those_that_a_reader_by_hand_finds(tmp_path_factory, content):
    expected, opened = by_hand(content)
    if opened is None:
        _, seen = found(tmp_path_factory, content)
        assert [cells for _, _, _, cells in seen] == expected
    else:
        with pytest.raises(FileRefused, match=f"in line {opened} is never closed"):
            found(tmp_path_factory, content)


@given(content=CONTENT)
def test_a_record_read_from_its_bytes_alone_is_the_same_record(tmp_path_factory, content):
    try:
        path, seen = found(tmp_path_factory, content)
    except FileRefused:
        return
    raw = path.read_bytes()
    assert [(start, end) for _, start, end, _ in seen][1:] == [
        (end, following) for (_, _, end, _), (_, _, following, _) in pairwise(seen)
    ]
    assert list(cells_of((raw[start:end] for _, start, end, _ in seen), ",")) == [cells for *_, cells in seen]


@given(content=CONTENT)
def test_a_record_starts_in_the_line_where_an_editor_shows_it(tmp_path_factory, content):
    try:
        _, seen = found(tmp_path_factory, content)
    except FileRefused:
        return
    for line, start, _, _ in seen:
        before = content.encode()[:start].decode()
        assert line == len(io.StringIO(before, newline="").readlines()) + 1


def test_a_quoted_line_break_is_part_of_its_record(tmp_path_factory):
    _, seen = found(tmp_path_factory, 'a,b\r\n"x\r\ny",1\r\nz,2\r\n')
    assert [(line, cells) for line, _, _, cells in seen] == [(1, ["a", "b"]), (2, ["x\r\ny", "1"]), (4, ["z", "2"])]


def test_old_mac_line_ends_part_records(tmp_path_factory):
    _, seen = found(tmp_path_factory, "a,b\rc,d\r")
    assert [(line, cells) for line, _, _, cells in seen] == [(1, ["a", "b"]), (2, ["c", "d"])]


@pytest.mark.parametrize(
    ("content", "line"),
    [('a,b\n"c,d\ne,f\n', 2), ('a\n"b\nc","d\ne\n', 3), ('a\nb\n"', 3), ('a\n"\n\n\n', 2)],
)
def test_an_unclosed_quote_is_refused_with_the_line_where_it_opened(tmp_path_factory, content, line):
    with pytest.raises(FileRefused, match=f"in line {line} is never closed"):
        found(tmp_path_factory, content)


def test_records_of_many_batches_keep_their_places(tmp_path_factory):
    content = "".join(f'{number},"ü\n{number}"\n' for number in range(60_000))
    path, seen = found(tmp_path_factory, content)
    raw = path.read_bytes()
    assert [line for line, *_ in seen] == list(range(1, 120_000, 2))
    assert all(raw[start:end].decode().startswith(cells[0] + ',"ü') for _, start, end, cells in seen)


@given(content=CONTENT, batch=st.integers(1, 12))
def test_records_do_not_depend_on_what_is_read_at_once_with_quotes_or_without(tmp_path_factory, content, batch):
    def outcome():
        try:
            return found(tmp_path_factory, content)[1]
        except FileRefused as fault:
            return str(fault)

    whole = outcome()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "_BATCH", batch)
        assert outcome() == whole


@given(content=CONTENT)
def test_records_read_again_together_are_those_read_one_by_one(tmp_path_factory, content):
    try:
        path, seen = found(tmp_path_factory, content)
    except FileRefused:
        return
    raw = [path.read_bytes()[start:end] for _, start, end, _ in seen]
    assert all_cells_of(raw, ",") == list(cells_of(raw, ","))


@pytest.fixture
def kept_limit():
    """The longest cell is Python's for the whole process: other tests are to find it as it was."""
    before = csv.field_size_limit()
    yield
    csv.field_size_limit(before)


@pytest.mark.usefixtures("kept_limit")
def test_the_records_before_a_fault_are_read_and_the_one_at_fault_is_named_by_its_line(tmp_path_factory):
    for end, fault in [
        (',"' + "x" * (LONGEST_CELL + 1) + '"\n', "begins in line 4 is longer"),
        ('\n"open', "in line 5 is never closed"),
    ]:
        path = tmp_path_factory.mktemp("file") / "source.csv"
        path.write_text('a,b\n"1\n",2\n3' + end)
        every = records(path, ",")
        before = [next(every)[3], next(every)[3]]
        assert before == [["a", "b"], ["1\n", "2"]]
        with pytest.raises(FileRefused, match=fault):
            list(every)
