"""A contact is added by hand: by the events of a track call, once, and whoever is known is opened instead (R25)."""

from dataclasses import replace

import pytest

from service.deployment.tables.scopes import SCOPES
from service.wiring.api import hub, services
from tests.examples import ASHA, GAVIN
from tests.service.api.test_new_contact import settling
from tests.service.hub.conftest import Browser, fields_of

NEW = "/contacts/new"


@pytest.fixture
def form(world, browser):
    """The form as it is opened, in a ledger that has nobody yet."""
    world.settle()
    return fields_of(browser.open(NEW), NEW)


def add(world, browser, fields):
    with settling(world):
        return browser.send(NEW, fields)


def test_a_contact_is_added_and_its_page_opens(world, browser, form):
    assert form["country_code"] == "+91"
    further = {"field": ["City", "points"], "type": ["", "number"], "value": ["Pune", "7"]}
    typed = {"phone_number": " 99675-36783 ", "name": "Gavin", "tags": "vip, new customer"}
    answer = add(world, browser, {**form, **typed, **further})
    contact = world.contact(GAVIN)
    assert answer.headers["Location"] == f"/contacts/{contact['id']}"
    assert contact["traits"] == {"name": "Gavin", "city": "Pune", "points": 7}
    assert contact["tags"] == ["vip", "new customer"]
    assert [(entry.type, entry.source) for entry in world.entries()] == [("UserTracked", "/hub"), ("TagsAdded", "/hub")]
    assert "Contact added." in browser.open(answer.headers["Location"]).text


def test_a_user_id_alone_is_enough(world, browser, form):
    assert add(world, browser, {**form, "user_id": "u-7"}).status_code == 303
    assert world.contact("u-7")["phone"] is None


def test_who_is_known_is_opened_and_not_changed(world, browser, form):
    world.track(phone=GAVIN, city="Pune")
    world.settle()
    answer = add(world, browser, {**form, "phone_number": "9967536783", "name": "Somebody"})
    page = browser.open(answer.headers["Location"])
    assert "This phone is already known: nothing was changed." in page.text
    assert world.contact(GAVIN)["traits"] == {"city": "Pune"}


def test_a_double_click_adds_one(world, browser, form):
    fields = {**form, "user_id": "u-7", "tags": "vip"}
    with settling(world):
        first, second = (browser.send(NEW, fields) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert len(world.entries()) == 1


def test_a_form_that_was_sent_before_with_something_else_says_so_and_can_be_sent_again(world, browser, form, as_page):
    add(world, browser, {**form, "user_id": "u-7"})
    answer = add(world, browser, {**form, "user_id": "u-8"})
    assert answer.status_code == 409
    again = fields_of(as_page(answer), NEW)
    assert (again["user_id"], again["once"] == form["once"]) == ("u-8", False)
    add(world, browser, again)
    assert world.contact("u-8")


def test_all_faults_stand_beside_their_fields_at_once_and_what_was_typed_stays(world, browser, form):
    typed = {
        "phone_number": "12",
        "name": "A\x07sha",
        "tags": "x" * 101,
        "field": ["points", "Phone"],
        "type": ["number", ""],
        "value": ["seven", "1"],
    }
    answer = browser.send(NEW, {**form, **typed})
    assert answer.status_code == 422
    text = answer.text.replace("&#39;", "'")
    for field in ("phone_number", "name", "tags", "field-0", "field-1"):
        assert f'id="{field}-fault"' in text
    assert all(one in text for one in ("12", "x" * 101, "seven"))
    assert world.entries() == []


def test_nobody_is_added_without_saying_who(browser, form):
    answer = browser.send(NEW, {**form, "name": "Asha"})
    assert answer.status_code == 422
    assert "Say who it is" in answer.text
    assert 'value="Asha"' in answer.text


def test_a_user_id_of_a_contact_with_another_phone_leads_there(world, browser, form):
    world.track(phone=ASHA, user_id="u-9")
    world.settle()
    answer = browser.send(NEW, {**form, "phone_number": "9967536783", "user_id": "u-9"})
    assert answer.status_code == 409
    assert f'href="/contacts/{world.contact("u-9")["id"]}"' in answer.text


def test_one_more_field_keeps_what_was_typed(browser, form, as_page):
    typed = {"phone_number": "99", "field": "City", "type": "", "value": "Pune", "more": "1"}
    page = as_page(browser.send(NEW, {**form, **typed}))
    assert page.html.count('name="field"') == 2
    assert 'value="City"' in page.html
    assert 'value="99"' in page.html


def test_one_that_takes_long_says_so_and_opens_when_it_is_there(world, clock, keys):
    world.settle()
    parts = services(world.deployment, clock)
    parts = replace(parts, consistency=replace(parts.consistency, seconds=0.0))
    browser = Browser(hub(world.deployment, parts))
    browser.sign_in(keys.create("ravi", SCOPES, by="tests")[1])
    answer = browser.send(NEW, {**fields_of(browser.open(NEW), NEW), "user_id": "u-7"})
    assert "Saving…" in browser.get(answer.headers["Location"]).text
    world.settle()
    assert "Contact added." in browser.open(answer.headers["Location"]).text


def test_only_who_may_change_contacts_can_add_one(world, make_browser, keys):
    world.settle()
    browser = make_browser()
    browser.sign_in(keys.create("reader", ["read"], by="tests")[1])
    assert browser.get(NEW).status_code == 403
    assert "needs “Change”" in browser.open("/contacts").text
