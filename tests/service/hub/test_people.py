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


@pytest.mark.parametrize("path", ["/people", "/people/x/link", "/people/x/remove"])
def test_only_who_may_manage_people_can(make_browser, keys, path):
    browser = make_browser()
    browser.sign_in(keys.create("reader", ["read"], by="tests")[1])
    assert browser.send(path, {"name": "X", "scope": ["admin"]}).status_code == 403
