"""A list is there before its total where that takes long to count; the total comes in the same places."""

from dataclasses import replace

import pytest

from service.deployment.tables.scopes import SCOPES
from service.queries.lists.indexing import Indexing
from service.queries.lists.list import Lists
from service.wiring.api import hub, services
from tests.service.hub.conftest import Browser

PEOPLE = 400


@pytest.fixture
def browser(world, clock, keys):
    """A browser at a hub that waits for no total, in a ledger with more people than one page has."""
    for number in range(PEOPLE):
        world.track(phone=f"+9199675{number:05}", city="Pune" if number < 100 else "Agra")
    world.settle()
    made = services(world.deployment, clock)
    lists = Lists(made.readers, made.named_once, made.days, Indexing(made.readers.states), count_seconds=0.0)
    signed_in = Browser(hub(world.deployment, replace(made, lists=lists)))
    signed_in.sign_in(keys.create("asha", SCOPES, by="tests")[1])
    return signed_in


def test_a_list_whose_total_takes_long_comes_with_its_rows_and_asks_for_the_total(browser):
    page = browser.open("/contacts?where=city%3DPune")
    assert page.html.count('<tr id="c-') == 50
    assert "counting…" in page.html
    assert 'hx-get="/contacts/total?where=city%3DPune&amp;rows=50"' in page.html
    assert "Change all" in page.texts
    assert "50 shown" in page.text


def test_the_total_comes_into_every_place_of_the_list_that_lacked_it(browser):
    part = browser.open("/contacts/total?where=city%3DPune&rows=50")
    assert (part.status, part.running) == (200, [])
    assert "100 match" in part.text
    assert "50 shown of 100" in part.text
    assert "Change all 100" in part.texts
    assert "Change all 100 of this filter" in part.texts
    assert part.html.count('hx-swap-oob="outerHTML"') == 4


def test_a_total_that_was_counted_once_is_there_at_once_until_something_changes(browser, world):
    browser.open("/contacts/total?where=city%3DPune&rows=50")
    assert "100 match" in browser.open("/contacts?where=city%3DPune").text
    world.track(phone="+919967599999", city="Pune")
    world.settle()
    assert "counting…" in browser.open("/contacts?where=city%3DPune").html


def test_without_scripts_a_link_has_the_total_counted(browser):
    page = browser.open("/contacts?where=city%3DPune")
    (link,) = [one for one in page.links if "total=wait" in one]
    assert "100 match" in browser.open(link.replace("&amp;", "&")).text


def test_a_list_of_nobody_says_so_at_once(browser):
    page = browser.open("/contacts?where=city%3DGoa")
    assert "No contact fits" in page.text
    assert "counting…" not in page.html


def test_who_may_not_change_contacts_is_given_the_total_alone(browser, keys):
    browser.send("/sign-out")
    browser.sign_in(keys.create("reader", ["read"], by="tests")[1])
    part = browser.open("/contacts/total?where=city%3DPune&rows=50")
    assert "100 match" in part.text
    assert "Change" not in part.text


@pytest.mark.parametrize("asked", ["where=city", "sort=nothing", "as_of=never"])
def test_a_total_of_a_list_that_is_not_possible_is_left_to_the_page_to_explain(browser, asked):
    assert browser.get(f"/contacts/total?{asked}").status_code == 204
