"""`contacts export WHO`: everything about one person on the command line."""

import json

import pytest
from click.testing import CliRunner

from service.cli.main import commands
from tests.examples import ASHA, GAVIN


@pytest.fixture
def run(world):
    world.track(phone=GAVIN, user_id="0123abc45d", city="Pune")
    world.track(phone=ASHA, city="Goa")
    world.settle()
    return lambda *given: CliRunner().invoke(commands, ["export", *given], env=world.deployment.environ({}))


@pytest.mark.parametrize("who", [GAVIN, "0123abc45d"])
def test_everything_about_one_person_is_one_json_document(run, world, who):
    found = json.loads(run(who).stdout)
    assert found["contact"] == world.contact(GAVIN)
    assert found["made_by"].startswith("cli:")
    assert run(who, "--json").exit_code == 0


def test_it_is_a_page_in_a_file_for_its_owner_alone(run, tmp_path):
    out = tmp_path / "gavin.html"
    assert run(GAVIN, "--format", "html", "--out", str(out)).exit_code == 0
    assert "+919967536783" in out.read_text(encoding="utf-8")
    assert list(tmp_path.glob(".gavin*")) == []


def test_nobody_is_found_by_a_phone_that_nobody_has(run):
    done = run("+919811098110")
    assert (done.exit_code, "no contact is found by '+919811098110'" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([GAVIN, "--where", "city=Pune"], "--where cannot be given with WHO"),
        ([GAVIN, "--tag", "vip", "--as-of", "1"], "--tag, --as-of cannot be given with WHO"),
        ([GAVIN, "--format", "csv"], "--format csv is of many contacts: of one person it is json or html"),
        ([GAVIN, "--format", "html", "--json"], "--json cannot be given with --format html"),
        (["--format", "html"], "--format html is of one person: say WHO"),
    ],
)
def test_what_belongs_to_the_other_kind_of_export_is_refused(run, given, said):
    done = run(*given)
    assert (done.exit_code, said in done.stderr) == (2, True), done.stderr
