"""Contacts that are likely one person: of one email, or of one name and area."""

import pytest

from projections.state.indexes import of_sort
from service.queries.lists.duplicates import BadPairCursor, LikelyDuplicates
from service.queries.lists.indexing import Indexing
from tests.examples import ASHA, EMMA, GAVIN, MEERA, PHONES, RAVI


@pytest.fixture
def likely(world):
    readers = world.drivers.readers()
    return LikelyDuplicates(readers, Indexing(readers.states))


def told(document):
    return [(pair["why"], *(one["phone"] for one in pair["contacts"])) for pair in document["pairs"]]


def test_contacts_of_one_email_are_a_pair_whatever_its_case(world, likely):
    world.track(phone=GAVIN, email="Gavin@Example.com", name="G")
    world.track(phone=ASHA, email="asha@example.com")
    world.track(phone=RAVI, email="gavin@example.COM", name="G")
    world.settle()
    assert told(likely.page(9)) == [("email", GAVIN, RAVI)]


def test_one_name_is_not_enough_without_one_area(world, likely):
    world.track(phone=GAVIN, name="Asha Rao", city="Pune")
    world.track(phone=ASHA, name="Asha Rao", city="Agra")
    world.track(phone=RAVI, name="asha rao", city=" pune")
    world.track(phone=EMMA, name="Asha Rao")
    world.track(phone=MEERA, name="ASHA RAO")
    world.settle()
    assert told(likely.page(9)) == [("name", GAVIN, RAVI), ("name", GAVIN, MEERA)]


def test_a_pair_that_was_split_is_not_told_again(world, likely):
    for phone in (GAVIN, ASHA):
        world.track(phone=phone, email="both@example.com")
    world.settle()
    first, second = (world.contact(phone)["id"] for phone in (GAVIN, ASHA))
    assert len(likely.page(9)["pairs"]) == 1
    world.send_signed("/cli", "ContactsMerged", "o1", {"survivor": first, "absorbed": second})
    world.settle()
    assert likely.page(9)["pairs"] == []
    world.send_signed("/cli", "ContactsSplit", "o2", {"absorbed": second})
    world.settle()
    assert likely.page(9)["pairs"] == []


def test_pages_one_after_the_other_have_each_pair_once(world, likely):
    for number, phone in enumerate(PHONES):
        world.track(phone=phone, email=f"{number % 2}@example.com", name="Same Name")
    world.settle()
    whole = told(likely.page(99))
    assert len(whole) == 3 + 3
    found, cursor = [], None
    while True:
        page = likely.page(1, cursor)
        found += told(page)
        if (cursor := page["next_cursor"]) is None:
            break
    assert found == whole


def test_with_its_index_an_attribute_of_all_contacts_is_looked_at(world, likely):
    for phone in (GAVIN, ASHA):
        world.track(phone=phone, email="both@example.com")
    world.settle()
    without = likely.page(9)
    assert "newest" not in without  # as few as these are all looked at
    world.drivers.generations().asked().ask({of_sort("email"), of_sort("name")})
    world.project()
    assert told(likely.page(9)) == told(without)


def test_a_cursor_that_is_none_is_refused(likely, world):
    world.track(phone=GAVIN)
    world.settle()
    for cursor in ("x", "email.1", "name.x.eA", "city.0.eA"):
        with pytest.raises(BadPairCursor):
            likely.page(1, cursor)
