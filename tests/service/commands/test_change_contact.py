"""What a change to a contact means, whichever way it comes in (R7, R25, R26)."""

import pytest

from ledger.events.calls import ContactPatch, TrackUser
from service.commands.change_contact import ContactChanged, ContactChanges, ContactMoved
from service.commands.conflicts import IdentityConflict
from service.queries.ledger.consistency import Consistency
from service.wiring.api import tracker
from tests.examples import ASHA, GAVIN

SOURCE = "/tests"


@pytest.fixture
def changes(world):
    """They do not wait: whoever settles the world sees what they wrote."""
    readers, signer = world.drivers.readers(), world.drivers.signer()
    consistency = Consistency(signer, readers.log, readers.states.current_path, seconds=0.0)
    made = tracker(world.deployment)
    yield ContactChanges(SOURCE, made, readers, consistency)
    made.publisher.close()


def unclaimed():
    return None


def call(phone=None, user_id=None, **traits):
    return TrackUser(phone, user_id, traits, [], None)


def patch(user_id=None, **traits):
    return ContactPatch(user_id=user_id, traits=traits, tags=[])


def test_a_known_phone_is_found_and_nothing_is_said_of_it(world, changes):
    world.track(phone=GAVIN, city="Pune")
    world.settle()
    assert changes.make(call(GAVIN, city="Goa"), "asha", unclaimed) == 1
    world.settle()
    assert world.contact(GAVIN)["traits"] == {"city": "Pune"}


def test_who_is_unknown_is_made_and_on_the_way(world, changes):
    world.track(phone=ASHA)
    world.settle()
    written = changes.make(call(GAVIN, city="Goa"), "asha", unclaimed)
    assert (written.entry, written.is_new) == (None, False)
    world.settle()
    assert world.contact(GAVIN)["traits"] == {"city": "Goa"}


def test_a_change_that_is_based_on_an_older_event_is_refused_with_the_contact_as_it_is_now(world, changes):
    world.track(phone=GAVIN, city="Pune")
    world.track(phone=GAVIN, city="Goa")
    world.settle()
    id = world.contact(GAVIN)["id"]
    with pytest.raises(ContactChanged) as refused:
        changes.change(id, patch(city="Agra"), "asha", unclaimed, based_on={1})
    assert refused.value.current.traits == {"city": "Goa"}
    changes.change(id, patch(city="Agra"), "asha", unclaimed, based_on={2})
    world.settle()
    assert world.contact(GAVIN)["traits"] == {"city": "Agra"}


def test_a_second_user_id_is_refused_and_says_who_has_it(world, changes):
    world.track(phone=GAVIN, user_id="u-1")
    world.track(phone=ASHA, user_id="u-2")
    world.settle()
    with pytest.raises(IdentityConflict) as refused:
        changes.change(world.contact(GAVIN)["id"], patch(user_id="u-2"), "asha", unclaimed)
    assert refused.value.holders == {"user_id": world.contact(ASHA)["id"]}


def test_a_contact_that_was_merged_leads_to_the_other(world, changes):
    world.track(phone=GAVIN)
    world.track(user_id="u-1")
    world.settle()
    absorbed = world.contact("u-1")["id"]
    world.track(phone=GAVIN, user_id="u-1")
    world.settle()
    with pytest.raises(ContactMoved) as moved:
        changes.change(absorbed, patch(city="Goa"), "asha", unclaimed)
    assert moved.value.into == world.contact(GAVIN)["id"]
