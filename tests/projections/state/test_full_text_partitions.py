"""The full-text index is kept in partitions, of which an erasure has only those written anew that had the person."""

from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.sqlite import connect
from projections.conditions.wanted import Wanted
from projections.fold.evolve import VERSION
from projections.lists.pages import total
from projections.state.answers import Checkpoint
from projections.state.indexes import ALWAYS
from projections.state.sqlite.full_text_partitions import declaration, kept, partitions, size_of_partition
from projections.state.sqlite.proving.comparing_lookups import full_text_faults, part_faults
from projections.state.sqlite.proving.raw import RawStateFile
from projections.state.sqlite.reader import reading
from tests.projections.full_text import lines, pages, remains
from tests.projections.listed import state_file
from tests.projections.state.test_full_text import person

NAMES = st.sampled_from(["Gavin Roberts", "Asha Nair", "Gavin Nair", "Zyx", "王小明"])
SIZES = st.integers(1, 3)


def index(file):
    while file.store.refresh_full_text(10):
        pass


def erase(file, contacts, others=()):
    for contact in contacts:
        file.states.pop(contact, None)
    file.store.erase(contacts, (), (), {}, {}, Checkpoint(99, bytes(32), VERSION), {}, others)


@pytest.fixture
def six():
    """Six people, two in each partition of the index."""
    with state_file(partition=2) as file:
        file.store.index(ALWAYS)
        file.save({number: person(number, name=f"Name {number}") for number in range(1, 7)})
        index(file)
        yield file


def test_a_partition_begins_where_the_one_before_it_is_full(six):
    with reading(six.path) as state:
        assert [[contact for contact, _ in lines(state.rows, first)] for first in partitions(state.rows)] == [
            [1, 2], [3, 4], [5, 6],
        ]  # fmt: skip


def test_a_restart_goes_on_with_the_last_partition(six):
    six.save({7: person(7, name="Name 7")})
    index(six)
    six.reopen()
    six.save({8: person(8, name="Name 8"), 9: person(9, name="Name 9")})
    index(six)
    with reading(six.path) as state:
        assert [len(lines(state.rows, first)) for first in partitions(state.rows)] == [2, 2, 2, 2, 1]


def test_later_partitions_are_longer_so_that_millions_of_contacts_have_few():
    sizes = [size_of_partition(ordinal) for ordinal in range(32)]
    assert sizes[:10] == [50_000] * 10
    assert sum(sizes) >= 4_000_000


def test_only_the_partition_of_who_is_erased_is_written_anew(six):
    with reading(six.path) as state:
        before = {first: pages(state.rows, first) for first in partitions(state.rows)}
    erase(six, [3])
    assert six.store.forget_erased_lines()
    with reading(six.path) as state:
        changed = [first for first in before if pages(state.rows, first) != before[first]]
        assert (changed, remains(state.rows)) == ([3], [])


@given(
    st.lists(st.tuples(st.dictionaries(st.integers(1, 8), NAMES, max_size=4), st.integers(0, 4)), max_size=5),
    st.sets(st.integers(1, 8), min_size=1, max_size=3),
    st.sets(st.integers(1, 8), max_size=2),
    SIZES,
)
@settings(max_examples=100)
def test_nothing_is_left_of_the_erased_and_what_others_had_of_them_whatever_became_of_their_lines_before(
    rounds, gone, others, size
):
    others -= gone
    with state_file(partition=size) as file:
        file.store.index(ALWAYS)
        for named, turns in rounds:
            file.save({number: person(number, name=name) for number, name in named.items()})
            for _ in range(turns):
                file.store.refresh_full_text(2)
        erase(file, sorted(gone), others)
        file.store.forget_erased_lines()
        with reading(file.path) as state:
            assert not state.has_erased_lines()
            firsts, ((reached,),) = partitions(state.rows), state.rows("SELECT contact FROM full_text_reached", ())
            there = [contact for contact in gone | others if contact < reached]
            theirs = {max(first for first in firsts if first <= contact) for contact in there}
            assert not theirs & set(remains(state.rows))
            assert not {contact for first in firsts for contact, _ in lines(state.rows, first)} & (gone | others)
        index(file)
        with reading(file.path) as state:
            expected = sum("Nair" in one.traits["name"] for one in file.states.values())
            assert total(state, Wanted(text="nair")) == expected


def faults(file):
    with state_file() as anew:
        anew.save(dict(file.states))
        with closing(RawStateFile(file.path)) as live, closing(RawStateFile(anew.path)) as other:
            return [each.fault for each in (*part_faults(live, other), *full_text_faults(live, other))]


def edit(file, *statements):
    with closing(connect(file.path)) as connection:
        for statement in statements:
            connection.execute(statement)


def test_a_sound_index_in_several_partitions_is_found_sound(six):
    assert faults(six) == []


@pytest.mark.parametrize(
    "statements",
    [
        ["DELETE FROM full_text_partitions WHERE first = 3"],
        ["INSERT INTO full_text_partitions VALUES (6)"],
        ["UPDATE full_text_partitions SET first = 4 WHERE first = 3"],
        ["DROP TABLE full_text_3"],
        ["DROP TABLE full_text_partitions"],
        ["DROP TABLE full_text_partitions", "CREATE TABLE full_text_partitions (last INTEGER)"],
        ["DROP TABLE full_text_stale"],
        ["DROP TABLE full_text_reached"],
        ["DROP TABLE full_text_erased"],
        ["DELETE FROM full_text_3"],
        ["INSERT INTO full_text_5 (rowid, line) SELECT rowid, line FROM full_text_0", "DELETE FROM full_text_0"],
        ["INSERT INTO full_text_0 (rowid, line) SELECT rowid, line FROM full_text_3", "DELETE FROM full_text_3"],
        ["INSERT INTO full_text_0 (rowid, line) SELECT rowid, line FROM full_text_3"],
        ["INSERT INTO full_text_3 (rowid, line) SELECT rowid, line FROM full_text_5", "DELETE FROM full_text_5"],
    ],
)
def test_partitions_that_are_not_as_the_projector_makes_them_are_found(six, statements):
    edit(six, *statements)
    assert any("full_text" in fault for fault in faults(six))


@pytest.fixture
def earlier():
    """A state of an earlier version, whose index is in one piece, with parts of somebody erased."""
    with state_file() as file:
        file.save({number: person(number, name=f"Name {number}") for number in range(1, 4)})
        file.store.close()
        edit(
            file,
            declaration(0).replace("full_text_0", "full_text").replace("columnsize=0, ", ""),
            "CREATE TABLE full_text_stale (contact INTEGER PRIMARY KEY) STRICT",
            "CREATE TABLE full_text_reached (contact INTEGER NOT NULL) STRICT",
            "INSERT INTO full_text_reached VALUES (4)",
            "CREATE TABLE full_text_erased (contacts INTEGER NOT NULL) STRICT",
            "INSERT INTO full_text_erased VALUES (1)",
            *[f"INSERT INTO full_text (rowid, line) VALUES ({n}, '{kept(f'u-{n}')}')" for n in range(1, 4)],
        )
        yield file
        file.reopen()


def test_a_state_of_an_earlier_version_is_searched_and_found_sound_before_the_projector_opens_it(earlier):
    with reading(earlier.path) as state:
        assert (total(state, Wanted(text="name")), state.has_erased_lines()) == (3, True)
    assert faults(earlier) == []


def test_the_index_of_an_earlier_version_gives_way_to_one_in_partitions(earlier):
    earlier.reopen()
    earlier.store.index(ALWAYS)
    index(earlier)
    with reading(earlier.path) as state:
        assert (total(state, Wanted(text="name")), state.has_erased_lines()) == (3, False)
        assert [name for name in state.names() if name.startswith("full_text_docsize") or name == "full_text"] == []
        assert [contact for contact, _ in lines(state.rows, 0)] == [1, 2, 3]
    assert faults(earlier) == []
