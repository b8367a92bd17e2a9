"""Wire names, pinned: a stored log must be read by every later version."""

import re
from pathlib import Path

import pytest

from ledger.events.types import (
    ABOUT_CONTACTS,
    FOLDED,
    IN_HISTORY,
    IN_TRAIL,
    OPEN,
    ORDERS,
    OUR_SOURCES,
    RULES,
    TAKEN,
    complete,
    is_ours,
)

ROOT = Path(__file__).parents[3]
OF_ANYBODY = {"UserTracked", "TagsAdded", "EventTracked"}
OF_OURS = {
    "ImportStarted",
    "ImportSplit",
    "ImportUndone",
    "ImportRedone",
    "ContactsMerged",
    "ContactsSplit",
    "NumberChanged",
    "MessageRetried",
    "MessageDropped",
    "ContactErased",
    "PersonReadmitted",
}
OF_NOBODY = {
    "GapAccepted",
    "BusAccepted",
}


def test_the_names_of_all_types_are_pinned():
    assert set(RULES) == OF_ANYBODY | OF_OURS | OF_NOBODY


def test_anyone_may_send_the_three_open_types_and_no_other():
    assert set(OPEN) == {name for name, rule in RULES.items() if rule.sender == "anybody"} == OF_ANYBODY


def test_only_types_that_are_built_are_taken_from_the_bus():
    assert set(TAKEN) == OF_ANYBODY | OF_OURS


def test_only_the_open_types_are_about_one_contact():
    assert set(ABOUT_CONTACTS) == {name for name, rule in RULES.items() if rule.kind == "contact"} == OF_ANYBODY


def test_all_of_ours_but_the_marks_of_an_import_are_orders_and_the_trail_tells_those_about_no_message():
    """R33: a type of a new kind is an order until it is said otherwise, so that no trail can leave it out."""
    assert set(ORDERS) == OF_OURS - {"ImportStarted", "ImportSplit"}
    assert set(IN_TRAIL) == set(ORDERS) - {"MessageRetried", "MessageDropped"}


def test_what_is_about_contacts_or_imports_stands_in_histories():
    of_imports = {"ImportUndone", "ImportRedone"}
    assert set(FOLDED) == OF_ANYBODY | {"ContactsMerged", "ContactsSplit", "NumberChanged"}
    assert set(IN_HISTORY) == set(FOLDED) | of_imports


def test_a_room_that_lacks_its_part_of_a_type_does_not_start():
    with pytest.raises(TypeError, match=r"a room lacks its part of the event types \['TagsAdded'\]"):
        complete({"UserTracked": 1}, ["UserTracked", "TagsAdded"], "a room")


def test_a_room_that_has_a_part_of_a_type_that_is_none_of_its_own_does_not_start():
    with pytest.raises(TypeError, match=r"a room has a part of the event types \['Strange'\]"):
        complete({"UserTracked": 1, "Strange": 2}, ["UserTracked"], "a room")


def test_sql_names_only_types_that_there_are():
    """A literal in a statement is checked by nothing else: a misspelt one finds no rows."""
    in_sql = re.compile(r"'([A-Z][a-z]+(?:[A-Z][a-z]+)+)'").findall
    sources = [path for room in ("ledger", "projections", "service") for path in (ROOT / room).rglob("*")]
    found = {name for path in sources if path.suffix in (".py", ".sql") for name in in_sql(path.read_text("utf-8"))}
    assert {"ImportUndone", "ImportRedone"} <= found <= set(RULES)


def test_the_sources_of_ours_are_pinned():
    """R33."""
    assert OUR_SOURCES == ("/v1/", "/imports/", "/hub", "/cli")


@pytest.mark.parametrize("source", ["/v1/public/track/users/", "/imports/0190", "/hub", "/cli"])
def test_our_own_doors_are_ours(source):
    assert is_ours(source)


@pytest.mark.parametrize("source", ["https://shop.example/v1/", "v1/", "urn:x:/cli", "/other"])
def test_other_sources_are_anybodys(source):
    assert not is_ours(source)
