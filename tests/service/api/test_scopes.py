"""Who may call what: every route has its rule here, and a route without one fails."""

from itertools import count

import pytest

from service.deployment.tables.scopes import SCOPES
from service.wiring.api import application
from tests.service.api import story
from tests.service.api.conftest import KEY_NAME, Client, make_key
from tests.service.api.described import Description
from tests.world import World

RULES = {
    ("POST", "/v1/public/track/users/"): {"track"},
    ("POST", "/v1/public/track/events/"): {"track"},
    ("POST", "/v1/public/apis/users/"): {"read"},
    ("GET", "/v1/public/apis/users/phone_number/{number}"): {"read"},
    ("GET", "/v1/public/apis/users/id/{user_id}"): {"read"},
    ("POST", "/v1/contacts"): {"track"},
    ("POST", "/v1/contacts/batch"): {"track"},
    ("GET", "/v1/contacts"): {"read"},
    ("GET", "/v1/contacts/{id}"): {"read"},
    ("PATCH", "/v1/contacts/{id}"): {"track"},
    ("POST", "/v1/contacts/{id}/merge"): {"read track"},
    ("POST", "/v1/contacts/{id}/split"): {"read track"},
    ("POST", "/v1/contacts/{id}/renumber"): {"read track"},
    ("DELETE", "/v1/contacts/{id}"): {"erase"},
    ("GET", "/v1/erasures"): {"erase"},
    ("POST", "/v1/erasures"): {"erase"},
    ("GET", "/v1/erasures/{id}"): {"erase"},
    ("POST", "/v1/erasures/{id}/confirm"): {"erase"},
    ("POST", "/v1/erasures/{id}/cancel"): {"erase"},
    ("POST", "/v1/readmissions"): {"erase"},
    ("GET", "/v1/contacts/{id}/history"): {"read", "audit"},
    ("GET", "/v1/contacts/{id}/explain"): {"read"},
    ("GET", "/v1/contacts/{id}/everything"): {"export"},
    ("GET", "/v1/contacts/{id}/everything.html"): {"export"},
    ("POST", "/v1/imports"): {"import"},
    ("GET", "/v1/imports"): {"import"},
    ("GET", "/v1/imports/template.csv"): {"import"},
    ("GET", "/v1/imports/{id}"): {"import"},
    ("PUT", "/v1/imports/{id}/mapping"): {"import"},
    ("PUT", "/v1/imports/{id}/tags"): {"import"},
    ("PUT", "/v1/imports/{id}/options"): {"import"},
    ("POST", "/v1/imports/{id}/check"): {"import"},
    ("POST", "/v1/imports/{id}/confirm"): {"import"},
    ("POST", "/v1/imports/{id}/cancel"): {"import"},
    ("POST", "/v1/imports/{id}/corrections"): {"import"},
    ("POST", "/v1/imports/{id}/undo"): {"import"},
    ("POST", "/v1/imports/{id}/redo"): {"import"},
    ("GET", "/v1/imports/{id}/rejects.csv"): {"import"},
    ("POST", "/v1/exports"): {"export"},
    ("GET", "/v1/exports"): {"export"},
    ("GET", "/v1/exports/{id}"): {"export"},
    ("GET", "/v1/exports/{id}/file"): {"export"},
    ("POST", "/v1/edits"): {"import"},
    ("GET", "/v1/edits"): {"import"},
    ("GET", "/v1/edits/{id}"): {"import"},
    ("POST", "/v1/edits/{id}/confirm"): {"import"},
    ("POST", "/v1/edits/{id}/cancel"): {"import"},
    ("POST", "/v1/edits/{id}/undo"): {"import"},
    ("POST", "/v1/edits/{id}/redo"): {"import"},
    ("GET", "/v1/views"): {"read"},
    ("POST", "/v1/views"): {"read"},
    ("PUT", "/v1/views/{id}"): {"read"},
    ("DELETE", "/v1/views/{id}"): {"read"},
    ("GET", "/v1/duplicates"): {"read"},
    ("GET", "/v1/attributes"): {"read"},
    ("GET", "/v1/tags"): {"read"},
    ("GET", "/v1/overview"): {"read"},
    ("GET", "/v1/values"): {"read"},
    ("GET", "/v1/messages/{id}"): {"read", "track"},
    ("GET", "/v1/changes"): {"read"},
    ("GET", "/v1/rejected"): {"audit"},
    ("POST", "/v1/rejected/retry"): {"audit track"},
    ("POST", "/v1/rejected/drop"): {"audit track"},
    ("POST", "/v1/rejected/{position}/retry"): {"audit track"},
    ("POST", "/v1/rejected/{position}/drop"): {"audit track"},
    ("GET", "/v1/audit/status"): {"audit"},
    ("GET", "/v1/audit/entries/{position}"): {"audit"},
    ("GET", "/v1/audit/head"): {"audit"},
    ("POST", "/v1/audit/verify"): {"audit"},
    ("POST", "/v1/audit/rebuild"): {"audit"},
    ("GET", "/v1/audit/runs"): {"audit"},
    ("GET", "/v1/audit/runs/{id}"): {"audit"},
    ("GET", "/v1/audit/trail"): {"audit"},
    ("GET", "/v1/audit/trail.csv"): {"audit"},
    ("GET", "/v1/keys"): {"admin"},
    ("POST", "/v1/keys"): {"admin"},
    ("DELETE", "/v1/keys/{id}"): {"admin"},
    ("GET", "/v1/people"): {"admin"},
    ("POST", "/v1/people"): {"admin"},
    ("PATCH", "/v1/people/{id}"): {"admin"},
    ("DELETE", "/v1/people/{id}"): {"admin"},
    ("POST", "/v1/people/{id}/link"): {"admin"},
    ("GET", "/v1/sessions"): {"admin"},
    ("DELETE", "/v1/sessions/{id}"): {"admin"},
    ("GET", "/healthz"): set(),
    ("GET", "/readyz"): set(),
    ("GET", "/metrics"): set(),
    ("GET", "/openapi.json"): set(),
    ("GET", "/asyncapi.json"): set(),
    ("GET", "/docs"): set(),
    ("GET", "/docs/{name}"): set(),
}
"""The scopes of which a key needs one, or in one text those that it needs together; none: anybody may call."""

PLACES = {"{name}": "docs.js"}
KEYED = [route for route, scope in RULES.items() if scope]
TOGETHER = [(route, one.split()) for route, scopes in RULES.items() for one in scopes if " " in one]
OPEN = [route for route, scope in RULES.items() if not scope]


def place(path):
    for name, stands in PLACES.items():
        path = path.replace(name, stands)
    return path


def call(client, route, authorization, address="127.0.0.1"):
    method, path = route
    headers = {} if authorization is None else {"Authorization": authorization}
    environ = {"REMOTE_ADDR": address}
    return client.open(place(path), method=method, headers=headers, environ_overrides=environ).status_code


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    made = World(tmp_path_factory.mktemp("scopes") / "data")
    yield made
    made.close()


@pytest.fixture(scope="module")
def key_text(world):
    return make_key(world, SCOPES, KEY_NAME)


@pytest.fixture(scope="module")
def client(world, key_text):
    return Client(world, application(world.deployment), key_text)


@pytest.fixture(scope="module")
def key_of(world):
    """The text of a key by the one scope that it has."""
    return {scope: make_key(world, [scope]) for scope in SCOPES}


@pytest.fixture(scope="module")
def description(client):
    return Description(client.get("/openapi.json").json)


@pytest.fixture(scope="module")
def stands(client, world, description):
    """What stands for the variable parts of paths, once the story is told."""
    return story.tell(client, world, description)


def test_every_route_has_a_rule_and_the_description_says_it(description):
    assert description.scopes() == RULES


@pytest.mark.parametrize("route", KEYED, ids=" ".join)
def test_a_route_with_a_scope_is_closed_to_whoever_has_no_valid_key(client, route):
    address = f"10.0.0.{KEYED.index(route)}"  # who fails too often from one address has to wait
    assert [call(client, route, given, address) for given in (None, "Bearer nope", "Basic !")] == [401, 401, 401]


@pytest.mark.parametrize("route", KEYED, ids=" ".join)
def test_a_route_lets_in_just_the_keys_that_have_its_scope(client, key_of, route):
    let_in = {scope for scope in SCOPES if call(client, route, f"Bearer {key_of[scope]}") != 403}
    assert let_in == {scope for scope in RULES[route] if " " not in scope}


@pytest.mark.parametrize(("route", "scopes"), TOGETHER, ids=str)
def test_a_route_that_needs_several_scopes_lets_in_a_key_that_has_them_all_and_no_other(client, world, route, scopes):
    all_but = {one: [scope for scope in SCOPES if scope != one] for one in scopes}
    texts = {one: make_key(world, others, f"{' '.join(route)} without {one}") for one, others in all_but.items()}
    assert [call(client, route, f"Bearer {text}") for text in texts.values()] == [403] * len(scopes)
    assert call(client, route, f"Bearer {make_key(world, scopes, ' '.join(route))}") != 403


@pytest.mark.parametrize("route", OPEN, ids=" ".join)
def test_an_open_route_asks_for_no_key(client, route):
    assert call(client, route, None) not in (401, 403)


_number = count(1)


def _can_be_taken_again(route, client, world):
    """What stands for ids of what some steps are taken once of: the same file is known by then, a person is gone."""
    _, path = route
    if path.startswith("/v1/imports/{id}"):
        return {"/v1/imports/{id}": story.check_import(client, world, story.FILE + "\n" * next(_number))}
    if path.startswith("/v1/edits/{id}"):
        return {"/v1/edits/{id}": story.edited(client, world)}
    if path.startswith("/v1/erasures/{id}"):
        return {"/v1/erasures/{id}": story.erasing_many(client, world)}
    return story.let_in(world)


@pytest.mark.parametrize("route", KEYED, ids=" ".join)
def test_every_route_answers_with_and_without_the_slash_at_the_end(client, world, key_text, stands, route):
    answers = set()
    for slash in ("", "/"):
        now = stands | _can_be_taken_again(route, client, world)
        answers.add(call(client, (route[0], story.place(route[1], now).rstrip("/") + slash), f"Bearer {key_text}"))
    assert len(answers) == 1
    assert answers.isdisjoint({301, 302, 307, 308, 401, 403, 404, 405})


@pytest.mark.parametrize("route", RULES, ids=" ".join)
def test_options_is_no_way_around_the_rules(client, route):
    assert call(client, ("OPTIONS", route[1]), None) == 405
