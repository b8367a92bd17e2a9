"""Likely duplicates over HTTP and by command."""

import orjson
from click.testing import CliRunner

from service.cli.main import commands
from tests.examples import ASHA, GAVIN, PHONES


def test_pairs_come_in_pages_that_go_on(client, world):
    for phone in PHONES:
        world.track(phone=phone, email="one@example.com")
    world.settle()
    found, cursor = [], ""
    while cursor is not None:
        page = client.read(f"/v1/duplicates?limit=1{cursor and f'&cursor={cursor}'}").json
        found += [[one["phone"] for one in pair["contacts"]] for pair in page["pairs"]]
        cursor = page["next_cursor"]
    assert found == [[PHONES[0], phone] for phone in PHONES[1:]]
    assert client.read("/v1/duplicates?cursor=x").status_code == 422


def test_a_command_lists_them(world):
    for phone in (GAVIN, ASHA):
        world.track(phone=phone, name="Asha Rao", city="Pune")
    world.settle()
    env = world.deployment.environ({})
    done = CliRunner().invoke(commands, ["duplicates"], env=env)
    assert done.exit_code == 0, done.output
    assert GAVIN in done.output
    pairs = orjson.loads(CliRunner().invoke(commands, ["duplicates", "--json"], env=env).stdout)["pairs"]
    assert [one["phone"] for one in pairs[0]["contacts"]] == [GAVIN, ASHA]
    assert CliRunner().invoke(commands, ["duplicates", "--cursor", "x"], env=env).exit_code == 2
