"""Likely duplicates in the hub: a pair at a time, merged by one key (R33)."""

import pytest

from tests.examples import ASHA, GAVIN, MEERA, RAVI


@pytest.fixture
def pairs(world):
    """Two pairs: Gavin twice by email, Asha twice by name and city."""
    world.track(phone=GAVIN, name="Gavin", email="gavin@example.com")
    world.track(phone=ASHA, name="Asha", city="Pune")
    world.track(phone=RAVI, name="G Roberts", email="GAVIN@example.com")
    world.track(phone=MEERA, name="asha", city="Pune")
    world.settle()
    return world


@pytest.mark.usefixtures("pairs")
def test_a_pair_stands_side_by_side_with_why_and_the_next_is_a_link_away(browser):
    first = browser.open("/duplicates")
    assert "Both have the email GAVIN@example.com" in first.text
    assert "What would be left" in first.text
    assert first.running == []
    (following,) = [link for link in first.links if link.startswith("/duplicates?")]
    assert "Both have the name, in the same area: asha" in browser.open(following).text
    assert "/duplicates" in browser.open("/contacts").links


def test_merged_pairs_lead_to_the_next_until_there_is_none(browser, pairs):
    for merged in ((GAVIN, RAVI), (ASHA, MEERA)):
        page = browser.open("/duplicates")
        fields = page.fields
        one = pairs.contact(merged[0])["id"]
        sent = {name: fields[name] for name in ("with", "why", "next", "based_on")}
        answer = browser.send(f"/contacts/{one}/merge", sent)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/duplicates")
        pairs.settle()
        assert pairs.contact(merged[1])["id"] == one
    assert "Nobody looks like somebody else" in browser.open("/duplicates").text


@pytest.mark.usefixtures("pairs")
def test_whoever_may_only_look_sees_them_and_which_right_it_needs(make_browser, keys):
    reader = make_browser()
    reader.sign_in(keys.create("reader", ["read"], by="tests")[1])
    assert "needs “" in reader.open("/duplicates").text


def test_an_address_that_is_spoilt_begins_anew(browser, pairs):
    pairs.settle()
    assert "Both have the email" in browser.open("/duplicates?cursor=x").text
