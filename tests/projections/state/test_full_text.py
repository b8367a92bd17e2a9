"""The full-text index finds what a look at every contact finds, however far behind it is (R25)."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from projections.conditions.wanted import Wanted
from projections.fold.state import ContactState
from projections.lists.pages import total
from projections.state.indexes import ALWAYS
from projections.state.sqlite.full_text import can_search, count, found
from projections.state.sqlite.full_text_partitions import PARTITION
from projections.state.sqlite.reader import reading
from tests.projections.listed import pages, state_file

SIGNS = st.sampled_from('aAnNsﬁßéİ小明_-."@%+09 \n\x1d\x1e\x1f\xa0')
VALUES = st.text(SIGNS, max_size=6) | st.lists(st.text(SIGNS, max_size=4) | st.integers(0, 99), max_size=2)
SIZES = st.sampled_from([1, 2, PARTITION])
NUMBERS = [1, 2, 3, 511, 512, 513, 4000]


@st.composite
def changes(draw):
    """Four times some contacts that are made or changed, some that are gone, and how much of the index is refreshed."""
    rounds, position = [], 0
    for _ in range(4):
        changed = {}
        for number in draw(st.lists(st.sampled_from(NUMBERS), max_size=5, unique=True)):
            position += 1
            traits = draw(st.dictionaries(st.sampled_from(["name", "email", "city"]), VALUES, max_size=3))
            user_id = draw(st.text(SIGNS, min_size=1, max_size=5)) + str(number)
            phone = draw(st.none() | st.just(f"+91{9_900_000_000 + number}"))
            changed[number] = ContactState(
                number, bytes(16), phone, user_id, number, position, position, traits, (1, 1), {}, {}
            )
        gone = draw(st.lists(st.sampled_from(NUMBERS), max_size=1))
        rounds.append((changed, gone, draw(st.integers(0, 4)), draw(st.integers(0, 3))))
    return rounds


@given(changes(), st.text(SIGNS, min_size=1, max_size=5).filter(str.strip), st.booleans(), st.integers(0, 3), SIZES)
@settings(max_examples=150)
def test_a_search_finds_the_same_before_while_and_after_the_index_is_made(rounds, text, is_reopened, stale, size):
    wanted = Wanted(text=text)
    with state_file(partition=size) as file:
        file.store.index(ALWAYS)
        for changed, gone, refreshed, blocks in rounds:
            file.save(changed, [one for one in gone if one in file.states])
            file.store.refresh_full_text(refreshed) if refreshed else None
            file.store.make_blocks(blocks) if blocks else None
            if is_reopened:
                file.reopen()
            (shown,) = pages(file, wanted, "created", 100)
            assert shown == file.expected(wanted, "created")
            with reading(file.path) as state:
                assert total(state, wanted) == len(shown)
                assert_same_however_much_is_late(state, text, [one.contact for one in shown], stale)


def assert_same_however_much_is_late(state, text, shown, stale):
    there = state.names()
    if can_search(text, there):
        sql = state._defined(Wanted(text=text))
        assert count(state.rows, there, text, sql.clause, sql.parameters, stale) == len(shown)
        few = found(state.rows, there, text, 100, stale)
        assert set(few) >= set(shown)
        most = max(0, len(shown) - 1)
        assert len(found(state.rows, there, text, most, stale) or ()) <= most


def person(number, **traits):
    return ContactState(number, bytes(16), None, f"u-{number}", 1, number, number, traits, (1, 1), {}, {})


GAVIN = {1: person(1, name="Gavin Roberts", email="g.roberts@example.com")}


@pytest.mark.parametrize(
    ("text", "is_found"),
    [("g", True), ("ro", True), ("a", False), ("in", False), ("ert", True), ("n r", True), ("EX", True), ("@", False)],
)
def test_one_or_two_characters_are_found_where_a_word_begins(text, is_found):
    with state_file() as file:
        file.save(GAVIN)
        (shown,) = pages(file, Wanted(text=text), "created", 10)
        assert bool(shown) is is_found


def test_each_character_of_writing_without_spaces_begins_a_word():
    with state_file() as file:
        file.save({1: person(1, name="王小明")})
        for text in ("王", "小", "小明"):
            assert len(pages(file, Wanted(text=text), "created", 10)[0]) == 1


WORDS = st.sampled_from(["asha", "rao", "ravi", "sharma", "mehra", "o'neil", "ашот", "r2"])
NAMES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)


@given(st.lists(NAMES, max_size=30), NAMES, st.integers(0, 2), st.integers(1, 20), SIZES)
@settings(max_examples=150)
@example(["asha sharma r2 rao", "sharma rao asha"], "asha sharma rao", 0, 20, PARTITION)
def test_a_part_of_several_words_is_found_where_it_stands_in_this_order(names, text, start, length, size):
    wanted = Wanted(text=text[start : start + length].strip() or text)
    with state_file(partition=size) as file:
        file.store.index(ALWAYS)
        file.save({number: person(number, name=name) for number, name in enumerate(names, 1)})
        file.store.refresh_full_text(100)
        (shown,) = pages(file, wanted, "created", 100)
        assert shown == file.expected(wanted, "created")
        with reading(file.path) as state:
            assert total(state, wanted) == len(shown)


@pytest.mark.parametrize("text", ["aaa", "aaaa", "aaaaaaa"])
def test_a_text_of_one_character_over_and_over_is_found(text):
    with state_file() as file:
        file.store.index(ALWAYS)
        file.save({1: person(1, name="aaaaa"), 2: person(2, name="aaa b"), 3: person(3, name="Gavin")})
        file.store.refresh_full_text(10)
        (shown,) = pages(file, Wanted(text=text), "created", 10)
        assert shown == file.expected(Wanted(text=text), "created")
