"""`contacts renumber` (R33)."""

import orjson
import pytest

from tests.examples import ASHA, GAVIN, RAVI
from tests.service.cli.test_merging import run


@pytest.fixture
def gavin(world):
    world.track(phone=GAVIN, name="Gavin", whatsapp_opted=True)
    world.settle()


@pytest.mark.usefixtures("gavin")
def test_without_yes_it_only_says_what_would_come_of_it(world):
    assert "Nothing is done yet" in run(world, "renumber", GAVIN, RAVI)
    planned = orjson.loads(run(world, "renumber", GAVIN, RAVI, "--yes", "--dry-run", "--json"))
    assert (planned["position"], planned["contacts"][0]["phone"]) == (None, RAVI)
    world.settle()
    assert world.contact(GAVIN)["phone"] == GAVIN


@pytest.mark.usefixtures("gavin")
def test_a_number_is_changed_by_command_and_taken_back_by_a_split(world):
    assert "stays with the old number" in run(world, "renumber", GAVIN, RAVI, "--yes", "--reason", "a new phone")
    world.settle()
    assert run(world, "show", GAVIN, "--json") == run(world, "show", RAVI, "--json")
    assert world.contact(GAVIN)["traits"] == {"name": "Gavin"}
    assert "number changed" in run(world, "audit-trail")
    run(world, "split", GAVIN)
    world.settle()
    assert (world.contact(GAVIN)["phone"], world.contact(GAVIN)["traits"]["whatsapp_opted"]) == (GAVIN, True)


@pytest.mark.usefixtures("gavin")
def test_the_old_number_can_begin_a_new_contact(world):
    told = run(world, "renumber", GAVIN, RAVI, "--yes", "--reason", "given back", "--old-begins-anew")
    assert "The old number begins a new contact" in told
    world.settle()
    world.track(phone=GAVIN, city="Goa")
    world.settle()
    assert world.contact(GAVIN)["traits"] == {"city": "Goa"}


@pytest.mark.usefixtures("gavin")
def test_whoever_has_the_number_is_named_and_merged_in(world):
    world.track(phone=ASHA, area="Kothrud")
    world.settle()
    assert "is merged into it" in run(world, "renumber", GAVIN, ASHA)
    run(world, "renumber", GAVIN, ASHA, "--yes", "--reason", "has both", "--allow-opt-in")
    world.settle()
    assert world.contact(GAVIN)["traits"] == {"name": "Gavin", "whatsapp_opted": True, "area": "Kothrud"}


@pytest.mark.usefixtures("gavin")
def test_what_cannot_be_done_is_said_in_a_sentence(world):
    assert "--reason is missing" in run(world, "renumber", GAVIN, RAVI, "--yes", code=2)
    assert "names the person" in run(world, "renumber", GAVIN, RAVI, "--yes", "--reason", f"was {GAVIN}", code=2)
    assert "NEW: phone is not a valid number" in run(world, "renumber", GAVIN, "+9112", code=2)
    assert "this is the contact's phone already" in run(world, "renumber", GAVIN, GAVIN, code=1)
    assert "no contact is found by" in run(world, "renumber", ASHA, RAVI, code=1)
