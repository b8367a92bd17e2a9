"""The page of people: whoever may manage them adds somebody, sends a link, and lets somebody in no longer."""

import re

import pytest


def test_a_person_is_added_and_signs_in_by_the_link(browser, make_browser):
    answer = browser.send("/people", {"name": "Meera Shah", "scope": ["read"]})
    (link,) = re.findall(r'value="http://localhost(/sign-in/[\w-]+)"', answer.text)
    meera = make_browser()
    meera.send(link, token=False)
    page = meera.open("/help")
    assert "Meera Shah" in page.text
    assert meera.get("/people").status_code == 403


def test_the_page_says_in_words_what_each_may_do(browser, people):
    people.add("Ravi", ["read", "import"], by="tests")
    text = browser.open("/people").text
    assert "Ravi See Upload and undo" in text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "", "scope": ["read"]}, "1 to 100"),
        ({"name": "Ravi"}, "at least one right"),
        ({"name": "Ravi", "scope": ["everything"]}, "at least one right"),
        ({"name": "Asha", "scope": ["read"]}, "already"),
    ],
)
def test_what_is_wrong_is_said_and_nobody_is_added(browser, people, fields, said):
    people.add("Asha", ["read"], by="tests")
    answer = browser.send("/people", fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert [person.name for person in people.all()] == ["Asha"]


def test_a_removed_persons_name_is_free_again(browser, people):
    person = people.add("Asha", ["read"], by="tests")
    browser.send(f"/people/{person.id}/remove")
    assert people.all() == []
    assert browser.send("/people", {"name": "Asha", "scope": ["read"]}).status_code == 200


def test_a_new_link_can_be_made_for_somebody_who_lost_theirs(browser, people):
    person = people.add("Asha", ["read"], by="tests")
    answer = browser.send(f"/people/{person.id}/link")
    assert re.search(r'value="http://localhost/sign-in/[\w-]+"', answer.text)


def test_who_did_it_is_in_the_audit_table(browser, people, store):
    person = people.add("Asha", ["read"], by="tests")
    browser.send(f"/people/{person.id}/link")
    browser.send(f"/people/{person.id}/remove")
    rows = store.execute("SELECT who, what FROM audit WHERE what LIKE '%link%' OR what LIKE 'person%' ORDER BY id")
    assert rows.fetchall() == [("tests", "person added"), ("asha", "sign-in link made"), ("asha", "person removed")]


@pytest.mark.parametrize(
    "path", ["/people", "/people/x/link", "/people/x/remove", "/people/x/rights", "/people/devices/x/sign-out"]
)
def test_only_who_may_manage_people_can(make_browser, keys, path):
    browser = make_browser()
    browser.sign_in(keys.create("reader", ["read"], by="tests")[1])
    assert browser.send(path, {"name": "X", "scope": ["admin"]}).status_code == 403


def test_rights_are_changed_in_place_and_hold_at_once(browser, make_browser, people):
    person = people.add("Meera", ["read"], by="tests")
    meera = make_browser()
    meera.send(f"/sign-in/{people.link(person.id, by='tests')}", token=False)
    assert meera.get("/imports").status_code == 403
    browser.send(f"/people/{person.id}/rights", {"scope": ["read", "import"]})
    assert meera.get("/imports").status_code == 200
    assert "The rights of Meera are changed" in browser.open("/people").text


def test_rights_are_never_left_empty(browser, people):
    person = people.add("Meera", ["read"], by="tests")
    browser.send(f"/people/{person.id}/rights")
    assert people.get(person.id).scopes == {"read"}
    assert "choose at least one right" in browser.open("/people").text


def test_every_signed_in_device_is_listed_and_signed_out_from_there(browser, make_browser, people, sessions):
    person = people.add("Meera", ["read"], by="tests")
    meera = make_browser()
    meera.send(f"/sign-in/{people.link(person.id, by='tests')}", token=False)
    (device,) = [one for one in sessions.all() if one.person == person.id]
    page = browser.open("/people").text
    assert "this device" in page
    assert "Signed in with an API key" in page
    browser.send(f"/people/devices/{device.id}/sign-out")
    assert meera.get("/help").status_code == 303
    assert "Not signed in on any device" in browser.open("/people").text
