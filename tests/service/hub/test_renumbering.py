"""A number changed in the hub: what would be left is shown before anything is done (R33)."""

import pytest

from tests.examples import ASHA, GAVIN, RAVI
from tests.service.api.test_rejected import settling
from tests.service.hub.conftest import BOXES, confirmed, fields_of, forms


@pytest.fixture
def gavin(world):
    """His id."""
    world.track(phone=GAVIN, name="Gavin", city="Pune", whatsapp_opted=True)
    world.settle()
    return world.contact(GAVIN)["id"]


def typed(phone, **more):
    return {"country_code": phone[:3], "phone_number": phone[3:], **more}


def changed(browser, id, phone, **more):
    """The answer to a number changed as the page showed it."""
    return confirmed(browser, f"/contacts/{id}/renumber", f"?country_code=91&phone_number={phone[3:]}", **more)


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
    answer = changed(browser, gavin, RAVI, why="a new phone")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/contacts/{gavin}")
    world.settle()
    page = browser.open(f"/contacts/{gavin}")
    assert "Phone number changed" in page.text
    assert "a new phone" in page.text
    assert "Formerly +91 99675 36783" in " ".join(page.text.split())
    assert "Also found by" not in page.text
    assert confirmed(browser, f"/contacts/{gavin}/split").status_code == 303
    world.settle()
    assert world.contact(GAVIN)["phone"] == GAVIN


def test_of_several_changed_numbers_the_one_to_take_back_is_chosen_by_its_number(browser, world, gavin):
    for phone in (RAVI, ASHA):
        changed(browser, gavin, phone)
        world.settle()
    page = browser.open(f"/contacts/{gavin}/split")
    assert page.text.count("A number that was not used since") == 2
    assert "+91 98200 98200" in page.text
    *_, last = [link for link in page.links if link.endswith("/split")]
    shown = browser.open(last).text
    assert "Take this back?" in shown
    assert "The phone is +91 98330 98330 again. Nobody has used +91 98200 98200 since" in shown
    confirmed(browser, last)
    world.settle()
    assert world.contact(GAVIN)["phone"] == RAVI


def test_consent_moves_with_the_box_alone(browser, world, gavin):
    assert (
        "I have their consent"
        in browser.open(f"/contacts/{gavin}/renumber?country_code=91&phone_number={RAVI[3:]}").text
    )
    changed(browser, gavin, RAVI)
    world.settle()
    assert "whatsapp_opted" not in world.contact(RAVI)["traits"]
    confirmed(browser, f"/contacts/{gavin}/split")
    world.settle()
    changed(browser, gavin, RAVI, allow_opt_in="on")
    world.settle()
    assert world.contact(RAVI)["traits"]["whatsapp_opted"] is True


def test_the_old_number_can_begin_a_new_contact(browser, world, gavin):
    assert "old_begins_anew" in browser.open(f"/contacts/{gavin}/renumber?country_code=91&phone_number={RAVI[3:]}").html
    changed(browser, gavin, RAVI, old_begins_anew="on")
    world.track(phone=GAVIN, name="Somebody else")
    world.settle()
    text = " ".join(browser.open(f"/contacts/{gavin}").text.split())
    assert "Formerly +91 99675 36783 (given up)" in text
    assert world.contact(GAVIN)["traits"]["name"] == "Somebody else"


def shown_fields(browser, id, phone):
    """What the form of the page holds that shows what would be left."""
    page = browser.open(f"/contacts/{id}/renumber?country_code=91&phone_number={phone[3:]}")
    fields = fields_of(page, f"/contacts/{id}/renumber")
    return {name: value for name, value in fields.items() if name not in BOXES}


def test_whoever_came_by_the_number_since_is_shown_before_anything_is_done(browser, world, gavin, as_page):
    fields = shown_fields(browser, gavin, RAVI)
    world.track(phone=RAVI, name="Ravi", city="Agra")
    world.settle()
    page = as_page(browser.send(f"/contacts/{gavin}/renumber", {**fields, "why": "a new phone"}))
    assert page.status == 409
    assert "Something has changed since you looked, so nothing was done." in page.text
    assert "Has this number: Ravi" in page.text
    world.settle()
    assert [one["phone"] for one in world.contacts()] == [GAVIN, RAVI]
    anew = fields_of(page, f"/contacts/{gavin}/renumber")
    assert anew["why"] == "a new phone"
    with settling(world):
        assert browser.send(f"/contacts/{gavin}/renumber", anew).status_code == 303
    assert (world.contact(RAVI)["id"], world.contact(GAVIN)["traits"]["city"]) == (gavin, "Agra")


@pytest.mark.parametrize("is_appended", [True, False])
def test_what_came_in_since_is_shown_before_anything_is_done(browser, world, gavin, as_page, is_appended):
    """Also where it is still on its way when the form comes: the append refuses the order then."""
    fields = shown_fields(browser, gavin, RAVI)
    world.track(phone=GAVIN, city="Goa")
    if is_appended:
        world.settle()
    with settling(world):
        page = as_page(browser.send(f"/contacts/{gavin}/renumber", fields))
    assert (page.status, "since you looked" in page.text) == (409, True)
    world.settle()
    assert world.contact(GAVIN)["phone"] == GAVIN


@pytest.mark.parametrize("lacking", ["based_on", "absorbed"])
def test_a_form_that_does_not_say_what_was_shown_only_shows_it(browser, world, gavin, lacking):
    fields = shown_fields(browser, gavin, RAVI)
    del fields[lacking]
    assert browser.send(f"/contacts/{gavin}/renumber", fields).status_code == 409
    world.settle()
    assert world.contact(GAVIN)["phone"] == GAVIN


def test_the_notice_takes_the_change_back_at_once(browser, world, gavin):
    with settling(world):
        changed(browser, gavin, RAVI)
        page = browser.open(f"/contacts/{gavin}")
        (way_back,) = [at for at in forms(page) if at.endswith("/split")]
        assert browser.send(way_back, fields_of(page, way_back)).status_code == 303
    assert world.contact(GAVIN)["phone"] == GAVIN


def test_the_notice_shows_first_what_was_said_since(browser, world, gavin, as_page):
    with settling(world):
        changed(browser, gavin, RAVI)
    page = browser.open(f"/contacts/{gavin}")
    (way_back,) = [at for at in forms(page) if at.endswith("/split")]
    world.track(phone=RAVI, city="Goa")
    world.settle()
    shown = as_page(browser.send(way_back, fields_of(page, way_back)))
    assert (shown.status, "since you looked" in shown.text) == (409, True)
    assert "Make two contacts of this one?" in shown.text


def test_a_reason_with_the_persons_name_comes_back_as_it_was_typed(browser, gavin):
    answer = changed(browser, gavin, RAVI, why="Gavin called")
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
