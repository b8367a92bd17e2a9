"""WHO: a contact by its id, its phone or its user id, also after a merge, also in the past."""

import pytest

from ledger.log.entry import public_id
from service.queries.contact.find import Unknown, at, find
from tests.examples import ASHA, GAVIN
from tests.world import World


@pytest.fixture
def log(world):
    world.track(phone=GAVIN, name="Gavin")
    world.track(user_id="u1", city="Pune")
    world.consume()
    with world.drivers.log_reader() as reader:
        yield reader


@pytest.fixture
def merged(world, log):
    """The contact with the user id was merged into the one with the phone, at position 3."""
    before = find(log, "u1")
    world.track(phone=GAVIN, user_id="u1")
    world.consume()
    return at(log, before, 2)


def public(log, contact):

    return public_id(log.entry(contact).contact_id)


def test_a_contact_is_found_by_its_phone(log):
    assert find(log, GAVIN).contact == 1


def test_a_contact_is_found_by_its_user_id(log):
    assert find(log, "u1").contact == 2


def test_a_contact_is_found_by_its_id(log):
    assert find(log, public(log, 1)).contact == 1
    assert find(log, public(log, 2).upper()).contact == 2


@pytest.mark.parametrize("who", [ASHA, "u9", "", "+", "+1", "no one", "00000000-0000-7000-8000-000000000000"])
def test_anybody_else_is_unknown(log, who):
    with pytest.raises(Unknown, match="no contact is found"):
        find(log, who)


@pytest.mark.usefixtures("merged")
def test_phone_user_id_and_both_ids_lead_to_the_survivor(log):
    """R7."""
    for who in (GAVIN, "u1", public(log, 1), public(log, 2)):
        assert find(log, who).contact == 1


@pytest.mark.usefixtures("merged")
@pytest.mark.parametrize(("who", "traits"), [(GAVIN, {"name": "Gavin"}), ("u1", {"city": "Pune"})])
def test_before_the_merge_each_identity_shows_the_contact_that_had_it(log, who, traits):
    """R29: what we knew then."""
    assert at(log, find(log, who), 2).traits == traits


@pytest.mark.usefixtures("merged")
@pytest.mark.parametrize(("contact", "traits"), [(1, {"name": "Gavin"}), (2, {"city": "Pune"})])
def test_before_the_merge_each_id_shows_its_own_contact(log, contact, traits):
    """R29."""
    assert at(log, find(log, public(log, contact)), 2).traits == traits


@pytest.mark.usefixtures("merged")
def test_after_the_merge_every_name_shows_the_one_contact(log):
    for who in (GAVIN, "u1", public(log, 2)):
        assert at(log, find(log, who), 3).traits == {"name": "Gavin", "city": "Pune"}


def test_a_contact_that_did_not_exist_yet_is_unknown_then(log):
    with pytest.raises(Unknown, match="did not exist yet at position 1"):
        at(log, find(log, "u1"), 1)


def test_an_identity_attached_later_finds_what_its_contact_was_before(world, log):
    world.track(phone=GAVIN, user_id="u2", name="Gavin Roberts")
    world.consume()
    assert at(log, find(log, "u2"), 1).traits == {"name": "Gavin"}


def test_two_deployments_do_not_know_each_others_contacts(log, tmp_path):
    other = World(tmp_path / "other")
    other.track(phone=ASHA)
    other.consume()
    with other.drivers.log_reader() as their_log, pytest.raises(Unknown):
        find(their_log, public(log, 1))
    other.close()
