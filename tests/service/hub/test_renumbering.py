"""A number changed in the hub: what would be left is shown before anything is done (R33)."""

import pytest

from tests.examples import ASHA, GAVIN, RAVI


@pytest.fixture
def gavin(world):
    """His id."""
    world.track(phone=GAVIN, name="Gavin", city="Pune", whatsapp_opted=True)
    world.settle()
    return world.contact(GAVIN)["id"]


def typed(phone, **more):
    return {"country_code": phone[:3], "phone_number": phone[3:], **more}


def test_the_lock_of_the_phone_leads_to_a_page_that_shows_what_would_be_left(browser, world, gavin):
    world.track(phone=ASHA, name="Asha")
    world.settle()
    assert f"/contacts/{gavin}/renumber" in browser.open(f"/contacts/{gavin}").links
    assert "New phone number" in browser.open(f"/contacts/{gavin}/renumber").text
    page = browser.open(f"/contacts/{gavin}/renumber?country_code=91&phone_number=98200%2098200")
    assert "Has this number: Asha" in page.text
    assert page.text.count("Pune") == 2
    assert page.running == []


def test_a_changed_number_shows_with_the_former_one_and_can_be_taken_back(browser, world, gavin):
    answer = browser.send(f"/contacts/{gavin}/renumber", typed(RAVI, why="a new phone"))
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/contacts/{gavin}")
    world.settle()
    page = browser.open(f"/contacts/{gavin}")
    assert "Phone number changed" in page.text
    assert "a new phone" in page.text
    assert "Formerly +91 99675 36783" in " ".join(page.text.split())
    assert "Also found by" not in page.text
    assert browser.send(f"/contacts/{gavin}/split", {}).status_code == 303
    world.settle()
    assert world.contact(GAVIN)["phone"] == GAVIN


def test_of_several_changed_numbers_the_one_to_take_back_is_chosen_by_its_number(browser, world, gavin):
    for phone in (RAVI, ASHA):
        browser.send(f"/contacts/{gavin}/renumber", typed(phone))
        world.settle()
    page = browser.open(f"/contacts/{gavin}/split")
    assert page.text.count("A number that was not used since") == 2
    assert "+91 98200 98200" in page.text
    *_, last = [link for link in page.links if link.endswith("/split")]
    assert "Take this back?" in browser.open(last).text
    browser.send(last, {})
    world.settle()
    assert world.contact(GAVIN)["phone"] == RAVI


def test_consent_moves_with_the_box_alone(browser, world, gavin):
    assert (
        "I have their consent"
        in browser.open(f"/contacts/{gavin}/renumber?country_code=91&phone_number={RAVI[3:]}").text
    )
    browser.send(f"/contacts/{gavin}/renumber", typed(RAVI))
    world.settle()
    assert "whatsapp_opted" not in world.contact(RAVI)["traits"]
    browser.send(f"/contacts/{gavin}/split", {})
    world.settle()
    browser.send(f"/contacts/{gavin}/renumber", typed(RAVI, allow_opt_in="on"))
    world.settle()
    assert world.contact(RAVI)["traits"]["whatsapp_opted"] is True


def test_the_old_number_can_begin_a_new_contact(browser, world, gavin):
    assert "old_begins_anew" in browser.open(f"/contacts/{gavin}/renumber?country_code=91&phone_number={RAVI[3:]}").html
    browser.send(f"/contacts/{gavin}/renumber", typed(RAVI, old_begins_anew="on"))
    world.track(phone=GAVIN, name="Somebody else")
    world.settle()
    text = " ".join(browser.open(f"/contacts/{gavin}").text.split())
    assert "Formerly +91 99675 36783 (given up)" in text
    assert world.contact(GAVIN)["traits"]["name"] == "Somebody else"


def test_a_reason_with_the_persons_name_comes_back_as_it_was_typed(browser, gavin):
    answer = browser.send(f"/contacts/{gavin}/renumber", typed(RAVI, why="Gavin called"))
    assert answer.status_code == 422
    assert 'value="Gavin called"' in answer.text


@pytest.mark.parametrize(("number", "told"), [("12", "is not a valid number"), (GAVIN[3:], "phone already")])
def test_what_cannot_be_said_where_it_was_typed(browser, gavin, number, told):
    page = browser.open(f"/contacts/{gavin}/renumber?country_code=91&phone_number={number}")
    assert page.status == 422
    assert told in page.text
    assert browser.send(f"/contacts/{gavin}/renumber", typed("+91" + number)).status_code == 422


def test_who_may_not_change_contacts_may_not_change_numbers(make_browser, keys, gavin):
    reader = make_browser()
    reader.sign_in(keys.create("reader", ["read"], by="tests")[1])
    assert f"/contacts/{gavin}/renumber" not in reader.open(f"/contacts/{gavin}").links
    assert reader.open(f"/contacts/{gavin}/renumber").status == 403
