"""Fields that are added to a contact, and which of them a person has in front (R26)."""

import re

import pytest

from tests.examples import ASHA, GAVIN
from tests.service.api.test_new_contact import settling
from tests.service.hub.conftest import fields_of
from tests.service.hub.edited import traits


@pytest.fixture
def gavin(world):
    world.track(phone=GAVIN, name="Gavin", city="Pune", points=7, visited="2026-11-22T10:00:00Z", likes=["tea", 3])
    world.settle()
    return f"/contacts/{world.contact(GAVIN)['id']}"


def test_a_new_field_is_added_and_a_text_that_is_a_date_is_one(world, browser, gavin):
    fields = fields_of(browser.open(f"{gavin}?add=1"), f"{gavin}/fields")
    with settling(world):
        browser.send(f"{gavin}/fields", {**fields, "name": " Anniversary ", "type": "text", "value": "2020-02-29"})
    assert traits(world)["Anniversary"] == "2020-02-29"
    assert fields_of(browser.open(f"{gavin}?edit=Anniversary"), f"{gavin}/edit")["kind"] == "datetime"


def test_a_field_that_is_nearly_there_is_asked_about(world, browser, gavin, as_page):
    world.track(phone=ASHA, **{"Pin Code": "411004"})
    world.settle()
    fields = {**fields_of(browser.open(f"{gavin}?add=1"), f"{gavin}/fields"), "name": "pin_code", "value": "411001"}
    answer = browser.send(f"{gavin}/fields", fields)
    assert answer.status_code == 409
    assert "Did you mean Pin Code ?" in as_page(answer).text
    for use in ("Pin Code", "pin_code"):
        with settling(world):
            browser.send(f"{gavin}/fields", {**fields, "use": use})
        assert traits(world)[use] == "411001"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": "City", "value": "Goa"}, "is there already, with the value “Pune”"),
        ({"name": "Phone Number", "value": "1"}, "cannot be changed"),
        ({"name": "tags", "value": "x"}, "Tags have a form of their own"),
        ({"name": " ", "value": "x"}, "name is blank"),
        ({"name": "points2", "value": " "}, "value is missing"),
        ({"name": "points2", "type": "number", "value": "x"}, "is no number"),
    ],
)
def test_a_new_field_that_cannot_be_says_why_and_keeps_what_was_typed(world, browser, gavin, typed, said):
    fields = fields_of(browser.open(f"{gavin}?add=1"), f"{gavin}/fields")
    answer = browser.send(f"{gavin}/fields", {**fields, **typed})
    assert (answer.status_code, said in answer.text.replace("&#39;", "'")) == (422, True)
    assert typed["value"].strip() in answer.text
    assert traits(world)["city"] == "Pune"


def _names(page):
    return re.findall(r'<div class="field" id="f-([^"]+)"', page.html.partition('<details class="rest"')[0])


def test_each_person_chooses_which_fields_stand_first_and_no_data_changes(world, browser, make_browser, keys, gavin):
    before = len(world.entries())
    fields = {"order": ["points", "city", "name", "phone"], "shown": ["city", "points", "phone"]}
    browser.send(f"{gavin}/arrange", {**fields, "move": "city:up"})
    assert _names(browser.open(gavin)) == ["city", "points", "phone"]
    browser.send(f"{gavin}/arrange", {**fields, "move": "points:down"})
    assert _names(browser.open(gavin)) == ["city", "points", "phone"]
    other = make_browser()
    other.sign_in(keys.create("ravi", ["read"], by="tests")[1])
    assert "name" in _names(other.open(gavin))
    browser.send(f"{gavin}/arrange", {**fields, "reset": "1"})
    assert "name" in _names(browser.open(gavin))
    assert len(world.entries()) == before
