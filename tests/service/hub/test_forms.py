"""Only a page of this hub, made for this session, can change anything; and no page runs what a value says."""

import re
from contextlib import suppress

import pytest

from service.deployment.tables.scopes import SCOPES
from service.http.admission.seats import SEATS
from service.http.problem import Problem
from service.wiring.api import hub, services
from tests.examples import GAVIN
from tests.service.hub.conftest import Browser

FORMS = [
    *("/sign-out", "/people", "/people/x/link", "/people/x/remove", "/contacts/columns"),
    *(f"/contacts/x/{form}" for form in ("edit", "fields", "tags", "undo", "arrange")),
    *("/imports/x/confirm", "/imports/x/undo"),
]
PAGES = [
    "/sign-in",
    "/sign-in/x",
    "/contacts",
    "/contacts?where=city%3DPune",
    "/contacts/x",
    "/people",
    "/imports",
    "/imports/new",
    "/imports/x",
    "/help",
    "/nowhere",
]


@pytest.mark.parametrize("path", FORMS)
def test_a_form_without_the_sessions_token_changes_nothing(browser, path):
    assert browser.send(path, {"csrf": "0" * 64}).status_code == 403
    assert browser.send(path, token=False).status_code == 403
    assert browser.get("/help").status_code == 200


@pytest.mark.parametrize("path", [*FORMS, "/sign-in", "/theme"])
@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_a_form_of_another_site_changes_nothing(browser, path, site):
    assert browser.send(path, site=site).status_code == 403


@pytest.mark.parametrize(("origin", "status"), [("http://localhost", 303), ("http://evil.example", 403), (None, 403)])
def test_a_browser_that_does_not_name_the_site_is_asked_for_the_origin(browser, origin, status):
    token = browser.open("/help").fields["csrf"]
    headers = {} if origin is None else {"Origin": origin}
    assert browser.client.post("/sign-out", data={"csrf": token}, headers=headers).status_code == status


def test_one_sessions_token_is_no_use_to_another(make_browser, keys):
    first, second = make_browser(), make_browser()
    first.sign_in(keys.create("a", SCOPES, by="tests")[1])
    second.sign_in(keys.create("b", SCOPES, by="tests")[1])
    token = first.open("/help").fields["csrf"]
    assert second.send("/sign-out", {"csrf": token}).status_code == 403


def test_a_form_that_finds_no_seat_makes_room_for_no_other(world, clock):
    """R39: nothing is given back that was not taken."""
    parts = services(world.deployment, clock)
    browser = Browser(hub(world.deployment, parts))
    for number in range(SEATS):
        with suppress(Problem):
            parts.seats.take(f"key {number}")
    assert [browser.sign_in("x").status_code for _ in range(4)] == [503] * 4
    parts.seats.leave("key 0")
    assert browser.sign_in("x").status_code == 401


@pytest.mark.parametrize("path", PAGES)
def test_every_page_says_what_a_browser_must_not_do(browser, path):
    headers = browser.client.get(path).headers
    policy = dict(rule.strip().partition(" ")[::2] for rule in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert re.fullmatch(r"'self' 'nonce-[\w+/=]{24}'", policy["script-src"])
    assert policy["style-src"] == policy["form-action"] == policy["connect-src"] == "'self'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert policy["trusted-types"] == "htmx"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "private, no-cache"


def test_no_two_answers_share_a_nonce(browser):
    assert len({browser.get("/help").headers["Content-Security-Policy"] for _ in range(3)}) == 3


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "</title><script>alert(1)</script>",
    "\u202eevil\u202c\u2066x\u2069",
    "a\u0301\u0327" * 40,
    "م" * 5000,
    '=HYPERLINK("http://evil.example")',
    "&lt;b&gt; &amp;",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_value_of_somebodys_data_becomes_a_part_of_the_page(world, browser, text):
    world.send("UserTracked", {"phone": GAVIN, "userId": text[:200], "traits": {"name": text, text[:100]: text}})
    world.send("TagsAdded", {"phone": GAVIN, "tags": [text[:90]]})
    world.send("EventTracked", {"phone": GAVIN, "event": text[:150]})
    world.settle()
    id = world.contact(GAVIN)["id"]
    pages = [
        browser.open("/contacts"),
        browser.client.get("/contacts", query_string={"q": text[:90], "where": f"name={text[:90]}", "tag": text[:90]}),
        browser.open(f"/contacts/{id}"),
        browser.open(f"/contacts/{id}?as_of=1"),
    ]
    for page in pages:
        page = page if hasattr(page, "running") else browser.open(page.request.full_path)
        assert page.status == 200, page.text
        assert page.running == []
        assert "\u202e" not in page.text
        assert "\u2066" not in page.text
        assert "49{%" not in page.text
        assert not [link for link in page.links if not link.startswith(("/", "?", "#"))]


def test_a_form_that_breaks_off_or_does_not_say_its_length_changes_nothing(browser, people):
    token = browser.open("/help").fields["csrf"]
    body = f"csrf={token}&name=Ravi&scope=read".encode()
    headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
    length = {"CONTENT_LENGTH": str(len(body) * 2)}
    short = browser.client.post("/people", data=body, headers=headers, environ_overrides=length)
    chunked = browser.client.post("/people", data=body, headers=headers | {"Transfer-Encoding": "chunked"})
    assert [short.status_code, chunked.status_code] == [400, 400]
    assert people.all() == []


def test_a_form_that_is_too_long_is_refused(browser):
    assert browser.send("/people", {"name": "x" * 300_000}).status_code == 413
