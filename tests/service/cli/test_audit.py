"""`contacts audit-trail` shows who did what to the deployment (R33)."""

import json

import pytest
from click.testing import CliRunner

from service.cli.audit import audit_trail
from service.cli.keys import keys
from service.cli.ledger import rebuild
from tests.examples import GAVIN


@pytest.fixture
def run(world):
    def invoke(command, *arguments):
        done = CliRunner().invoke(command, arguments, env={"CONTACTS_DATA": str(world.folder)})
        assert done.exit_code == 0, done.output
        return done.stdout

    return invoke


@pytest.fixture
def acts(run):
    """What the trail tells, as JSON."""
    return lambda *options: json.loads(run(audit_trail, *options, "--json"))["acts"]


def test_a_key_is_on_the_trail_from_its_making_to_its_end_and_its_text_is_not(run, acts):
    made = json.loads(run(keys, "create", "--name", "shop", "--scope", "track", "--json"))
    run(keys, "revoke", made["id"])
    told = acts()
    assert [(act["what"], act["detail"]["key"]) for act in told] == [
        ("key revoked", made["id"]),
        ("key created", made["id"]),
    ]
    assert all(act["who"].startswith("cli:") and act["at"].endswith("Z") for act in told)
    assert made["key"] not in json.dumps(told)


def test_a_rebuild_is_on_the_trail_with_what_it_made(run, acts, world, tmp_path):
    world.track(phone=GAVIN)
    world.settle()
    run(rebuild)
    run(rebuild, "--until", "0", "--into", str(tmp_path / "then.db"))
    assert [(act["what"], act["detail"]) for act in acts()] == [
        ("state rebuilt", {"position": 0, "generation": None, "into": str(tmp_path / "then.db")}),
        ("state rebuilt", {"position": 1, "generation": 2}),
    ]


def test_the_newest_are_shown_newest_first(run, acts):
    for name in ("a", "b", "c"):
        run(keys, "create", "--name", name, "--scope", "track")
    assert [act["detail"]["name"] for act in acts("--limit", "2")] == ["c", "b"]


def test_a_deployment_in_which_nothing_was_done_has_an_empty_trail(acts):
    assert acts() == []


def test_for_a_person_it_is_a_table(run):
    run(keys, "create", "--name", "shop", "--scope", "track")
    assert "key created" in run(audit_trail)
