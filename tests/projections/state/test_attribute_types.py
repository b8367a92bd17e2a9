"""The type of an attribute is that of its first value; some have values of others too (R3)."""

from contextlib import closing

import pytest

from projections.state.indexes import of_attribute
from projections.state.sqlite.attribute_types import AttributeTypesInFile
from tests.examples import ASHA, GAVIN


@pytest.fixture
def type_of(world):
    def look(name, oldest=1000):
        world.settle()
        with closing(world.state()) as state:
            return AttributeTypesInFile(state.rows, state.names(), oldest).of(name)

    return look


@pytest.mark.parametrize(
    ("value", "type"),
    [("x", "string"), ("2022-10-31", "datetime"), (5, "number"), (True, "boolean"), (["a"], "list")],
)
def test_it_is_the_type_of_the_value_that_the_oldest_contact_has(world, type_of, value, type):
    world.track(phone=GAVIN, custom=value)
    world.track(phone=ASHA, custom=["b"])
    assert type_of("custom") == type


def test_a_default_attribute_keeps_its_own(world, type_of):
    world.track(phone=GAVIN, city=5)
    assert [type_of(name) for name in ("city", "whatsapp_opted", "phone", "user_id")] == [
        "string", "boolean", "string", "string"
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["nobody has this", 'a "name" that no path can say'])
def test_what_nobody_has_has_none(world, type_of, name):
    world.track(phone=GAVIN, city="Pune")
    assert type_of(name) is None


@pytest.mark.parametrize("is_indexed", [False, True])
def test_it_is_found_as_well_where_only_late_contacts_have_a_value(world, type_of, is_indexed):
    world.track(phone=GAVIN)
    world.track(phone=ASHA, custom=5)
    if is_indexed:
        world.settle()
        world.drivers.generations().asked().ask([of_attribute("custom")])
    assert type_of("custom", oldest=1) == "number"


@pytest.mark.parametrize(
    ("first", "second", "mixed"),
    [
        ("x", "y", False),
        ("x", "2022-10-31", False),
        ("2022-10-31", "2023-10-31T00:00:00Z", False),
        ("2022-10-31", "soon", True),
        (5, 1.5, False),
        (5, "5", True),
        (True, False, False),
        (True, 1, True),
        (["a"], ["b"], False),
        (["a"], "a", True),
    ],
)
def test_an_attribute_is_mixed_when_a_value_is_of_another_type(world, first, second, mixed):
    world.track(phone=GAVIN, custom=first)
    world.track(phone=ASHA, custom=second)
    world.settle()
    with closing(world.state()) as state:
        assert state.attribute_types().is_mixed("custom") is mixed
        assert not state.attribute_types().is_mixed("nobody has this")
