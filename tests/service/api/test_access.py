"""Keys, people and devices over HTTP: what the command line and the hub can do, by the same functions."""

from contextlib import closing
from secrets import token_urlsafe

import pytest

from service.deployment.tables.people import LinkUnusable, People
from service.deployment.tables.sessions import Sessions
from service.wiring.drivers import now
from tests.acts import acts


@pytest.fixture
def store(world, client):  # noqa: ARG001  # whose key is the first on the trail
    with closing(world.drivers.store()) as opened:
        yield opened


@pytest.fixture
def people(store):
    return People(store, now, token_urlsafe)


@pytest.fixture
def sessions(store):
    return Sessions(store, now, token_urlsafe)


def bearer(text):
    return {"Authorization": f"Bearer {text}"}


def done(store):
    """What was done since the test's own key was made, and whether a key did it."""
    return [(act.what, act.who.startswith("key ")) for act in acts(store)[1:]]


def test_a_key_that_is_made_lets_its_bearer_in_until_it_is_revoked(client, store):
    made = client.post("/v1/keys", {"name": "shop", "scopes": ["read", "track"]})
    assert made.status_code == 201
    assert made.json["scopes"] == ["track", "read"]
    assert client.get("/v1/tags", headers=bearer(made.json["key"])).status_code != 401
    listed = client.read("/v1/keys").json["keys"]
    assert [(key["name"], key["revoked_at"]) for key in listed] == [("Website", None), ("shop", None)]
    assert made.json["key"] not in str(listed)
    first, again = (client.delete(f"/v1/keys/{made.json['id']}") for _ in range(2))
    assert first.json == again.json
    assert first.json["revoked_at"] is not None
    assert done(store) == [("key created", True), ("key revoked", True)]


def test_a_third_key_of_a_name_is_409_and_names_the_two(client):
    ids = [client.post("/v1/keys", {"name": "shop", "scopes": ["read"]}).json["id"] for _ in range(2)]
    answer = client.post("/v1/keys", {"name": "shop", "scopes": ["read"]})
    assert answer.status_code == 409
    assert all(id in answer.json["message"] for id in ids)


@pytest.mark.parametrize("path", ["/v1/keys", "/v1/people"])
@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"scopes": ["read"]}, "/name"),
        ({"name": " ", "scopes": ["read"]}, "/name"),
        ({"name": "x" * 101, "scopes": ["read"]}, "/name"),
        ({"name": "shop"}, "/scopes"),
        ({"name": "shop", "scopes": []}, "/scopes"),
        ({"name": "shop", "scopes": ["everything"]}, "/scopes/0"),
        ({"name": "shop", "scopes": ["read"], "is_admin": True}, "/is_admin"),
    ],
)
def test_what_is_wrong_with_a_key_or_a_person_is_422_and_where(client, store, path, body, pointer):
    answer = client.post(path, body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json["errors"]] == [pointer]
    assert done(store) == []


def test_a_person_who_is_added_signs_in_by_the_link_of_the_answer(client, people, store):
    added = client.post("/v1/people", {"name": "Meera Shah", "scopes": ["read"]})
    assert added.status_code == 201
    assert [person["name"] for person in client.read("/v1/people").json["people"]] == ["Meera Shah"]
    address, text = added.json["link"].rsplit("/", 1)
    assert address == "http://localhost/sign-in"
    assert people.spend(text).id == added.json["id"]
    another = client.post(f"/v1/people/{added.json['id']}/link")
    assert (another.status_code, another.json["id"]) == (201, added.json["id"])
    assert people.holder(another.json["link"].rsplit("/", 1)[1]).name == "Meera Shah"
    assert done(store) == [("person added", True), ("sign-in link made", True), ("sign-in link made", True)]


def test_two_people_of_one_name_are_409(client):
    body = {"name": "Meera Shah", "scopes": ["read"]}
    assert [client.post("/v1/people", body).status_code for _ in range(2)] == [201, 409]


def test_other_rights_hold_on_every_device_at_once(client, people, sessions, store):
    person = people.add("Meera Shah", ["read"], by="tests")
    cookie = sessions.begin("Chrome on Windows", person=person.id)
    answer = client.patch(f"/v1/people/{person.id}", {"scopes": ["import", "read"]})
    assert answer.json["scopes"] == ["read", "import"]
    assert sessions.find(cookie).scopes == {"read", "import"}
    assert acts(store)[-1].detail == {
        "person": person.id, "name": "Meera Shah", "before": "read", "scopes": "read import",
    }  # fmt: skip


def test_rights_that_somebody_has_already_are_no_act(client, people, store):
    person = people.add("Meera Shah", ["read"], by="tests")
    assert client.patch(f"/v1/people/{person.id}", {"scopes": ["read"]}).status_code == 200
    assert done(store) == [("person added", False)]


def test_a_person_who_is_removed_is_let_in_no_more(client, people, sessions):
    person = people.add("Meera Shah", ["read"], by="tests")
    link, cookie = people.link(person.id, by="tests"), sessions.begin("Chrome", person=person.id)
    assert client.delete(f"/v1/people/{person.id}").json["id"] == person.id
    assert sessions.find(cookie) is None
    with pytest.raises(LinkUnusable):
        people.spend(link)


def test_devices_are_listed_and_signed_out(client, people, sessions, store):
    person = people.add("Meera Shah", ["read"], by="tests")
    cookies = [sessions.begin(device, person=person.id) for device in ("Chrome on Windows", "Safari on iPhone")]
    listed = client.read("/v1/sessions").json["sessions"]
    assert {(one["device"], one["name"], one["person"]) for one in listed} == {
        ("Chrome on Windows", "Meera Shah", person.id),
        ("Safari on iPhone", "Meera Shah", person.id),
    }
    (phone,) = [one["id"] for one in listed if one["device"] == "Safari on iPhone"]
    assert client.delete(f"/v1/sessions/{phone}").json["device"] == "Safari on iPhone"
    assert [sessions.find(cookie) is not None for cookie in cookies] == [True, False]
    assert acts(store)[-1].detail == {"session": phone, "name": "Meera Shah", "device": "Safari on iPhone"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/v1/keys/nobody"),
        ("DELETE", "/v1/people/nobody"),
        ("PATCH", "/v1/people/nobody"),
        ("POST", "/v1/people/nobody/link"),
        ("DELETE", "/v1/sessions/nobody"),
    ],
)
def test_what_is_not_there_is_404_and_says_which(client, method, path):
    body = b'{"scopes": ["read"]}' if method == "PATCH" else b""
    answer = client.open(path, method=method, data=body, headers={"Authorization": client.authorization})
    assert answer.status_code == 404
    assert "nobody" in answer.json["message"]
