"""`contacts edit`: the number first, the change with --yes, and its undo."""

import orjson
import pytest
from click.testing import CliRunner

from service.cli.main import commands
from tests.examples import ASHA, GAVIN


def run(world, *arguments, code=0):
    done = CliRunner().invoke(commands, arguments, env=world.deployment.environ({}))
    assert done.exit_code == code, done.output
    return done.output if code else done.stdout


def test_a_change_says_its_number_first_and_is_made_and_undone_by_command(world):
    world.track(phone=GAVIN, city="Pune", whatsapp_opted=False)
    world.track(phone=ASHA, city="Goa")
    world.settle()
    change = ("edit", "--where", "city=Pune", "--tag", "vip", "--set", "visits:=3")
    assert "1 of 1 contacts would change; with --yes" in run(world, *change)
    assert world.contact(GAVIN)["tags"] == []
    done = orjson.loads(run(world, *change, "--reason", "tests", "--yes", "--json"))
    assert (done["updated"], world.contact(GAVIN)["tags"], world.contact(ASHA)["tags"]) == (1, ["vip"], [])
    assert "1 updated" in run(world, "edits")
    assert orjson.loads(run(world, "edits", "show", done["id"], "--json"))["updated"] == 1
    run(world, "edits", "undo", done["id"], "--json")
    assert (world.contact(GAVIN)["tags"], "visits" in world.contact(GAVIN)["traits"]) == ([], False)
    run(world, "edits", "redo", done["id"], "--json")
    assert world.contact(GAVIN)["tags"] == ["vip"]
    run(world, "imports", "undo", done["id"], "--json")
    assert world.contact(GAVIN)["tags"] == []


def test_a_dry_run_says_the_number_and_cannot_be_told_to_do_it_too(world):
    world.track(phone=GAVIN, city="Pune")
    world.settle()
    change = ("edit", "--where", "city=Pune", "--tag", "vip", "--dry-run")
    assert "1 of 1 contacts would change" in run(world, *change)
    assert (
        "give one of the two"
        in CliRunner().invoke(commands, (*change, "--yes"), env=world.deployment.environ({})).output
    )
    assert world.contact(GAVIN)["tags"] == []


@pytest.mark.parametrize("name", ["WhatsApp Opted", "whatsapp opted", "WHATSAPP_OPTED", "Whatsapp_opted"])
def test_a_default_attribute_is_meant_by_its_title_too(world, name):
    """R34: it made an attribute of its own, and whoever was to be opted out stayed opted in."""
    world.track(phone=GAVIN, city="Pune", whatsapp_opted=True)
    world.settle()
    run(world, "edit", "--where", "City=Pune", "--set", f"{name}=FALSE", "--set", "City=Goa", "--yes", "--json")
    assert world.contact(GAVIN)["traits"] == {"city": "Goa", "whatsapp_opted": False}
    run(world, "edit", "--where", "City=Goa", "--clear", "City", "--yes", "--json")
    assert "city" not in world.contact(GAVIN)["traits"]


def test_a_title_is_refused_beside_the_name_and_where_its_value_is_none(world):
    world.track(phone=GAVIN, city="Pune")
    world.settle()
    for sets in (("City=Goa", "city=Agra"), ("WhatsApp Opted=maybe",)):
        run(world, "edit", "--where", "city=Pune", *(part for one in sets for part in ("--set", one)), "--yes", code=2)
    assert world.contact(GAVIN)["traits"] == {"city": "Pune"}


def test_an_attribute_of_just_that_name_goes_before_a_title(world):
    world.send("UserTracked", {"phone": GAVIN, "traits": {"City": "Pune", "city": "Agra"}})
    world.settle()
    run(world, "edit", "--where", "city=Agra", "--clear", "City", "--yes", "--json")
    assert world.contact(GAVIN)["traits"] == {"city": "Agra"}


def test_consent_is_not_set_for_an_attribute_that_is_only_called_so(world):
    """One that an earlier version made, where consent was meant; it can be cleared (R16)."""
    world.send("UserTracked", {"phone": GAVIN, "traits": {"WhatsApp Opted": True, "whatsapp_opted": True}})
    world.settle()
    said = run(world, "edit", "--where", f"phone={GAVIN}", "--set", "WhatsApp Opted=FALSE", "--yes", code=2)
    assert "write whatsapp_opted for that" in said
    run(world, "edit", "--where", f"phone={GAVIN}", "--clear", "WhatsApp Opted", "--yes", "--json")
    assert world.contact(GAVIN)["traits"] == {"whatsapp_opted": True}


@pytest.mark.parametrize("name", ["Phone Number", "phone_number", "User ID", "Country Code", "USER ID "])
def test_who_a_contact_is_cannot_be_changed_for_many(world, name):
    """R1: it made an attribute of that name."""
    world.track(phone=GAVIN, city="Pune")
    world.settle()
    said = run(world, "edit", "--where", "city=Pune", "--set", f"{name}=1", "--yes", code=2)
    assert "is part of who a contact is" in said
    assert world.contact(GAVIN)["traits"] == {"city": "Pune"}
