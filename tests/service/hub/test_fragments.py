"""A script that asks for a part of a page is told what is wrong beside what stands there; nothing typed is lost."""

import gzip
import json
import re

import pytest

from service.deployment.tables.scopes import SCOPES
from tests.examples import ASHA, GAVIN

SCRIPT = {"HX-Request": "true", "Sec-Fetch-Site": "same-origin"}
NOTICE = {"HX-Retarget": "#notices", "HX-Reswap": "innerHTML", "HX-Reselect": ".toast"}


@pytest.fixture
def signed_out(browser):
    """A browser whose session has ended while a page with a form was open."""
    browser.send("/sign-out")
    return browser


def test_a_session_that_has_ended_is_said_without_leaving_the_page(signed_out):
    answer = signed_out.client.get("/contacts?q=gavin", headers=SCRIPT)
    assert answer.status_code == 401
    assert NOTICE.items() <= dict(answer.headers).items()
    assert "You are signed out" in answer.text
    assert "<html" not in answer.text


def test_a_page_that_asks_again_gets_nothing_while_nothing_has_changed(browser, world):
    world.track(phone=ASHA)
    world.settle()
    poll = SCRIPT | {"If-None-Match": '"nothing"'}
    first = browser.client.get("/contacts", headers=poll)
    tag = first.headers["ETag"]
    assert (first.status_code, first.headers["Cache-Control"]) == (200, "no-store")
    again = browser.client.get("/contacts", headers=poll | {"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    world.track(phone=GAVIN)
    world.settle()
    assert browser.client.get("/contacts", headers=poll | {"If-None-Match": tag}).status_code == 200
    assert "ETag" not in browser.client.get("/contacts", headers=SCRIPT).headers


@pytest.mark.parametrize(("path", "status"), [("/contacts/x", 503), ("/nowhere", 404)])
def test_a_fault_is_said_beside_what_stands_there(browser, path, status):
    answer = browser.client.get(path, headers=SCRIPT)
    assert answer.status_code == status
    assert NOTICE.items() <= dict(answer.headers).items()


def test_a_right_that_is_lacking_is_named(make_browser, keys):
    browser = make_browser()
    browser.sign_in(keys.create("reader", ["read"], by="tests")[1])
    answer = browser.client.get("/people", headers=SCRIPT)
    assert answer.status_code == 403
    assert "Manage people" in answer.text


def test_who_signed_in_again_meanwhile_gets_the_token_that_the_page_lacks(browser, keys):
    old = browser.open("/help").fields["csrf"]
    browser.sign_in(keys.create("asha again", SCOPES, by="tests")[1])
    refused = browser.client.post("/contacts/columns", data={"csrf": old}, headers=SCRIPT)
    assert refused.status_code == 403
    token = json.loads(refused.headers["HX-Trigger"])["hub:token"]["token"]
    sent = browser.client.post("/contacts/columns", data={"csrf": token}, headers=SCRIPT)
    assert sent.status_code == 303


def test_another_site_is_given_no_token(browser):
    headers = SCRIPT | {"Sec-Fetch-Site": "cross-site"}
    answer = browser.client.post("/contacts/columns", headers=headers)
    assert answer.status_code == 403
    assert browser.client.post("/contacts/columns", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert "Send it again" not in answer.text


def test_a_form_of_a_session_that_has_ended_is_kept_and_sent_again_under_the_next(signed_out, keys):
    typed = {"name": "Meera <Shah>", "scope": ["read", "track"]}
    kept = signed_out.send("/people", typed)
    assert kept.status_code == 401
    assert re.search(r'<textarea name="name" hidden>\nMeera &lt;Shah&gt;</textarea>', kept.text)
    assert kept.text.count('<textarea name="scope"') == 2
    signed_out.sign_in(keys.create("asha again", SCOPES, by="tests")[1])
    asked = signed_out.send("/people", typed | {"csrf": "00"}, token=False)
    assert asked.status_code == 403
    token = re.findall(r'name="csrf" value="([^"]+)"', asked.text)[-1]
    made = signed_out.send("/people", typed | {"csrf": token}, token=False)
    assert "Meera &lt;Shah&gt;" in made.text


def test_the_token_of_forms_looks_different_each_time(browser):
    assert len({browser.open("/help").fields["csrf"] for _ in range(3)}) == 3


def test_a_page_is_sent_compressed_to_who_can_read_it(browser):
    answer = browser.client.get("/help", headers={"Accept-Encoding": "gzip"})
    assert b"<h1>Help</h1>" in gzip.decompress(answer.data)
    assert {"Accept-Encoding", "Cookie", "HX-Request"} <= set(answer.headers["Vary"].replace(" ", "").split(","))
