"""`contacts merge` and `contacts split` (R33)."""

import orjson
from click.testing import CliRunner

from service.cli.main import commands
from tests.examples import ASHA, GAVIN, RAVI


def run(world, *arguments, code=0):
    done = CliRunner().invoke(commands, arguments, env=world.deployment.environ({}))
    assert done.exit_code == code, done.output
    return done.output


def test_two_contacts_are_merged_and_split_by_command(world):
    world.track(phone=GAVIN, name="Gavin", city="Pune")
    world.track(phone=ASHA, area="Kothrud")
    world.settle()
    planned = orjson.loads(run(world, "merge", GAVIN, ASHA, "--dry-run", "--json"))
    assert (planned["position"], world.contact(ASHA)["traits"]) == (None, {"area": "Kothrud"})
    assert "on the bus" in run(world, "merge", GAVIN, ASHA, "--reason", "one person")
    world.settle()
    assert world.contact(ASHA)["traits"] == {"name": "Gavin", "city": "Pune", "area": "Kothrud"}
    assert run(world, "show", ASHA, "--json") == run(world, "show", GAVIN, "--json")
    run(world, "split", ASHA, "--reason", "two people")
    world.settle()
    assert (world.contact(GAVIN)["traits"], world.contact(ASHA)["traits"]) == (
        {"name": "Gavin", "city": "Pune"},
        {"area": "Kothrud"},
    )
    assert "contacts split" in run(world, "audit-trail")


def test_what_cannot_be_done_is_said_in_a_sentence(world):
    world.track(phone=GAVIN, whatsapp_opted=True)
    world.track(phone=ASHA, whatsapp_opted=False)
    world.track(phone=GAVIN, whatsapp_opted=True)
    world.settle()
    assert "both are the same contact already" in run(world, "merge", GAVIN, GAVIN, code=1)
    assert "no contact is found by" in run(world, "merge", GAVIN, RAVI, code=1)
    assert "no other contact is merged into it" in run(world, "split", GAVIN, code=1)
    assert "--allow-opt-in" in run(world, "merge", GAVIN, ASHA, code=1)
    run(world, "merge", GAVIN, ASHA, "--allow-opt-in")
