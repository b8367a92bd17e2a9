"""The tour goes on with a file: imported, counted, shown beside the calls, and recognised when it comes again."""

import pytest

from tests.shipped import ROOT

FILE = str(ROOT / "samples" / "contacts.csv")
GAVIN = "+919967536783"
GAVIN_CALL = {"userId": "0123abc45d", "fullPhoneNumber": GAVIN, "traits": {"plan": "gold"}, "tags": ["new customer"]}


@pytest.fixture(scope="module")
def imported(served):
    """Gavin is known by a call when the sample file, which has him too, is imported; gives the result."""
    assert served.track(GAVIN_CALL).status_code == 202
    return served.shipped.run("import", FILE, "--tag", "diwali", "--json")


def test_each_row_is_counted_once(imported):
    counts = {name: imported[name] for name in ("rows", "created", "updated", "duplicate", "rejected", "pending")}
    assert counts == {"rows": 10, "created": 9, "updated": 1, "duplicate": 0, "rejected": 0, "pending": 0}


@pytest.mark.usefixtures("imported")
def test_the_contact_says_what_call_and_row_say_together(served):
    contact = served.shipped.run("show", GAVIN, "--json")
    assert contact["user_id"] == "0123abc45d"
    assert contact["traits"]["plan"] == "gold"
    assert contact["traits"]["city"] == "Mumbai"
    assert {"new customer", "diwali"} <= set(contact["tags"])


def test_history_names_file_and_row(served, imported):
    events = served.shipped.run("history", GAVIN, "--json")["events"]
    of_the_row = [event for event in events if event["source"] == f"/imports/{imported['id']}"]
    assert [event["type"] for event in of_the_row] == ["UserTracked", "TagsAdded"]
    assert of_the_row[0]["row"] == 1


def test_the_same_file_again_changes_nothing(served, imported):
    before = served.shipped.run("status", "--json")["position"]
    again = served.shipped.run("import", FILE, "--tag", "diwali", "--json")
    assert (again["already_imported"], again["id"]) == (True, imported["id"])
    assert served.shipped.run("status", "--json")["position"] == before
