"""Erasing many people in the hub: from the list, with the exact number, a reason and a typed word."""

import pytest

from tests.examples import ASHA, GAVIN
from tests.service.api.test_bulk_erasing import everything_running
from tests.shipped import eventually

PUNE = "/erasures?where=city%3DPune"
FORM = {"reason": "contract has ended", "keep_out": "on"}


@pytest.fixture(autouse=True)
def people(world):
    world.track(phone=GAVIN, name="Gavin Roberts", city="Pune")
    world.track(user_id="pune-2", city="Pune")
    world.track(phone=ASHA, name="Asha", city="Goa")
    world.settle()


def shows(browser, address, text):
    """The page, once it says so."""

    def look():
        page = browser.open(address)
        return page if text in page.text else None

    return eventually(look, text)


def counted(browser):
    """The address of an erasure whose people are counted; everything runs."""
    address = browser.send(PUNE, FORM).headers["Location"]
    shows(browser, address, "would be erased, for good")
    return address


def test_the_list_leads_there_only_where_somebody_is_chosen(browser):
    assert "/erasures/new?where=city%3DPune" in browser.open("/contacts?where=city%3DPune").links
    assert not any("/erasures/new" in link for link in browser.open("/contacts").links)
    page = browser.open("/erasures/new")
    assert ("Nobody is chosen" in page.text, 'name="reason"' in page.html) == (True, False)
    assert browser.send("/erasures", FORM).status_code == 422


def test_rows_that_are_ticked_lead_there_too(browser, world):
    ids = [contact["id"] for contact in world.contacts() if contact["phone"] != ASHA]
    page = browser.open(f"/contacts/ticked?do=erase&contact={ids[0]}&contact={ids[1]}")
    assert "Erase 2 contacts" in page.text


def test_the_form_says_the_number_and_keeps_out_unless_the_mark_is_taken_away(browser):
    page = browser.open("/erasures/new?where=city%3DPune")
    assert (page.status, page.running) == (200, [])
    assert "Erase 2 contacts" in page.text
    assert 'name="keep_out" aria-describedby="keep-out-hint" checked' in page.html
    assert browser.send(PUNE, {"reason": " "}).status_code == 422


def test_they_are_erased_once_the_word_is_typed_and_the_page_is_the_receipt(browser, world):
    with everything_running(world):
        address = counted(browser)
        page = browser.open(address)
        assert "2 contacts would be erased, for good" in page.text
        refused = browser.send(f"{address}/confirm", {"contacts": "2", "word": "erase"})
        assert (refused.status_code, "Type ERASE" in refused.text) == (422, True)
        other = browser.send(f"{address}/confirm", {"contacts": "3", "word": "ERASE"})
        assert other.status_code == 303
        assert "2 contacts were counted, and 3 are confirmed" in browser.open(address).text
        assert len(world.contacts()) == 3
        assert browser.send(f"{address}/confirm", {"contacts": "2", "word": "ERASE"}).status_code == 303
        page = shows(browser, address, "2 contacts are erased")
    assert "service.db" in page.text
    assert "Not in our hands" in page.text
    assert page.running == []
    assert [contact["phone"] for contact in world.contacts()] == [ASHA]
    assert "contract has ended" in browser.open("/erasures").text
    assert (
        "asked to be forgotten" in browser.send("/contacts/new", {"country_code": "91", "phone_number": GAVIN[3:]}).text
    )


def test_one_can_be_cancelled_before_anybody_is_erased(browser, world):
    with everything_running(world):
        address = counted(browser)
        browser.send(f"{address}/cancel")
    page = browser.open(address)
    assert "Nobody was erased" in page.text
    assert len(world.contacts()) == 3


def test_a_reason_that_names_somebody_is_told_on_the_page(browser, world):
    with everything_running(world):
        address = browser.send(PUNE, {"reason": "as Gavin asked"}).headers["Location"]
        shows(browser, address, "the reason has the name of the person")
    assert len(world.contacts()) == 3


def test_who_may_not_erase_sees_which_right_it_needs(make_browser, keys):
    reader = make_browser()
    reader.sign_in(keys.create("meera", ["read"], by="tests")[1])
    assert "Forget people" in reader.open("/contacts?where=city%3DPune").text
    assert reader.send(PUNE, FORM).status_code == 403
    assert reader.open("/erasures").status == 403


def test_an_unknown_one_is_not_found(browser):
    assert browser.open("/erasures/0").status == 404
