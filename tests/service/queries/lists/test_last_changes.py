"""What changed last of each contact of a list: from what to what, and where from (R27)."""

from contextlib import closing

import pytest

from ledger.log.entry import public_id
from projections.past.last_change import last_changes
from service.queries.contact.find import find
from service.queries.contact.origins import Origins
from service.queries.lists.last_changes import last_changes_of
from tests.examples import ASHA, GAVIN, RAVI
from tests.world import World


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path / "data")
    made.track(phone=GAVIN, name="Gavin", city="Pune")
    made.settle()
    yield made
    made.close()


def _told(world, *phones, position=None):
    """The last change of each, by phone."""
    world.settle()
    with closing(world.log()) as log:
        numbers = {phone: find(log, phone).contact for phone in phones}
        ids = {phone: public_id(log.ids([number])[number]) for phone, number in numbers.items()}
        found = last_changes_of(log, Origins(log), ids.values(), position)
    return {phone: found[id] for phone, id in ids.items() if id in found}


def _changes(event):
    return [(one["attribute"], one["from"], one["to"]) for one in event["changes"]]


def test_each_contact_has_the_event_that_changed_it_last(world):
    world.track(phone=GAVIN, city="Mumbai")
    world.track(phone=ASHA, name="Asha")
    told = _told(world, GAVIN, ASHA)
    assert _changes(told[GAVIN]) == [("city", "Pune", "Mumbai")]
    assert told[GAVIN]["origin"]["name"] == "shop.example/orders"
    assert _changes(told[ASHA]) == [("phone", None, ASHA), ("name", None, "Asha")]


def test_an_event_that_changed_nothing_is_not_told(world):
    world.track(phone=GAVIN, city="Mumbai")
    world.track(phone=GAVIN, city="Mumbai")
    world.track(phone=GAVIN, city="Goa", time="2020-01-01T00:00:00Z")
    world.send("EventTracked", {"phone": GAVIN, "event": "Order placed"})
    assert _changes(_told(world, GAVIN)[GAVIN]) == [("city", "Pune", "Mumbai")]


def test_a_row_of_a_file_is_one_change_with_its_tags_and_its_line(world):
    row = {"phone": GAVIN, "match": "phone", "row": 1, "line": 42}
    world.send_signed("/imports/i1", "ImportStarted", "i1.started", {"import": "i1", "file_name": "october.csv"})
    set_city = {**row, "traits": {"city": "Goa"}}
    world.send_signed("/imports/i1", "UserTracked", "i1.000001.u", set_city, "2099-01-01T00:00:00Z")
    world.send_signed("/imports/i1", "TagsAdded", "i1.000001.t", {**row, "rowend": True, "tags": ["vip"]})
    told = _told(world, GAVIN)[GAVIN]
    assert _changes(told) == [("city", "Pune", "Goa"), ("tags", None, "vip")]
    assert told["origin"]["import"] == {"id": "i1", "file": "october.csv", "line": 42, "rows": None}


def test_two_messages_that_are_no_row_are_two_changes(world):
    world.track(phone=GAVIN, city="Goa")
    world.tag("vip", phone=GAVIN)
    assert _changes(_told(world, GAVIN)[GAVIN]) == [("tags", None, "vip")]


def test_a_contact_that_took_in_another_tells_what_that_changed(world):
    world.track(user_id="u-1", area="Aundh")
    world.track(phone=GAVIN, user_id="u-1")
    assert ("area", None, "Aundh") in _changes(_told(world, GAVIN)[GAVIN])


def test_a_past_list_tells_what_had_changed_by_then(world):
    with closing(world.log()) as log:
        then = log.head().position
    world.track(phone=GAVIN, city="Mumbai")
    assert _changes(_told(world, GAVIN, position=then)[GAVIN])[-1] == ("city", None, "Pune")
    assert _told(world, GAVIN, position=0) == {}


def test_whoever_is_not_there_is_left_out(world):
    with closing(world.log()) as log:
        assert last_changes_of(log, Origins(log), ["nobody", "01a22a55-89d6-72c8-b607-bf1cca48d389"]) == {}


def test_a_contact_with_too_many_events_is_left_out_and_the_others_are_told(world):
    for number in range(30):
        world.track(phone=GAVIN, visits=number)
    for phone in (ASHA, RAVI):
        world.track(phone=phone, city="Goa")
    world.settle()
    with closing(world.log()) as log:
        numbers = {phone: find(log, phone).contact for phone in (GAVIN, ASHA, RAVI)}
        assert set(last_changes(log, numbers.values(), log.head().position, 32)) == {numbers[ASHA], numbers[RAVI]}
        assert set(last_changes(log, numbers.values(), log.head().position, 33)) == set(numbers.values())
