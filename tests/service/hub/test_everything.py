"""Everything about one person in the hub: from the menu of the contact's page to a file, for who may download."""

import json

import pytest

from service.deployment.tables.audit_trail import AuditTable
from tests.examples import GAVIN


@pytest.fixture
def gavin(world):
    world.track(phone=GAVIN, name="Gavin Roberts", city="Pune")
    world.settle()
    return world.contact(GAVIN)["id"]


def test_the_menu_of_a_contact_leads_to_everything_about_the_person(browser, gavin):
    assert f"/contacts/{gavin}/everything" in browser.open(f"/contacts/{gavin}").links
    page = browser.open(f"/contacts/{gavin}/everything")
    assert "all that this ledger holds of Gavin Roberts" in page.text
    assert page.running == []


def test_it_is_taken_as_a_page_or_as_json_and_the_records_tell_who_took_it(browser, gavin, store):
    page = browser.send(f"/contacts/{gavin}/everything", {"format": "html"})
    assert page.content_type == "text/html; charset=utf-8"
    assert page.headers["Content-Disposition"] == f'attachment; filename="everything-{gavin}.html"'
    assert "Gavin Roberts" in page.text
    found = json.loads(browser.send(f"/contacts/{gavin}/everything", {"format": "json"}).data)
    assert found["contact"]["traits"]["city"] == "Pune"
    acts = [kept.act for kept in AuditTable(store).newest(2)]
    assert [(act.who, act.what, act.detail["format"]) for act in acts] == [
        ("asha", "everything exported", "json"), ("asha", "everything exported", "html"),
    ]  # fmt: skip


def test_a_form_from_elsewhere_or_another_format_takes_nothing(browser, gavin, store):
    before = AuditTable(store).kinds()
    assert browser.send(f"/contacts/{gavin}/everything", {"format": "html"}, site="cross-site").status_code == 403
    assert browser.send(f"/contacts/{gavin}/everything", {"format": "exe"}).status_code == 404
    assert AuditTable(store).kinds() == before


def test_nobody_is_handed_out_who_is_not_there(browser, gavin):
    other = gavin[:-4] + "0000"
    assert browser.get(f"/contacts/{other}/everything").status_code == 404
    assert browser.send(f"/contacts/{other}/everything", {"format": "json"}).status_code == 404


def test_who_may_not_download_sees_the_way_off_and_a_page_that_says_which_right(make_browser, keys, gavin):
    browser = make_browser()
    browser.sign_in(keys.create("may see", ["read"], by="tests")[1])
    page = browser.open(f"/contacts/{gavin}")
    assert f"/contacts/{gavin}/everything" not in page.links
    assert "needs “Download”" in page.text
    assert "“Download”" in browser.open(f"/contacts/{gavin}/everything").text
    assert browser.send(f"/contacts/{gavin}/everything", {"format": "json"}).status_code == 403
