"""Filters: chosen by the type of a field, written as conditions that mean just that, and said in words."""

import re
from urllib.parse import urlencode

import pytest

from service.hub.contacts.filters import CHOICES, Chosen, NotChosen, in_words
from tests.examples import ASHA, GAVIN, RAVI
from tests.service.hub.uploads import FILE


@pytest.fixture
def known(world):
    world.track(phone=GAVIN, name="Gavin", city="Pune", points=7, langs=["Hindi", "Tamil"], joined="2024-05-01")
    world.track(phone=ASHA, name="Asha", city="in:Goa, or so", points=12, langs=["Hindi"], whatsapp_opted=True)
    world.track(phone=RAVI, name="Ravi", city="Goa", joined="2025-01-01T12:00:00Z")
    world.tag("vip", "big, bold", phone=RAVI)
    world.tag("vip", phone=GAVIN)
    world.settle()
    return world


@pytest.fixture
def reader(known, browser):  # noqa: ARG001
    return browser


def _found(page):
    return {text for text in page.texts if text in {"Gavin", "Asha", "Ravi"}}


@pytest.mark.parametrize(
    ("field", "how", "given", "who", "said"),
    [
        ("city", "is", {"value": ["Pune"]}, {"Gavin"}, "City is Pune"),
        ("city", "is", {"value": ["Pune", "Goa"]}, {"Gavin", "Ravi"}, "City is Pune or Goa"),
        ("city", "is", {"value": ["in:Goa, or so"]}, {"Asha"}, "City is in:Goa, or so"),
        ("city", "is", {"value": ["in:Goa, or so", "Goa"]}, {"Asha", "Ravi"}, "City is in:Goa, or so or Goa"),
        ("city", "not", {"value": ["Pune", "Goa"]}, {"Asha"}, "City is none of Pune and Goa"),
        ("city", "contains", {"value": ["oa"]}, {"Asha", "Ravi"}, "City contains oa"),
        ("points", "between", {"value": ["7"], "to": "11"}, {"Gavin"}, "points is between 7 and 11"),
        ("points", ">=", {"value": ["12"]}, {"Asha"}, "points is at least 12"),
        ("points", "empty", {}, {"Ravi"}, "points is empty"),
        ("points", "any", {}, {"Gavin", "Asha"}, "points has a value"),
        ("whatsapp_opted", "yes", {}, {"Asha"}, "WhatsApp is opted in"),
        ("langs", "all", {"value": ["Hindi", "Tamil"]}, {"Gavin"}, "langs has Hindi and Tamil"),
        ("tags", "is", {"value": ["big, bold"]}, {"Ravi"}, "Tags has big, bold"),
        ("tags", "is", {"value": ["big, bold", "vip"]}, {"Ravi", "Gavin"}, "Tags has big, bold or vip"),
        ("tags", "all", {"value": ["big, bold", "vip"]}, {"Ravi"}, "Tags has big, bold and vip"),
        ("tags", "not", {"value": ["vip"]}, {"Asha"}, "Tags lacks vip"),
        ("joined", "days", {"value": ["2024-01-01"], "to": "2024-12-31"}, {"Gavin"}, "from 1 Jan 2024 to 31 Dec 2024"),
        ("joined", "today", {}, set(), "joined is today in any year"),
        ("joined", "week", {}, set(), "joined is this week in any year"),
        ("created_at", "last", {"days": "1"}, {"Gavin", "Asha", "Ravi"}, "Created is today"),
        ("modified_at", "days", {"value": ["2020-01-01"]}, set(), "Changed is on 1 Jan 2020"),
    ],
)
def test_a_filters_form_finds_who_is_meant_and_is_said_in_words(reader, field, how, given, who, said):
    page = reader.open("/contacts/filter?" + urlencode({"filter": field, "how": how, **given}, doseq=True))
    assert _found(page) == who
    assert said in page.text


def test_the_form_of_a_field_offers_what_its_type_can_be_asked(reader):
    page = reader.open("/contacts?where=city%3DGoa&filter=points")
    assert "is between" in page.text
    assert "contains" not in page.text
    assert page.fields["where"] == "city=Goa"
    assert _found(page) == {"Ravi"}


def test_the_form_of_tags_offers_those_that_there_are(reader):
    assert 'type="checkbox" name="value" value="big, bold"' in reader.open("/contacts?filter=tags").html


def test_a_form_that_lacks_a_value_says_so_and_keeps_the_filters(reader):
    page = reader.open("/contacts/filter?where=city%3DGoa&filter=points&how=between&value=5")
    assert "points is between …: choose or type what" in page.text
    assert 'value="5"' in page.html
    assert page.fields["where"] == "city=Goa"


def test_a_field_that_nobody_ever_had_names_the_nearest(reader):
    assert "did you mean points?" in reader.open("/contacts?where=pionts%3D5").text


def test_every_way_of_every_type_makes_a_condition_or_says_what_it_lacks():
    for type, ways in CHOICES.items():
        for how in ways:
            given = Chosen("points", type, how, ("1", "2"), "3", "4")
            assert in_words(given.condition()) != given.condition()
    with pytest.raises(NotChosen, match="say how many days"):
        Chosen("created_at", "recorded", "last").condition()


def test_the_form_of_a_text_offers_the_values_that_there_are_with_how_many_have_each(reader):
    page = reader.open("/contacts?filter=city")
    assert page.html.index('name="value" value="Goa"') < page.html.index('name="value" value="in:Goa, or so"')
    assert 'type="checkbox" name="value" value="Pune"' in page.html


def test_who_was_in_a_file_is_asked_for_by_its_name(desk):
    path = desk.checked(FILE)
    desk.run(path)
    id = path.rpartition("/")[2]
    page = desk.browser.open("/contacts?filter=import")
    assert f'<option value="{id}">october.csv' in page.html
    page = desk.browser.open(f"/contacts/filter?filter=import&how=from&value={id}")
    assert "from october.csv" in page.text
    page = desk.browser.open(f"/contacts?where=import%3D{id}&where=outcome%3Din%3Acreated%2Cupdated")
    assert "made or changed by it" in page.text
    page = desk.browser.open(f"/contacts/filter?filter=import&how=not&value={id}")
    assert "not from october.csv" in page.text


def test_the_fields_every_contact_can_have_are_offered_before_the_others(world, browser):
    world.track(phone=GAVIN, name="Gavin", city="Pune", Birthday="1990-10-31")
    world.settle()
    html = browser.open("/contacts").html
    offered = re.findall(r'<option value="([^"]+)"', html[html.index('label="Fields"') :].partition("</select>")[0])
    assert offered[:5] == ["user_id", "phone", "name", "email", "whatsapp_opted"]
    assert offered[-1] == "Birthday"
