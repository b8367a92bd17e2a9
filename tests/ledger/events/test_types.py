"""Wire names, pinned: a stored log must be read by every later version."""

import pytest

from ledger.events.types import OUR_SOURCES, RULES, is_ours

OPEN = {"UserTracked", "TagsAdded", "EventTracked"}
IN_EFFECT = {"ImportStarted", "ImportSplit", "ImportUndone", "ImportRedone"}
WITHOUT_EFFECT_YET = {
    "ContactsMerged",
    "ContactsSplit",
    "ContactErased",
    "MessageRetried",
    "MessageDropped",
    "GapAccepted",
    "BusAccepted",
}


def test_the_names_of_all_types_are_pinned():
    assert set(RULES) == OPEN | IN_EFFECT | WITHOUT_EFFECT_YET


def test_anyone_may_send_the_three_open_types_and_no_other():
    assert {name for name, rule in RULES.items() if not rule.reserved} == OPEN


def test_only_types_that_are_built_have_an_effect():
    assert {name for name, rule in RULES.items() if rule.in_effect} == OPEN | IN_EFFECT


def test_only_the_open_types_are_about_one_contact():
    assert {name for name, rule in RULES.items() if rule.about_contact} == OPEN


def test_the_sources_of_ours_are_pinned():
    """R33."""
    assert OUR_SOURCES == ("/v1/", "/imports/", "/hub", "/cli")


@pytest.mark.parametrize("source", ["/v1/public/track/users/", "/imports/0190", "/hub", "/cli"])
def test_our_own_doors_are_ours(source):
    assert is_ours(source)


@pytest.mark.parametrize("source", ["https://shop.example/v1/", "v1/", "urn:x:/cli", "/other"])
def test_other_sources_are_anybodys(source):
    assert not is_ours(source)
