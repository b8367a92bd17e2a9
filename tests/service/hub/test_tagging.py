"""A tag given on a contact's page is a change that is about one contact: it is taken back as a whole (R5, R26)."""

import re

import pytest

from service.imports.table.refusal import CopyGone
from service.wiring.imports import importing
from tests.examples import ASHA, GAVIN
from tests.service.api.test_new_contact import settling
from tests.service.hub.conftest import fields_of, forms


@pytest.fixture
def gavin(world):
    world.track(phone=GAVIN, name="Gavin", city="Pune")
    world.track(phone=ASHA, name="Asha")
    world.tag("New Customer", "loyalty 2026", phone=ASHA)
    world.settle()
    return f"/contacts/{world.contact(GAVIN)['id']}"


def work(world, address):
    """What the importer does about the change that an address names."""
    with importing(world.deployment) as importer:
        importer.go_on(re.search(r"tagged=([0-9a-f-]+)", address)[1], lambda *_: None)
    world.settle()


def tag(world, browser, address, **typed):
    """Give a tag; the page once it is there."""
    fields = fields_of(browser.open(address), f"{address}/tags")
    answer = browser.send(f"{address}/tags", {**fields, **typed})
    assert answer.status_code == 303, answer.text
    work(world, answer.headers["Location"])
    return browser.open(answer.headers["Location"])


def undo_in(page):
    (found,) = [address for address in forms(page) if address.endswith("/undo")]
    return found


def test_a_tag_is_given_by_a_person_and_taken_back_beside_what_says_so(world, browser, gavin):
    page = tag(world, browser, gavin, tag="vip")
    assert world.contact(GAVIN)["tags"] == ["vip"]
    assert "Added: tag vip. Undo" in page.text
    assert "Tags added" in page.text
    assert "By hand · asha" in page.text
    with settling(world):
        answer = browser.send(undo_in(page))
    assert answer.headers["Location"] == gavin
    assert world.contact(GAVIN)["tags"] == []
    assert "It is taken back." in browser.open(gavin).text


def test_a_tag_is_taken_back_on_the_timeline_as_long_as_it_is_there(world, browser, gavin):
    tag(world, browser, gavin, tag="vip")
    page = browser.open(gavin)
    assert "Undo this change" in page.text
    assert "Nothing new" not in page.text
    with settling(world):
        browser.send(undo_in(page))
    page = browser.open(gavin)
    assert "Undo this change" not in page.text
    assert "Import undone" not in page.text
    assert "Change undone" in page.text


def test_until_it_is_there_the_page_says_so(world, browser, gavin):
    fields = fields_of(browser.open(gavin), f"{gavin}/tags")
    address = browser.send(f"{gavin}/tags", {**fields, "tag": "vip"}).headers["Location"]
    answer = browser.get(address)
    assert "Adding the tag" in answer.text
    assert answer.headers["Refresh"] == "2"
    work(world, address)
    assert browser.get(address).status_code == 303


def test_a_tag_that_is_there_is_not_given_again(world, browser, gavin):
    tag(world, browser, gavin, tag="vip")
    fields = fields_of(browser.open(gavin), f"{gavin}/tags")
    assert browser.send(f"{gavin}/tags", {**fields, "tag": "VIP"}).headers["Location"] == gavin
    assert "like that already" in browser.open(gavin).text


@pytest.mark.parametrize(("typed", "meant"), [("new_customer", "New Customer"), ("loyality 2026", "loyalty 2026")])
def test_a_spelling_near_another_is_asked_about_and_can_be_meant(world, browser, gavin, typed, meant):
    fields = fields_of(browser.open(gavin), f"{gavin}/tags")
    asked = browser.send(f"{gavin}/tags", {**fields, "tag": typed})
    assert asked.status_code == 409
    assert f"Did you mean <bdi>{meant}</bdi>?" in asked.text
    tag(world, browser, gavin, tag=typed, use=typed)
    assert world.contact(GAVIN)["tags"] == [typed]


def test_what_is_no_tag_comes_back_as_it_was_typed(browser, gavin):
    fields = fields_of(browser.open(gavin), f"{gavin}/tags")
    answer = browser.send(f"{gavin}/tags", {**fields, "tag": "x" * 101})
    assert answer.status_code == 422
    assert "x" * 101 in answer.text


def test_who_may_not_undo_gives_a_tag_for_good_and_is_told_so(world, make_browser, keys, gavin):
    browser = make_browser()
    browser.sign_in(keys.create("meera", ["read", "track"], by="tests")[1])
    page = browser.open(gavin)
    assert "to take tags back needs the right “Upload and undo”" in page.text
    with settling(world):
        browser.send(f"{gavin}/tags", {**fields_of(page, f"{gavin}/tags"), "tag": "vip"})
    assert world.contact(GAVIN)["tags"] == ["vip"]
    assert "Undo this change" not in browser.open(gavin).text


def test_a_script_that_looks_again_is_sent_to_the_page_that_says_it_is_there(world, browser, gavin):
    fields = fields_of(browser.open(gavin), f"{gavin}/tags")
    address = browser.send(f"{gavin}/tags", {**fields, "tag": "vip"}).headers["Location"]
    work(world, address)
    answer = browser.client.get(address, headers={"HX-Request": "true", "If-None-Match": '"nothing"'})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, gavin)
    assert "Added: tag vip. Undo" in browser.open(gavin).text


@pytest.mark.parametrize("read_at", ["²", "9" * 5_000, ""])
def test_a_form_that_does_not_say_what_it_was_made_of_adds_its_tag_all_the_same(
    world, make_browser, keys, gavin, read_at
):
    browser = make_browser()
    browser.sign_in(keys.create("meera", ["read", "track"], by="tests")[1])
    fields = fields_of(browser.open(gavin), f"{gavin}/tags")
    with settling(world):
        assert browser.send(f"{gavin}/tags", {**fields, "tag": "vip", "read_at": read_at}).status_code == 303
    assert world.contact(GAVIN)["tags"] == ["vip"]


def test_a_change_that_is_not_there_is_not_waited_for(browser, gavin):
    assert browser.get(f"{gavin}?tagged=nothing").headers["Location"] == gavin


def test_a_tag_that_could_not_be_added_is_told_as_a_fault(world, browser, gavin):
    fields = fields_of(browser.open(gavin), f"{gavin}/tags")
    address = browser.send(f"{gavin}/tags", {**fields, "tag": "vip"}).headers["Location"]
    change = re.search(r"tagged=([0-9a-f-]+)", address)[1]
    next(world.deployment.data.rglob(f"{change}/source.csv")).unlink()
    with pytest.raises(CopyGone):
        work(world, address)
    assert browser.get(address).headers["Location"] == gavin
    assert "Not added: tag vip." in browser.open(gavin).text


def test_a_file_is_no_change_of_a_contact(world, browser, desk, gavin):
    path = desk.checked()
    desk.run(path)
    file = path.rpartition("/")[2]
    assert browser.get(f"{gavin}?tagged={file}").headers["Location"] == gavin
    browser.send(f"{gavin}/changes/{file}/undo", {})
    assert "No change of a single contact has the id" in browser.open(gavin).text
    world.settle()
    assert "undone" not in browser.open(path).text.lower()
