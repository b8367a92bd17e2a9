"""The values of an attribute, with how many contacts have each: with an index and without."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projections.conditions.condition import BadCondition
from projections.state.indexes import of_attribute
from projections.state.sqlite.reader import reading
from service.queries.lists.indexing import Indexing
from service.queries.lists.kept_catalogue import Catalogue
from service.queries.lists.values import Values
from tests.examples import ASHA, GAVIN, RAVI
from tests.projections.listed import rounds, state_file


@given(rounds(), st.sampled_from(["", "pu", "%", "5"]), st.booleans())
@settings(max_examples=100)
def test_each_value_is_told_with_how_many_have_it(changes, part, is_indexed):
    with state_file() as file:
        for changed in changes:
            file.save(changed)
        if is_indexed:
            file.store.index([of_attribute("city")])
        with reading(file.path) as state:
            found = state.values("city", part, 1000)
        values = [one.traits.get("city") for one in file.states.values()]
        items = [each for one in values for each in (one if isinstance(one, list) else [one]) if each is not None]
        asked = [each for each in items if part == "" or (isinstance(each, str) and _lower(part) in _lower(each))]
        told = {(type(value).__name__, value): many for value, many in found.values}
        texts = {key: many for key, many in told.items() if key[0] == "str"}
        assert texts == Counter((type(each).__name__, each) for each in asked if isinstance(each, str))
        if part == "":
            assert sum(told.values()) == len(asked)


def _lower(text):
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)


@pytest.fixture
def values(world):
    world.track(phone=GAVIN, city="Pune")
    world.track(phone=ASHA, city="Pune")
    world.track(phone=RAVI, city="Goa")
    world.tag("vip", phone=RAVI)
    world.settle()
    readers = world.drivers.readers()
    return Values(readers, Catalogue(readers.states), lambda _name: False, Indexing(readers.states))


def test_the_most_frequent_comes_first_and_others_are_told_of(values):
    document = values.of("City", "", 1)
    assert (document["values"], document["more"]) == ([{"value": "Pune", "count": 2}], True)
    assert values.of("city", "oa", 9)["values"] == [{"value": "Goa", "count": 1}]


def test_tags_are_values_too(values):
    assert values.of("tags", "VI", 9) == {"values": [{"value": "vip", "count": 1}], "more": False}


def test_an_attribute_that_nobody_ever_had_names_the_nearest(values):
    with pytest.raises(BadCondition, match="did you mean city"):
        values.of("citty", "", 9)
