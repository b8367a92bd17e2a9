"""A change of many contacts in the hub: the exact number before, the second yes, Undo after."""

import pytest

from service.wiring.imports import importing
from tests.examples import ASHA, GAVIN, RAVI


@pytest.fixture
def some(world):
    world.track(phone=GAVIN, city="Pune", whatsapp_opted=False)
    world.track(phone=ASHA, city="Pune")
    world.track(phone=RAVI, city="Goa")
    world.settle()
    return world


def work(world, address):
    with importing(world.deployment) as importer:
        importer.go_on(address.rpartition("/")[2], lambda *_: None)
    world.settle()


def asked(browser, world, **fields):
    """A change of those in Pune that was checked; its address."""
    answer = browser.send("/edits?where=city%3DPune", fields)
    assert answer.status_code == 303
    work(world, answer.headers["Location"])
    return answer.headers["Location"]


def test_the_list_leads_to_a_change_of_all_that_it_shows_with_their_number(browser, some):
    page = browser.open("/contacts?where=city%3DPune")
    assert "/edits/new?where=city%3DPune" in page.links
    assert "Change all 2" in page.text
    address = asked(browser, some, tags="vip, diwali", field="city", how="set", value="Mumbai")
    checked = browser.open(address)
    assert "2 chosen = 2 would change + 0 had it already" in checked.text
    assert "Change 2 contacts" in checked.text


def test_a_change_is_made_and_taken_back(browser, some):
    address = asked(browser, some, tags="vip")
    browser.send(f"{address}/confirm")
    work(some, address)
    assert "2 chosen = 2 changed" in browser.open(address).text
    assert some.contact(GAVIN)["tags"] == ["vip"]
    browser.send(f"{address}/undo", {"reason": "wrong people"})
    some.settle()
    assert "This change is undone" in browser.open(address).text
    assert some.contact(GAVIN)["tags"] == []
    assert "tag vip" in browser.open("/edits").text


def test_who_said_no_to_whatsapp_is_counted_and_opted_in_only_after_a_second_yes(browser, some):
    address = asked(browser, some, field="whatsapp_opted", how="set", value="yes")
    page = browser.open(address)
    assert page.text.startswith("WhatsApp Opted set")
    assert "1 person said no to WhatsApp, and would be opted in" in page.text
    assert "I have their consent" in page.text
    assert "2 chosen = 1 would change + 0 had it already + 1 left out" in page.text
    assert "Change 1 contact They have agreed since" in page.text
    assert "Change 2 contacts, and opt 1 in" in page.text
    browser.send(f"{address}/confirm", {"opt_in": "consent"})
    work(some, address)
    assert some.contact(GAVIN)["traits"]["whatsapp_opted"] is True


@pytest.mark.usefixtures("some")
def test_what_is_wrong_is_said_and_what_was_typed_stays(browser):
    answer = browser.send("/edits?where=city%3DPune", {"field": "whatsapp_opted", "how": "set", "value": "maybe"})
    assert answer.status_code == 422
    assert "must be TRUE or FALSE" in answer.text
    assert 'value="maybe"' in answer.text
    assert "Say what is to change" in browser.send("/edits", {}).text


@pytest.mark.usefixtures("some")
def test_who_may_not_upload_and_undo_is_told_which_right_it_needs(make_browser, keys):
    browser = make_browser()
    browser.sign_in(keys.create("may see", ["read"], by="tests")[1])
    assert "/edits/new" not in browser.open("/contacts").links
    assert "“Upload and undo”" in browser.open("/edits/new").text


def test_a_change_that_is_not_there_is_404(browser):
    assert browser.open("/edits/0").status == 404
