"""A command begins quickly: what it does not use is not loaded."""

import os
import subprocess
import sys

import click
import pytest

from service.cli.main import commands
from service.wiring.deployment import deployment
from service.wiring.erasing import erasing
from tests.examples import GAVIN

HEAVY = {"consumers", "dotenv", "flask", "granian", "kafka", "marshmallow", "phonenumbers", "sqlite_utils", "structlog"}
CODE = """
import sys
from service.cli.main import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    if end.code:
        raise
finally:
    print("\\nLOADED", *{name.partition(".")[0] for name in sys.modules})
"""


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory):
    """A deployment with a contact."""
    from tests.world import World

    world = World(tmp_path_factory.mktemp("world") / "data")
    world.track(phone=GAVIN, city="Pune")
    world.settle()
    with erasing(deployment({"CONTACTS_DATA": str(world.folder)}, None), "/cli"):  # whoever is first makes its tables
        yield world.folder
    world.close()


@pytest.mark.parametrize(
    ("command", "unused"),
    [
        ("--help", {*HEAVY, "ledger", "msgspec", "projections", "rich", "sqlite3"}),
        ("status --json", {*HEAVY, "rich"}),
        ("status", HEAVY),
        (f"show {GAVIN} --json", {*HEAVY, "rich"}),
        (f"history {GAVIN}", HEAVY),
        (f"explain {GAVIN}", HEAVY),
        ("list --json", {*HEAVY, "rich"}),
        ("head", HEAVY),
        ("rejected list", HEAVY),
        ("keys list", HEAVY),
        ("audit-trail", HEAVY),
        (f"erase {GAVIN} --json", {*HEAVY, "rich"}),
        ("imports", {"flask", "granian", "kafka", "marshmallow"}),
    ],
)
def test_a_command_loads_nothing_that_it_does_not_use(lived_in, command, unused):
    environ = os.environ | {"CONTACTS_DATA": str(lived_in), "CONTACTS_BUS": ""}
    ran = subprocess.run(
        [sys.executable, "-c", CODE, *command.split()], env=environ, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    loaded = set(ran.stdout.rpartition("LOADED")[2].split())
    assert {"click", "service"} <= loaded
    assert loaded & unused == set()


def test_what_help_says_of_each_command_is_what_the_command_says_of_itself():
    context = click.Context(commands)
    formatter = click.HelpFormatter(width=300, max_width=300)
    commands.format_commands(context, formatter)
    told = dict(line.split(maxsplit=1) for line in formatter.getvalue().splitlines()[1:])
    names = commands.list_commands(context)
    assert told == {name: commands.get_command(context, name).get_short_help_str(300) for name in names}
