"""A contact is edited on its page, whole pages and forms: each edit is an event like any other (R26)."""

from dataclasses import replace

import pytest

from service.deployment.tables.scopes import SCOPES
from service.wiring.api import hub, services
from tests.examples import ASHA, GAVIN
from tests.service.api.test_new_contact import settling
from tests.service.hub.conftest import Browser, fields_of, forms
from tests.service.hub.edited import follow, save, traits

SAFE_SCOPES = [scope for scope in SCOPES if scope != "track"]


@pytest.fixture
def gavin(world):
    world.track(phone=GAVIN, name="Gavin", city="Pune", points=7, visited="2026-11-22T10:00:00Z", likes=["tea", 3])
    world.settle()
    return f"/contacts/{world.contact(GAVIN)['id']}"


def test_a_field_is_edited_and_the_page_says_from_what_to_what(world, browser, gavin):
    page = follow(browser, save(world, browser, gavin, "city", value="Mumbai"))
    assert traits(world)["city"] == "Mumbai"
    assert "City changed: Pune → Mumbai. Undo" in page.text


def test_an_edit_is_an_event_of_the_hub_that_names_the_person(world, browser, gavin):
    save(world, browser, gavin, "city", value="Mumbai")
    entry = world.entries()[-1]
    assert (entry.type, entry.source) == ("UserTracked", "/hub")
    assert b'"by":"asha"' in entry.value
    assert "City Mumbai Hub · asha" in browser.open(gavin).text


@pytest.mark.parametrize(
    ("field", "shown", "typed", "value"),
    [
        ("points", {"value": "7", "kind": "number"}, {"value": "1,234.5"}, 1234.5),
        ("visited", {"value": "2026-11-22", "time": "15:30"}, {"time": "16:00"}, "2026-11-22T10:30:00Z"),
        ("visited", {"kind": "datetime"}, {"time": ""}, "2026-11-22"),
        ("likes", {"value": "tea\n3"}, {"value": "3\r\n coffee \r\n\r\n"}, [3, "coffee"]),
        ("whatsapp_opted", {"value": "", "kind": "boolean"}, {"value": "yes"}, True),
        ("email", {"value": "", "kind": "text"}, {"value": "g@example.com"}, "g@example.com"),
    ],
)
def test_each_type_has_an_input_of_its_own(world, browser, gavin, field, shown, typed, value):
    fields = fields_of(browser.open(f"{gavin}?edit={field}"), f"{gavin}/edit")
    assert shown.items() <= fields.items()
    save(world, browser, gavin, field, **typed)
    assert traits(world)[field] == value


def test_a_long_text_has_several_lines(world, browser, gavin):
    world.track(phone=GAVIN, note="x" * 81)
    world.settle()
    assert fields_of(browser.open(f"{gavin}?edit=note"), f"{gavin}/edit")["value"] == "x" * 81
    assert "<textarea" in browser.open(f"{gavin}?edit=note").html


def test_what_was_not_touched_is_not_sent(world, browser, gavin):
    world.track(phone=GAVIN, visited="2026-11-22T10:00:00.123456789Z")
    world.settle()
    count = len(world.entries())
    page = follow(browser, save(world, browser, gavin, "visited"))
    assert "nothing was changed" in page.text
    assert len(world.entries()) == count


@pytest.mark.parametrize("typed", [{"clear": "1"}, {"value": ""}])
def test_a_value_can_be_cleared(world, browser, gavin, typed):
    save(world, browser, gavin, "city", **typed)
    assert "city" not in traits(world)


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("points", {"value": "seven"}, "“seven” is no number"),
        ("points", {"value": "99999999999999999999"}, "keep it as a text"),
        ("visited", {"value": "2026-02-30"}, "no date of the calendar"),
        ("visited", {"time": "25:00"}, "no time of day"),
        ("name", {"value": "Gavin\nRoberts"}, "control character"),
        ("city", {"value": "x" * 40_000}, "32 KiB"),
    ],
)
def test_what_cannot_be_saved_comes_back_with_why(world, browser, gavin, field, typed, said):
    count = len(world.entries())
    fields = fields_of(browser.open(f"{gavin}?edit={field}"), f"{gavin}/edit")
    answer = browser.send(f"{gavin}/edit", {**fields, **typed})
    assert answer.status_code == 422
    assert said in answer.text
    assert all(text in answer.text for text in typed.values())
    assert len(world.entries()) == count


def test_an_edit_is_taken_back_by_another_edit(world, browser, gavin):
    page = follow(browser, save(world, browser, gavin, "city", value="Mumbai"))
    with settling(world):
        answer = browser.send(f"{gavin}/undo", fields_of(page, f"{gavin}/undo"))
    assert "City changed: Mumbai → Pune." in follow(browser, answer).text
    assert traits(world)["city"] == "Pune"


def test_taking_back_what_somebody_changed_since_asks_first(world, browser, gavin):
    page = follow(browser, save(world, browser, gavin, "city", value="Mumbai"))
    world.track(phone=GAVIN, city="Goa")
    world.settle()
    answer = browser.send(f"{gavin}/undo", fields_of(page, f"{gavin}/undo"))
    assert answer.status_code == 412
    assert traits(world)["city"] == "Goa"
    assert "Save Pune over it" in answer.text


def test_an_edit_of_another_field_does_not_stand_in_the_way(world, browser, gavin):
    fields = fields_of(browser.open(f"{gavin}?edit=city"), f"{gavin}/edit")
    world.track(phone=GAVIN, points=8)
    world.settle()
    with settling(world):
        browser.send(f"{gavin}/edit", {**fields, "value": "Mumbai"})
    assert (traits(world)["city"], traits(world)["points"]) == ("Mumbai", 8)


def test_two_who_edit_one_field_are_told_of_each_other(world, browser, gavin, as_page):
    fields = fields_of(browser.open(f"{gavin}?edit=city"), f"{gavin}/edit")
    world.track(phone=GAVIN, city="Goa")
    world.settle()
    answer = browser.send(f"{gavin}/edit", {**fields, "value": "Mumbai"})
    assert answer.status_code == 412
    page = as_page(answer)
    assert "While you were editing, shop.example/orders changed City from Pune to Goa (just now)" in page.text
    assert "Keep Goa" in page.text
    again = next(given for given, buttons in forms(page)[f"{gavin}/edit"] if "Save Mumbai over it" in buttons[0])
    with settling(world):
        browser.send(f"{gavin}/edit", again)
    assert traits(world)["city"] == "Mumbai"


def test_a_form_that_is_sent_twice_changes_once(world, browser, gavin):
    fields = {**fields_of(browser.open(f"{gavin}?edit=city"), f"{gavin}/edit"), "value": "Mumbai"}
    with settling(world):
        browser.send(f"{gavin}/edit", fields)
        answer = browser.send(f"{gavin}/edit", fields)
    assert "City is like that already" in follow(browser, answer).text


@pytest.mark.parametrize("cleared", [False, True])
def test_whoever_said_no_is_opted_in_only_after_a_second_yes(world, browser, gavin, as_page, cleared):
    world.track(phone=GAVIN, whatsapp_opted=False)
    if cleared:
        world.track(phone=GAVIN, whatsapp_opted=None)
    world.settle()
    answer = save(world, browser, gavin, "whatsapp_opted", value="yes")
    assert answer.status_code == 409
    page = as_page(answer)
    assert "said no to WhatsApp" in page.text
    assert traits(world).get("whatsapp_opted") is not True
    again = next(given for given, buttons in forms(page)[f"{gavin}/edit"] if "opt in 1 person" in buttons[0])
    with settling(world):
        browser.send(f"{gavin}/edit", {**again, "sure": "yes"})
    assert traits(world)["whatsapp_opted"] is True


def test_an_undo_is_no_side_door_to_consent(world, browser, gavin):
    world.track(phone=GAVIN, whatsapp_opted=True)
    world.settle()
    page = follow(browser, save(world, browser, gavin, "whatsapp_opted", value="no"))
    answer = browser.send(f"{gavin}/undo", fields_of(page, f"{gavin}/undo"))
    assert answer.status_code == 409
    assert traits(world)["whatsapp_opted"] is False


def test_a_user_id_can_be_given_once(world, browser, gavin):
    save(world, browser, gavin, "user_id", value="u-1")
    assert world.contact(GAVIN)["user_id"] == "u-1"
    page = browser.open(f"{gavin}?edit=user_id")
    assert f"{gavin}/edit" not in forms(page)
    assert "A user ID is fixed once it is set." in page.text


def test_a_user_id_of_another_contact_is_refused_and_leads_there(world, browser, gavin):
    world.track(phone=ASHA, user_id="u-9")
    world.settle()
    answer = save(world, browser, gavin, "user_id", value="u-9")
    assert answer.status_code == 409
    assert f'href="/contacts/{world.contact("u-9")["id"]}"' in answer.text
    assert 'value="u-9"' in answer.text


def test_a_phone_is_locked_and_the_page_says_why(browser, gavin):
    page = browser.open(f"{gavin}?edit=phone")
    assert f"{gavin}/edit" not in forms(page)
    assert "A phone number is this contact's identity and cannot be edited." in page.html.replace("&#39;", "'")


def test_a_contact_that_was_merged_away_is_edited_where_it_went(world, browser):
    world.track(phone=ASHA, name="Asha")
    world.track(user_id="u-9", city="Goa")
    world.settle()
    gone = f"/contacts/{world.contact('u-9')['id']}"
    fields = fields_of(browser.open(f"{gone}?edit=city"), f"{gone}/edit")
    world.track(phone=ASHA, user_id="u-9")
    world.settle()
    with settling(world):
        answer = browser.send(f"{gone}/edit", {**fields, "value": "Agra"})
    assert follow(browser, answer).status == 200
    assert traits(world, ASHA)["city"] == "Agra"


def test_who_may_only_see_finds_the_pencils_disabled_with_the_right_they_need(world, make_browser, keys, gavin):
    browser = make_browser()
    browser.sign_in(keys.create("reader", SAFE_SCOPES, by="tests")[1])
    page = browser.open(f"{gavin}?edit=city&add=1")
    assert not [address for address in forms(page) if address.startswith(gavin) and "arrange" not in address]
    assert "needs “Change”" in page.text
    for path in ("edit", "fields", "tags", "undo"):
        assert browser.send(f"{gavin}/{path}", {"field": "city", "value": "Goa"}).status_code == 403
    assert traits(world)["city"] == "Pune"


def test_the_past_has_no_pencil(browser, gavin):
    page = browser.open(f"{gavin}?as_of=1&edit=city")
    assert not [address for address in forms(page) if address.startswith(gavin)]


def test_a_change_that_takes_long_says_that_it_is_being_saved_and_shows_when_it_is_there(world, clock, keys, gavin):
    parts = services(world.deployment, clock)
    parts = replace(parts, consistency=replace(parts.consistency, seconds=0.0))
    browser = Browser(hub(world.deployment, parts))
    browser.sign_in(keys.create("ravi", SCOPES, by="tests")[1])
    fields = fields_of(browser.open(f"{gavin}?edit=city"), f"{gavin}/edit")
    answer = browser.send(f"{gavin}/edit", {**fields, "value": "Mumbai"})
    waiting = browser.get(answer.headers["Location"])
    assert "Saving…" in waiting.text
    assert waiting.headers["Refresh"]
    world.settle()
    assert "City changed: Pune → Mumbai." in browser.open(answer.headers["Location"]).text


def test_a_change_that_lost_while_it_was_on_its_way_comes_back_as_it_was_typed(world, clock, keys, gavin, as_page):
    parts = services(world.deployment, clock)
    parts = replace(parts, consistency=replace(parts.consistency, seconds=0.0))
    browser = Browser(hub(world.deployment, parts))
    browser.sign_in(keys.create("ravi", SCOPES, by="tests")[1])
    fields = fields_of(browser.open(f"{gavin}?edit=city"), f"{gavin}/edit")
    world.track(phone=GAVIN, city="Goa")
    answer = browser.send(f"{gavin}/edit", {**fields, "value": "Mumbai"})
    world.settle()
    lost = browser.get(answer.headers["Location"])
    assert lost.status_code == 412
    page = as_page(lost)
    assert "Keep Goa" in page.text
    again = next(given for given, buttons in forms(page)[f"{gavin}/edit"] if "Save Mumbai over it" in buttons[0])
    browser.send(f"{gavin}/edit", again)
    world.settle()
    assert traits(world)["city"] == "Mumbai"
