"""Saved views: the list under a name, opened again as it was saved, and never changed by itself."""

import pytest

from tests.examples import ASHA, GAVIN


@pytest.fixture
def some(world):
    world.track(phone=GAVIN, name="Gavin Roberts", city="Pune")
    world.track(phone=ASHA, name="Asha Rao", city="Goa")
    world.settle()
    return world


def saved(browser, name="Pune", query="where=city%3DPune&sort=created", **fields):
    """Save a view of a list; the address that it leads to."""
    answer = browser.send(f"/contacts/views?{query}", {"name": name, "column": ["name", "city"], **fields})
    assert answer.status_code == 303
    return answer.headers["Location"]


pytestmark = pytest.mark.usefixtures("some")


def test_a_view_opens_the_list_as_it_was_saved_from_the_sidebar(browser):
    address = saved(browser)
    page = browser.open(address)
    assert "Gavin Roberts" in page.text
    assert "Asha Rao" not in page.text
    assert address in browser.open("/help").links
    assert "Unsaved changes" not in page.text


def test_a_changed_view_says_so_and_is_saved_only_when_somebody_says_so(browser):
    address = saved(browser)
    id = address.partition("view=")[2]
    changed = browser.open(f"{address}&where=city%3DGoa")
    assert "Unsaved changes" in changed.text
    assert "Asha Rao" in changed.text
    assert "Gavin Roberts" in browser.open(address).text
    browser.send(f"/contacts/views?view={id}&where=city%3DGoa", {"view": id, "as": "same"})
    assert "Asha Rao" in browser.open(address).text


def test_a_view_whose_last_filter_is_taken_away_is_a_changed_one(browser):
    address = saved(browser, query="where=city%3DPune")
    (without,) = [
        link for link in browser.open(address).links if "q=" in link and "view=" in link and "where" not in link
    ][:1]
    page = browser.open(without)
    assert "Unsaved changes" in page.text
    assert "Asha Rao" in page.text


def test_what_is_not_shared_is_seen_by_nobody_else_and_what_is_shared_is_changed_by_nobody_else(
    browser, make_browser, keys
):
    own, shared = saved(browser, "mine"), saved(browser, "ours", shared="yes")
    other = make_browser()
    other.sign_in(keys.create("meera", ["read"], by="tests")[1])
    links = other.open("/help").links
    assert shared in links
    assert own not in links
    id = shared.partition("view=")[2]
    other.send(f"/contacts/views/{id}/remove")
    assert "view was saved by asha" in other.open("/help").text
    assert "Remove ours" in browser.open(shared).text


def test_a_name_is_used_once_and_what_was_chosen_stays_in_the_address(browser):
    saved(browser)
    address = saved(browser, query="where=city%3DGoa")
    page = browser.open(address)
    assert "you have a view called 'Pune'".casefold() in page.text.casefold()
    assert "Asha Rao" in page.text


def test_a_removed_view_is_gone_and_the_contacts_stay(browser):
    address = saved(browser)
    browser.send(f"/contacts/views/{address.partition('view=')[2]}/remove")
    assert "Gavin Roberts" in browser.open(address).text
    assert address not in browser.open("/help").links
