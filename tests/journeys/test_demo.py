"""`make demo`: the story is told to its end, over two years, and the ledger it leaves proves itself."""

import re
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.shipped import SECONDS, Shipped, eventually

DEMO = Path(__file__).parents[2] / "samples" / "demo"
PORT = 18190


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """The demo's ledger, with what it printed in `story`; its server has ended as by Ctrl+C."""
    shipped = Shipped(tmp_path_factory.mktemp("demo"))
    shipped.story = _shown(shipped, "demo.out")
    return shipped


def _shown(shipped, out):
    """What a start of the demo prints until it is ended as by Ctrl+C."""
    demo = shipped.start_process([sys.executable, str(DEMO), str(shipped.folder), str(PORT)], out)
    try:
        eventually(lambda: "Ctrl+C" in demo.text() or demo.exit_code() is not None, "the story is told", 2 * SECONDS)
        demo.stop()
    finally:
        shipped.stop_all()
    return demo.text()


def test_it_tells_where_to_sign_in_and_what_to_try(told):
    assert re.search(r"^Two years told in \d+ seconds.$", told.story, re.M), told.story
    assert re.search(r"^Sign in: http://\S+/sign-in/\S+$", told.story, re.M), told.story
    assert len(re.findall(rf"^.+: http://127.0.0.1:{PORT}/(?:contacts|imports)\S+$", told.story, re.M)) == 4


def test_a_second_start_tells_the_same_with_a_link_of_its_own(told):
    again = _shown(told, "again.out")
    (first, second) = (re.search(r"^Sign in: (\S+)$", text, re.M)[1] for text in (told.story, again))
    assert first != second
    assert again.partition("Then try:")[2] == told.story.partition("Then try:")[2]


def test_its_ledger_is_intact_and_has_three_thousand_contacts(told):
    found = told.run("verify", "--deep", "--json")
    assert found["ok"], found["faults"]
    assert 2_900 <= found["contacts"] <= 3_100


def test_what_happened_in_two_years_was_recorded_in_two_years(told):
    days = told.run("overview", "--days", "730", "--json")["days"]
    by_month = {day["day"][:7] for day in days if day["new"]}
    assert len(by_month) >= 24
    assert sum(day["undone"] for day in days) == 0
    assert (sum(day["merged"] for day in days) > 1, sum(day["erased"] for day in days)) == (True, 1)


def test_the_list_as_it_was_has_the_wrong_file(told):
    evening = date.fromisoformat(re.search(r"as_of=([\d-]+)", told.story)[1])
    wrong = ("--where", "city=Lucknow", "--limit", "1", "--json")
    assert told.run("list", "--as-of", f"{evening + timedelta(days=1)}T00:00:00Z", *wrong)["total"] > 800
    assert told.run("list", *wrong)["total"] == 0
