"""`contacts erase --where`: the number first, and everybody erased with --yes."""

import orjson
from click.testing import CliRunner

from service.cli.main import commands
from tests.examples import ASHA, GAVIN


def run(world, *arguments, code=0):
    done = CliRunner().invoke(commands, arguments, env=world.deployment.environ({}))
    assert done.exit_code == code, done.output
    return done.output


def two(world):
    world.track(phone=GAVIN, city="Pune")
    world.track(phone=ASHA, city="Goa")
    world.settle()


def test_it_says_the_number_first_and_erases_with_yes(world):
    two(world)
    assert "1 contact would be erased." in run(world, "erase", "--where", "city=Pune")
    assert "1 contact would be erased." in run(
        world, "erase", "--where", "city=Pune", "--yes", "--reason", "asked", "--dry-run"
    )
    assert len(world.contacts()) == 2
    done = orjson.loads(
        run(world, "erase", "--where", "city=Pune", "--yes", "--reason", "contract has ended", "--json")
    )
    assert (done["contacts"], done["erased"], done["done"]) == (1, 1, True)
    assert [contact["phone"] for contact in world.contacts()] == [ASHA]


def test_a_look_at_one_or_at_many_says_that_a_reason_is_unfit(world):
    two(world)
    for whom in ([GAVIN], ["--where", "city=Pune"]):
        assert "the reason names the person" in run(
            world, "erase", *whom, "--dry-run", "--reason", f"as {GAVIN} wrote", code=2
        )
    assert len(world.contacts()) == 2


def test_they_are_kept_out_where_that_is_wanted(world):
    two(world)
    run(world, "erase", "--q", GAVIN, "--yes", "--reason", "asked to be forgotten", "--keep-out", "--json")
    assert "is kept out" in run(world, "readmit", GAVIN)
    run(world, "readmit", ASHA, code=1)


def test_it_is_either_one_person_or_a_filter_with_a_reason(world):
    two(world)
    assert "give either WHO, or --where" in run(world, "erase", code=2)
    assert "give either WHO, or --where" in run(world, "erase", GAVIN, "--where", "city=Pune", code=2)
    assert "--reason is missing" in run(world, "erase", "--where", "city=Pune", "--yes", code=2)
    assert "city" in run(world, "erase", "--where", "city>Pune", code=2)
    assert "names the person" in run(
        world,
        "erase",
        "--tag",
        "x",
        "--where",
        "city=Pune",
        "--match",
        "any",
        "--yes",
        "--reason",
        f"as {GAVIN} wrote",
        code=2,
    )
    assert len(world.contacts()) == 2


def test_it_says_how_many_a_rule_for_contacts_without_an_event_would_erase(world):
    two(world)
    said = orjson.loads(run(world, "erase", "--forget-after", "3y", "--json"))
    assert (said["after"], said["due"], said["contacts"], said["waits_for_yes"]) == ("3 years", 0, 2, False)
    assert "0 contacts of 2 had no event since" in run(world, "erase", "--forget-after", "30 days", "--dry-run")
    assert "from 30 days to 100 years" in run(world, "erase", "--forget-after", "3 weeks", code=2)
    assert "only says how many" in run(world, "erase", "--forget-after", "3y", "--yes", "--reason", "x", code=2)
    assert len(world.contacts()) == 2
