"""Which attributes and tags there are (R2, R3, R5)."""

from contextlib import closing, contextmanager

import pytest

from projections.lists import catalogue
from projections.state.indexes import KINDS, SPELLINGS
from projections.state.sqlite.writer import StateStore
from tests.examples import ASHA, GAVIN, RAVI


@pytest.fixture(params=["counted", "kept in blocks", "kept in blocks that are not made yet"])
def settled(world, request):
    """Gives the state with all that is on the bus."""

    @contextmanager
    def settle():
        world.settle()
        if request.param != "counted":
            with closing(StateStore(world.drivers.generations().current_path())) as store:
                store.index([KINDS, SPELLINGS])
                while request.param == "kept in blocks" and store.make_blocks(1):
                    pass
        with closing(world.state()) as state:
            yield state

    return settle


@pytest.fixture
def attributes(settled):
    """All attributes after what is on the bus, by name."""

    def read():
        with settled() as state:
            return {each["name"]: each for each in catalogue.attributes(state)}

    return read


@pytest.fixture
def tags(settled):
    def read():
        with settled() as state:
            return [(each["tag"], each["contacts"]) for each in catalogue.tags(state)]

    return read


@pytest.mark.parametrize(
    ("value", "type"),
    [
        ("text", "string"),
        ("2022-10-31", "datetime"),
        ("2022-10-31T14:00:00Z", "datetime"),
        (5, "number"),
        (1.5, "number"),
        (True, "boolean"),
        (False, "boolean"),
        (["a"], "list"),
        ("2022 was a good year", "string"),
    ],
)
def test_an_attribute_has_the_type_of_its_values(world, attributes, value, type):
    world.track(phone=GAVIN, custom=value)
    assert attributes()["custom"] == {
        "name": "custom",
        "type": type,
        "default": False,
        "contacts": 1,
        "mixed": False,
        "similar": [],
    }


def test_whole_and_broken_numbers_are_one_type(world, attributes):
    world.track(phone=GAVIN, score=1)
    world.track(phone=ASHA, score=1.5)
    assert (attributes()["score"]["contacts"], attributes()["score"]["mixed"]) == (2, False)


@pytest.mark.parametrize("other", [5, True, ["a"], "2022-10-31"])
def test_an_attribute_with_a_value_of_another_type_is_mixed_and_keeps_the_first_type(world, attributes, other):
    world.track(phone=GAVIN, custom="text")
    world.track(phone=ASHA, custom=other)
    assert (attributes()["custom"]["type"], attributes()["custom"]["mixed"]) == ("string", True)


def test_a_default_attribute_is_there_without_a_value_and_keeps_its_type(world, attributes):
    assert (attributes()["city"]["contacts"], attributes()["city"]["default"]) == (0, True)
    world.track(phone=GAVIN, city=5)
    assert (attributes()["city"]["type"], attributes()["city"]["mixed"]) == ("string", True)


def test_a_custom_attribute_that_nobody_has_any_more_is_gone(world, attributes):
    world.track(phone=GAVIN, custom="text")
    assert "custom" in attributes()
    world.track(phone=GAVIN, custom=None)
    assert "custom" not in attributes()


def test_names_that_are_easily_confused_are_pointed_out(world, attributes):
    world.track(phone=GAVIN, **{"Last Visit": 1, "last_visit": 2, "LASTVISIT": 3, "visit": 4})
    found = attributes()
    assert found["last_visit"]["similar"] == ["LASTVISIT", "Last Visit"]
    assert found["visit"]["similar"] == []


def test_each_tag_is_there_once_in_the_spelling_that_came_first(world, tags):
    world.tag("VIP", phone=RAVI)
    world.tag("vip", "new customer", phone=GAVIN)
    world.tag("Vip", phone=ASHA)
    assert tags() == [("new customer", 1), ("VIP", 3)]


def test_there_are_no_tags_without_contacts(tags):
    assert tags() == []
