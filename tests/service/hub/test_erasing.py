"""Erasing a person in the hub: a reason, a typed word, and a receipt."""

from contextlib import closing

import pytest

from tests.examples import GAVIN
from tests.service.api.test_erasing import everything_running
from tests.service.imports.imported import WorldImports


@pytest.fixture
def gavin(world):
    world.track(phone=GAVIN, name="Gavin Roberts", city="Pune")
    world.settle()
    return world.contact(GAVIN)["id"]


def test_the_menu_of_a_contact_leads_to_the_page_that_erases(browser, gavin):
    assert f"/contacts/{gavin}/erase" in browser.open(f"/contacts/{gavin}").links
    page = browser.open(f"/contacts/{gavin}/erase")
    assert "from the log, the state and every file here, for good" in page.text
    assert page.running == []


def test_without_the_word_or_a_reason_nothing_is_erased(browser, world, gavin):
    page = browser.send(f"/contacts/{gavin}/erase", {"reason": "asked", "word": "erase"})
    assert page.status_code == 422
    assert "Type ERASE" in page.text
    page = browser.send(f"/contacts/{gavin}/erase", {"reason": " ", "word": "ERASE"})
    assert page.status_code == 422
    page = browser.send(f"/contacts/{gavin}/erase", {"reason": f"asked by {GAVIN}", "word": "ERASE"})
    assert page.status_code == 422
    assert "the reason names the person" in page.text
    world.settle()
    assert world.contact(GAVIN)["id"] == gavin


def test_the_receipt_names_the_places_and_the_page_says_when_by_whom_and_why(browser, world, gavin):
    with everything_running(world):
        page = browser.send(f"/contacts/{gavin}/erase", {"reason": "asked to be forgotten", "word": "ERASE"})
    assert page.status_code == 200
    assert "Contacts as they are now <" in page.text
    assert "Backups <" in page.text
    gone = browser.open(f"/contacts/{gavin}")
    assert gone.status == 410
    assert "by asha" in gone.text
    assert "asked to be forgotten" in gone.text
    assert "Gavin" not in gone.text


def test_who_may_not_erase_sees_which_right_it_needs(gavin, make_browser, keys):
    reader = make_browser()
    reader.sign_in(keys.create("meera", ["read"], by="tests")[1])
    page = reader.open(f"/contacts/{gavin}")
    assert "Forget people" in page.text
    assert reader.send(f"/contacts/{gavin}/erase", {"reason": "asked", "word": "ERASE"}).status_code == 403


def test_the_pages_of_an_import_are_there_after_somebody_with_a_rejected_row_was_erased(browser, world, gavin):
    with closing(WorldImports(world)) as imports:
        text = f"Name,Country Code,Phone Number\nGav1n,91,{GAVIN[3:]}\nR2D2,91,9833098330\n"
        id = imports.bring(text)["id"]
    with everything_running(world):
        browser.send(f"/contacts/{gavin}/erase", {"reason": "asked to be forgotten", "word": "ERASE"})
    assert browser.open(f"/imports/{id}").status == 200
    page = browser.open(f"/imports/{id}/rejected")
    assert (page.status, "R2D2" in page.html, "Gav1n" in page.html) == (200, True, False)


def test_a_person_is_kept_out_unless_the_mark_is_taken_away_and_is_let_in_again(browser, world, gavin):
    assert 'name="keep_out" aria-describedby="keep-out-hint" checked' in browser.open(f"/contacts/{gavin}/erase").html
    with everything_running(world):
        form = {"reason": "asked to be forgotten", "word": "ERASE", "keep_out": "on"}
        browser.send(f"/contacts/{gavin}/erase", form)
    add = {"country_code": "91", "phone_number": GAVIN[3:]}
    page = browser.send("/contacts/new", add)
    assert (page.status_code, "asked to be forgotten" in page.text) == (409, True)
    assert browser.send("/contacts/readmit", {"who": "+919833098330", "reason": "came back"}).status_code == 422
    with everything_running(world):
        page = browser.send("/contacts/readmit", {"who": GAVIN, "reason": "came back"})
        assert page.status_code in (200, 303)
        world.track(phone=GAVIN)
    world.settle()
    assert len(world.contacts()) == 1
