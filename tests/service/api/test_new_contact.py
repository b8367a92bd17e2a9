"""`POST /v1/contacts` makes a contact by the events of a track call, or opens the one that is known (R25)."""

import threading
from contextlib import contextmanager
from dataclasses import replace

import msgspec
import pytest

from service.api.app import create_app
from service.wiring.api import services
from tests.docs.rerun import comparable
from tests.examples import ASHA, GAVIN

PATH = "/v1/contacts"


@pytest.fixture
def started(world):
    """A world with a log and a state, and nobody in it."""
    world.settle()
    return world


@contextmanager
def settling(world):
    """Consumes and projects in the background for as long as the block lasts."""
    is_over = threading.Event()

    def settle():
        while not is_over.is_set():
            world.settle()
            is_over.wait(0.01)

    thread = threading.Thread(target=settle)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def make(client, world, body, **options):
    with settling(world):
        return client.post(PATH, body, **options)


def test_a_new_contact_is_made_and_shown(client, started, description):
    example = description.operations["POST", PATH]["requestBody"]["content"]["application/json"]["example"]
    answer = make(client, started, example)
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{PATH}/{answer.json['id']}"
    assert answer.json == client.read(answer.headers["Location"]).json
    shown = description.answer("POST", PATH, 201)["application/json"]["example"]
    assert comparable(msgspec.json.encode(answer.json).decode()) == comparable(msgspec.json.encode(shown).decode())
    description.assert_fits("POST", PATH, answer)


def test_it_is_made_by_the_events_of_a_track_call(client, started):
    make(client, started, {"phone": GAVIN, "traits": {"city": "Pune"}, "tags": ["vip"]})
    assert [(entry.type, entry.source) for entry in started.entries()] == [
        ("UserTracked", PATH),
        ("TagsAdded", PATH),
    ]


@pytest.mark.parametrize("body", [{"phone": GAVIN}, {"user_id": "u-1"}, {"phone": GAVIN, "traits": {"city": "Agra"}}])
def test_a_known_one_is_opened_and_nothing_changes(client, started, description, body):
    started.track(phone=GAVIN, user_id="u-1", city="Pune")
    started.settle()
    answer = client.post(PATH, body)
    assert (answer.status_code, answer.json) == (200, started.contact(GAVIN))
    assert len(client.on_bus()) == 1
    description.assert_fits("POST", PATH, answer)


def test_a_user_id_of_a_contact_with_another_phone_is_409_and_says_whose(client, started, description):
    """R7: opened, it would be somebody with another phone than was sent."""
    started.track(phone=GAVIN, user_id="u-1")
    started.settle()
    answer = client.post(PATH, {"phone": ASHA, "user_id": "u-1"})
    assert (answer.status_code, answer.json["reason"]) == (409, "identity_conflict")
    assert answer.json["holders"] == {"user_id": started.contact(GAVIN)["id"]}
    assert len(client.on_bus()) == 1
    description.assert_fits("POST", PATH, answer)


def test_a_known_phone_opens_its_contact_whatever_user_id_comes_with_it(client, started):
    """R25."""
    started.track(phone=GAVIN, user_id="u-1")
    started.track(phone=ASHA, user_id="u-2")
    started.settle()
    for user_id in ("u-2", "u-3"):
        answer = client.post(PATH, {"phone": GAVIN, "user_id": user_id})
        assert (answer.status_code, answer.json) == (200, started.contact(GAVIN))


def test_a_key_that_may_not_read_is_told_the_id_alone(client, started, other_key):
    headers = {"Authorization": f"Bearer {other_key(['track'])}"}
    made = make(client, started, {"phone": GAVIN, "traits": {"city": "Pune"}}, headers=headers)
    assert (made.status_code, made.json) == (201, {"id": started.contact(GAVIN)["id"]})
    assert client.post(PATH, {"phone": GAVIN}, headers=headers).json == made.json


def test_one_that_does_not_show_in_time_is_202_with_its_messages(client, started, key_text, description):
    parts = services(started.deployment)
    app = create_app(replace(parts, consistency=replace(parts.consistency, seconds=0.05)))
    answer = type(client)(started, app, key_text).post(PATH, {"phone": GAVIN})
    assert answer.status_code == 202
    assert [message["id"] for message in client.messages()] == answer.json["ids"]
    description.assert_fits("POST", PATH, answer)
    started.settle()
    token = {"Consistency-Token": answer.headers["Consistency-Token"]}
    assert client.read(PATH, headers=token).json["total"] == 1


def test_one_that_the_log_rejects_is_409(client, started, description):
    client.track({"fullPhoneNumber": GAVIN, "userId": "u-1"})
    answer = make(client, started, {"phone": ASHA, "user_id": "u-1"})
    assert (answer.status_code, answer.json["reason"]) == (409, "identity_conflict")
    description.assert_fits("POST", PATH, answer)


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, [""]),
        ({"phone": "12", "tags": "vip"}, ["/phone", "/tags"]),
        ({"user_id": "x" * 257}, ["/user_id"]),
        ({"phone": GAVIN, "traits": {"city": {"a": 1}}}, ["/traits/city"]),
    ],
)
def test_wrong_members_are_all_named(client, description, body, pointers):
    answer = client.post(PATH, body)
    assert answer.status_code == 422
    assert sorted(error["pointer"] for error in answer.json["errors"]) == pointers
    assert client.on_bus() == []
    description.assert_fits("POST", PATH, answer)


@pytest.mark.parametrize(("raw", "status"), [(b"nonsense", 400), (b"x" * 300_000, 413)])
def test_a_body_that_cannot_be_read_is_refused(client, description, raw, status):
    answer = client.post(PATH, raw=raw)
    assert answer.status_code == status
    description.assert_fits("POST", PATH, answer)
