"""Who mistypes a name is told which are spelled nearly like it."""

from difflib import get_close_matches

from hypothesis import given
from hypothesis import strategies as st

from service.queries.filters.near_names import near_names

NAMES = st.text("abcd ", min_size=1, max_size=8)


@given(NAMES, st.lists(NAMES, max_size=30))
def test_of_some_names_the_likest_are_told(name, known):
    assert near_names(name, known) == get_close_matches(name, known, n=3, cutoff=0.6)


def test_of_very_many_names_one_that_differs_by_a_slip_is_found():
    others = [f"{number:05d}" for number in range(20_000)]
    assert near_names("diwali 2027", [*others, "diwali 2026", *others]) == ["diwali 2026"]


def test_of_very_many_names_those_of_another_length_are_not_compared():
    assert near_names("city", [*(f"{number:04d}" for number in range(6_000)), "citycity"]) == []
