"""Merge and split in the hub: both side by side before anything is done (R33)."""

import pytest

from tests.examples import ASHA, GAVIN, RAVI
from tests.service.api.test_rejected import settling
from tests.service.hub.conftest import confirmed, fields_of


def merged(browser, one, other, **more):
    """The answer to a merge as the page showed it."""
    return confirmed(browser, f"/contacts/{one}/merge", f"?with={other}", **more)


@pytest.fixture
def two(world):
    """The ids of Gavin and Asha."""
    world.track(phone=GAVIN, name="Gavin", city="Pune")
    world.track(phone=ASHA, name="Asha")
    world.settle()
    return world.contact(GAVIN)["id"], world.contact(ASHA)["id"]


def test_the_menu_leads_to_a_page_that_shows_both_and_what_is_left(browser, two):
    assert f"/contacts/{two[0]}/merge" in browser.open(f"/contacts/{two[0]}").links
    page = browser.open(f"/contacts/{two[0]}/merge?with=98200%2098200")
    assert "What is left" in page.text
    assert page.text.count("Pune") == 2
    assert f"/contacts/{two[1]}/merge?with={two[0]}" in page.links
    assert page.running == []


def test_a_confirmed_merge_shows_and_can_be_split_from_the_page(browser, world, two):
    answer = merged(browser, two[0], two[1], why="one person")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/contacts/{two[0]}")
    world.settle()
    page = browser.open(f"/contacts/{two[0]}")
    assert "Another contact was merged in" in page.text
    assert "Hub · asha : one person" in page.text
    assert f"/contacts/{two[0]}/split" in page.links
    shown = browser.open(f"/contacts/{two[0]}/split")
    assert "Make two contacts of this one?" in shown.text
    assert confirmed(browser, f"/contacts/{two[1]}/split", why="two people").status_code == 303
    world.settle()
    assert "Split from each other" in browser.open(f"/contacts/{two[1]}").text
    assert [world.contact(phone)["id"] for phone in (GAVIN, ASHA)] == [*two]


def test_somebody_who_is_not_found_is_said_where_it_was_typed(browser, two):
    page = browser.open(f"/contacts/{two[0]}/merge?with=nobody")
    assert page.status == 422
    assert "no contact is found by" in page.text.casefold()


def test_of_several_that_are_merged_one_is_to_be_chosen(browser, world, two):
    world.track(phone=RAVI, name="Ravi")
    world.settle()
    for other in (two[1], world.contact(RAVI)["id"]):
        merged(browser, two[0], other)
        world.settle()
    page = browser.open(f"/contacts/{two[0]}/split")
    assert "Which one is to be split off?" in page.text
    assert f"/contacts/{two[1]}/split" in page.links


def test_nobody_is_opted_in_without_the_box(browser, world):
    world.track(phone=GAVIN, whatsapp_opted=False)
    world.track(phone=ASHA, whatsapp_opted=True)
    world.settle()
    one, other = (world.contact(phone)["id"] for phone in (GAVIN, ASHA))
    assert "I have their consent" in browser.open(f"/contacts/{one}/merge?with={other}").text
    assert merged(browser, one, other).status_code == 409
    assert merged(browser, one, other, allow_opt_in="on").status_code == 303


def test_somebody_merged_elsewhere_since_does_not_bring_the_other_along(browser, world, two, as_page):
    world.track(phone=RAVI, name="Ravi")
    world.settle()
    ravi = world.contact(RAVI)["id"]
    fields = fields_of(browser.open(f"/contacts/{two[0]}/merge?with={ravi}"), f"/contacts/{two[0]}/merge")
    with settling(world):
        merged(browser, two[1], ravi)
    page = as_page(browser.send(f"/contacts/{two[0]}/merge", fields))
    assert (page.status, "since you looked" in page.text) == (409, True)
    assert "Merged in: Ravi" in page.text
    world.settle()
    assert {one["id"] for one in world.contacts()} == {*two}


def test_what_was_said_of_one_since_is_shown_before_they_are_merged(browser, world, two, as_page):
    address = f"/contacts/{two[0]}/merge"
    fields = fields_of(browser.open(f"{address}?with={two[1]}"), address)
    world.track(phone=ASHA, city="Goa")
    with settling(world):
        page = as_page(browser.send(address, fields))
    assert (page.status, "since you looked" in page.text, "Goa" in page.text) == (409, True, True)
    with settling(world):
        assert browser.send(address, fields_of(page, address)).status_code == 303
    assert world.contact(ASHA)["id"] == two[0]


def test_a_split_of_one_that_is_split_already_takes_no_other_off(browser, world, two, as_page):
    with settling(world):
        merged(browser, *two)
    fields = fields_of(browser.open(f"/contacts/{two[1]}/split"), f"/contacts/{two[1]}/split")
    with settling(world):
        confirmed(browser, f"/contacts/{two[1]}/split")
    world.track(phone=RAVI, name="Ravi")
    world.settle()
    with settling(world):
        merged(browser, two[1], world.contact(RAVI)["id"])
    page = as_page(browser.send(f"/contacts/{two[1]}/split", fields))
    assert (page.status, "since you looked" in page.text) == (409, True)
    world.settle()
    assert world.contact(RAVI)["id"] == two[1]


def test_who_may_not_change_contacts_may_not_merge_them(make_browser, keys, two):
    reader = make_browser()
    reader.sign_in(keys.create("reader", ["read"], by="tests")[1])
    assert reader.open(f"/contacts/{two[0]}/merge").status == 403


def test_the_phone_that_gave_way_is_told_and_found_by_a_search(browser, world, two):
    merged(browser, two[0], two[1])
    world.settle()
    assert "Also found by +91 98200 98200" in browser.open(f"/contacts/{two[0]}").text
    for text in ("98200%2098200", "%2B919820098200"):
        page = browser.open(f"/contacts?q={text}")
        assert f"/contacts/{two[0]}" in page.links
    assert "It finds a contact all the same" in page.text
