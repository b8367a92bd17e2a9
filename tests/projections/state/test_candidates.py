"""The few contacts that an index leaves to look at: never fewer than the list has."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projections.conditions.condition import Condition
from projections.conditions.wanted import SORTS, Wanted
from projections.fold.state import ContactState
from projections.lists.pages import total
from projections.state.indexes import needed
from projections.state.sqlite.candidates import candidates
from projections.state.sqlite.reader import reading
from tests.projections.listed import pages, rounds, state_file, wanteds


@given(
    rounds(), wanteds, st.sampled_from([*SORTS, "city", "-name"]), st.lists(st.integers(0, 3), min_size=3, max_size=3)
)
@settings(max_examples=200)
def test_indexes_change_nothing_of_what_is_shown(changes, wanted, sort, blocks_made):
    with state_file() as file:
        file.save(changes[0])
        file.store.index(needed(wanted, sort))
        file.store.make_blocks(blocks_made[0])
        file.save(changes[1])
        file.store.make_blocks(blocks_made[1])
        file.reopen()  # also without a word of which indexes were asked for
        file.save(changes[2], gone=list(file.states)[:1])
        file.store.index(needed(wanted))
        file.store.make_blocks(blocks_made[2])
        (shown,) = pages(file, wanted, sort, 100)
        assert shown == file.expected(wanted, sort)
        with reading(file.path) as state:
            assert total(state, wanted) == len(shown)
            few = candidates(state.rows, state.names(), wanted, 100)
            assert few is None or set(few) >= {one.contact for one in shown}


def few(file, wanted, most=10):
    with reading(file.path) as state:
        return candidates(state.rows, state.names(), wanted, most)


PEOPLE = {
    number: ContactState(
        number, bytes(16), None, f"u-{number}", 1, number, number, {"city": f"City {number % 50}"}, (1, 1), {},
        {"vip": ("VIP", number)} if number % 100 == 0 else {},
    )
    for number in range(1, 1001)
}  # fmt: skip


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted((Condition("city", "=", "City 7"),)),
        Wanted((Condition("city", "~", "TY 33"),)),
        Wanted((Condition("city", ">", "City 8"), Condition("city", "<=", "City 9"))),
        Wanted((), ("Vip",)),
        Wanted((), (), "-77"),
        Wanted((Condition("city", "!=", "City 8"), Condition("city", "=", "City 7"))),
    ],
)
def test_an_index_leaves_few_contacts_to_look_at(wanted):
    with state_file() as file:
        file.save(PEOPLE)
        assert few(file, wanted, most=60) is None
        file.store.index(needed(wanted))
        file.store.make_blocks(1)
        assert len(few(file, wanted, most=60)) <= 60
        (shown,) = pages(file, wanted, "created", 1000)
        assert shown == file.expected(wanted, "created") != []


def test_where_an_index_leaves_many_the_list_walks_along_its_order():
    wanted = Wanted((Condition("city", "=", "City 7"),))
    with state_file() as file:
        file.save(PEOPLE)
        file.store.index(needed(wanted))
        found = [one for each in pages(file, wanted, "-modified", 7, most=5) for one in each]
        assert found == file.expected(wanted, "-modified")
