import json

import pytest
from click.testing import CliRunner

from service.cli.keys import keys


@pytest.fixture
def run(tmp_path):
    def invoke(*arguments):
        return CliRunner().invoke(keys, arguments, env={"CONTACTS_DATA": str(tmp_path)})

    return invoke


def test_create_shows_the_key_once(run):
    made = json.loads(run("create", "--name", "shop", "--scope", "track", "--scope", "read", "--json").stdout)
    assert set(made) == {"id", "key", "name", "scopes"}
    assert made["scopes"] == ["track", "read"]
    assert made["key"] not in run("list", "--json").stdout


def test_list_shows_every_key(run):
    run("create", "--name", "shop", "--scope", "track")
    run("create", "--name", "office", "--scope", "audit")
    listed = json.loads(run("list", "--json").stdout)["keys"]
    assert [key["name"] for key in listed] == ["shop", "office"]
    assert listed[0]["created_at"].endswith("Z")


def test_revoke_ends_a_key(run):
    made = json.loads(run("create", "--name", "shop", "--scope", "track", "--json").stdout)
    assert run("revoke", made["id"]).exit_code == 0
    (listed,) = json.loads(run("list", "--json").stdout)["keys"]
    assert listed["revoked_at"] is not None


def test_revoking_an_unknown_key_fails_with_a_sentence(run):
    result = run("revoke", "nope")
    assert result.exit_code == 1
    assert "no key has the id 'nope'" in result.stderr


@pytest.mark.parametrize("arguments", [["--scope", "fly", "--name", "x"], ["--scope", "track", "--name", " "]])
def test_bad_usage_exits_with_2(run, arguments):
    assert run("create", *arguments).exit_code == 2


def test_a_third_key_of_one_name_fails_with_a_sentence_that_names_the_two(run):
    made = [json.loads(run("create", "--name", "shop", "--scope", "track", "--json").stdout) for _ in range(2)]
    result = run("create", "--name", "shop", "--scope", "track")
    assert result.exit_code == 1
    assert all(key["id"] in result.stderr for key in made)
    assert "contacts keys revoke ID" in result.stderr
