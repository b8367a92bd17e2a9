"""Saved views of the list on the command line: those that the hub and calls have."""

import json

import pytest
from click.testing import CliRunner

from service.cli.views import views


@pytest.fixture
def run(tmp_path):
    def invoke(*arguments):
        return CliRunner().invoke(views, arguments, env={"CONTACTS_DATA": str(tmp_path)})

    return invoke


def listed(run, *arguments):
    return json.loads(run("list", *arguments, "--json").stdout)["views"]


def test_a_view_is_saved_listed_and_removed(run):
    saved = json.loads(run("save", "Pune", "--where", "city=Pune", "--tag", "vip", "--sort", "name", "--json").stdout)
    assert saved["query"] == {"where": ["city=Pune"], "tag": ["vip"], "q": None, "match": "all"}
    assert (saved["name"], saved["sort"], saved["columns"], saved["shared"]) == ("Pune", "name", None, False)
    assert listed(run) == [saved]
    assert run("remove", saved["id"]).exit_code == 0
    assert listed(run) == []


def test_a_view_is_saved_for_somebody_else_or_for_everybody(run):
    run("save", "hers", "--as", "Meera Shah")
    run("save", "everybody's", "--as", "Meera Shah", "--shared", "--column", "name")
    assert [one["name"] for one in listed(run)] == ["everybody's"]
    assert [one["name"] for one in listed(run, "--as", "Meera Shah")] == ["everybody's", "hers"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("save", "Pune"), "you have a view called 'Pune'"),
        (("save", ""), "name"),
        (("remove", "nothing"), "there is no such view"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(run, arguments, said):
    run("save", "Pune")
    failed = run(*arguments)
    assert failed.exit_code == 1
    assert said in failed.output
