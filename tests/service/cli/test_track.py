import json

import msgspec
import pytest
from click.testing import CliRunner

from ledger.events import envelope
from service.cli.track import track
from tests.examples import GAVIN
from tests.world import World


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    yield made
    made.close()


@pytest.fixture
def run(tmp_path):
    def invoke(*arguments):
        return CliRunner().invoke(track, arguments, env={"CONTACTS_DATA": str(tmp_path)})

    return invoke


def published(world):
    reader = world.drivers.bus().reader()
    reader.seek({})
    return [envelope.decode(record.headers, record.value) for record in reader.poll(100, 0)]


def test_traits_and_tags_are_published_signed_as_from_the_command_line(run, world):
    result = run("--phone", GAVIN, "--trait", "name=Gavin Roberts", "--tag", "vip", "--json")
    assert result.exit_code == 0, result.output
    messages = published(world)
    assert [message.id for message in messages] == json.loads(result.stdout)["ids"]
    assert [(message.type, message.source) for message in messages] == [("UserTracked", "/cli"), ("TagsAdded", "/cli")]
    assert all(world.drivers.signer().has_signed(message) for message in messages)


def test_a_trait_with_colon_equals_is_json(run, world):
    run("--user-id", "u-1", "--trait", "age:=42", "--trait", "note=a=b", "--trait", "city:=null")
    (message,) = published(world)
    assert msgspec.json.decode(message.data)["traits"] == {"age": 42, "note": "a=b", "city": None}


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--phone", "12"],
        ["--user-id", "u-1", "--trait", "nothing"],
        ["--user-id", "u-1", "--trait", "a:={"],
        ["--user-id", "u-1", "--trait", 'a:={"b": 1}'],
    ],
)
def test_what_the_call_refuses_is_refused_here(run, world, arguments):
    result = run(*arguments)
    assert result.exit_code == 2
    assert published(world) == []


def test_an_identity_conflict_is_one_sentence(run, world):
    run("--phone", GAVIN, "--user-id", "u-1")
    world.settle()
    result = run("--phone", GAVIN, "--user-id", "u-2")
    assert result.exit_code == 1
    assert "already has another user id" in result.stderr
