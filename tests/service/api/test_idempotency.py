"""`Idempotency-Key`: the same key and body is one message for ever, another body is 422, whichever worker gets it."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from secrets import token_urlsafe

import pytest

from ledger import sqlite
from service.api.app import create_app
from service.deployment.tables.database import open_store
from service.deployment.tables.keys import Keys
from service.deployment.tables.scopes import SCOPES
from service.wiring.api import application, services
from tests.examples import ASHA, GAVIN
from tests.service.api.test_new_contact import settling

USERS, EVENTS, CONTACTS = "/v1/public/track/users/", "/v1/public/track/events/", "/v1/contacts"
BODY = {"fullPhoneNumber": GAVIN, "traits": {"city": "Pune"}, "tags": ["vip"]}
KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}


@pytest.fixture
def worker(world, key_text, client):
    """Makes a client of another worker process's application."""
    return lambda key=key_text: type(client)(world, application(world.deployment), key)


@pytest.fixture
def named_key(world):
    """Makes a key for a client of this name; gives its text."""

    def make(name):
        with closing(open_store(world.deployment.service_path)) as connection:
            return Keys(connection, lambda: 0, token_urlsafe).create(name, SCOPES, by="tests")[1]

    return make


def kept_keys(world):
    with closing(sqlite.connect(world.deployment.service_path, read_only=True)) as store:
        return store.execute("SELECT count(*) FROM idempotency_keys").fetchone()[0]


def message_ids(world):
    world.settle()
    return [entry.message_id for entry in world.entries()]


def test_a_call_that_is_sent_again_is_answered_the_same_and_is_in_the_log_once(client, world):
    first, again = (client.track(BODY, headers=KEY) for _ in range(2))
    assert (again.status_code, again.json) == (first.status_code, first.json)
    assert again.headers["Consistency-Token"] == first.headers["Consistency-Token"]
    assert message_ids(world) == first.json["ids"]


def test_a_call_whose_messages_the_log_has_is_not_published_again(client, world):
    first = client.track(BODY, headers=KEY)
    world.settle()
    assert client.track(BODY, headers=KEY).json == first.json
    assert len(client.on_bus()) == 2


def test_an_event_that_is_sent_again_is_in_the_history_once(client, world):
    body = {"userId": "u-1", "event": "Paid"}
    answers = [client.post(EVENTS, body, headers=KEY) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert message_ids(world) == answers[0].json["ids"] == answers[1].json["ids"]


def test_another_worker_gives_the_same_answer(client, worker, world):
    first = client.track(BODY, headers=KEY)
    assert worker().track(BODY, headers=KEY).json == first.json
    assert message_ids(world) == first.json["ids"]


@pytest.mark.parametrize("where", ["the same worker", "another worker"])
def test_another_body_under_the_same_key_is_422_and_publishes_nothing(client, worker, where, description):
    client.track(BODY, headers=KEY)
    answer = (client if where == "the same worker" else worker()).track(BODY | {"userId": "u-1"}, headers=KEY)
    assert answer.status_code == 422
    assert [error["header"] for error in answer.json["errors"]] == ["Idempotency-Key"]
    assert len(client.on_bus()) == 2
    description.assert_fits("POST", USERS, answer)


def test_another_address_under_the_same_key_is_422(client):
    body = {"userId": "u-1", "event": "Paid"}
    assert client.post(EVENTS, body, headers=KEY).status_code == 201
    assert client.track(body, headers=KEY).status_code == 422


def test_calls_of_many_threads_and_workers_under_one_key_are_one_message(client, worker, world):
    workers = [client, worker()]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda turn: workers[turn % 2].track(BODY, headers=KEY), range(32)))
    assert {tuple(answer.json["ids"]) for answer in answers} == {tuple(message_ids(world))}


def test_of_two_bodies_that_race_for_one_key_one_is_taken_and_the_other_always_422(client, worker, world):
    workers, bodies = [client, worker()], [BODY, BODY | {"tags": ["new"]}]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda turn: workers[turn % 2].track(bodies[turn // 2 % 2], headers=KEY), range(32)))
    by_body = [{answer.status_code for answer in answers[turn::4] + answers[turn + 1 :: 4]} for turn in (0, 2)]
    assert sorted(by_body, key=max) == [{202}, {422}]
    assert len(message_ids(world)) == 2


def test_many_threads_under_keys_of_their_own_are_each_taken(client, world):
    def call(number):
        return client.track({"userId": f"u-{number}"}, headers={"Idempotency-Key": str(number)}).json["id"]

    with ThreadPoolExecutor(16) as pool:
        ids = list(pool.map(call, range(64)))
    assert sorted(message_ids(world)) == sorted(ids)


def test_a_client_keeps_its_idempotency_keys_when_its_api_key_changes(worker, named_key):
    """A retry may come after the change: keys of one name are one client."""
    before, after = worker(named_key("shop")), worker(named_key("shop"))
    assert before.track(BODY, headers=KEY).json == after.track(BODY, headers=KEY).json


def test_two_clients_may_use_the_same_idempotency_key(worker, named_key):
    shop, imports = worker(named_key("shop")), worker(named_key("imports"))
    assert shop.track(BODY, headers=KEY).status_code == 202
    assert imports.track(BODY | {"userId": "u-1"}, headers=KEY).status_code == 202


def test_a_call_that_was_found_wrong_leaves_its_key_free(client):
    assert client.track({"traits": {}}, headers=KEY).status_code == 422
    assert client.track(BODY, headers=KEY).status_code == 202


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "caf\u00e9", "a\tb"])
@pytest.mark.parametrize("path", [USERS, CONTACTS])
def test_a_key_that_is_none_is_422(client, description, key, path):
    body = {"userId": "u-1"} if path == USERS else {"user_id": "u-1"}
    answer = client.post(path, body, headers={"Idempotency-Key": key})
    assert answer.status_code == 422
    assert "255" in answer.json["message"]
    assert client.on_bus() == []
    description.assert_fits("POST", path, answer)


def test_the_longest_key_is_taken(client):
    assert client.track(BODY, headers={"Idempotency-Key": "x" * 255}).status_code == 202


def test_a_call_without_the_header_keeps_nothing(client, world):
    client.track(BODY)
    assert kept_keys(world) == 0


def test_neither_the_key_nor_the_client_nor_the_body_can_be_read_in_the_store(client, world):
    client.track(BODY, headers=KEY)
    with closing(sqlite.connect(world.deployment.service_path, read_only=True)) as store:
        (row,) = store.execute("SELECT * FROM idempotency_keys").fetchall()
    assert all(text not in bytes(str(row), "utf-8") for text in (b"8e03978e", b"tests", b"Pune", b"9967536783"))


def test_a_conflict_under_a_key_is_409_again_and_never_published(client, world):
    client.track(BODY | {"userId": "u-1"})
    world.settle()
    conflict = BODY | {"userId": "u-2"}
    assert [client.track(conflict, headers=KEY).status_code for _ in range(2)] == [409, 409]
    assert len(client.on_bus()) == 2


def test_a_store_that_cannot_be_written_in_time_is_503_and_publishes_nothing(client, world, description):
    with closing(sqlite.connect(world.deployment.service_path)) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = client.track(BODY, headers=KEY)
        other.execute("ROLLBACK")
    assert answer.status_code == 503
    assert "nothing was published" in answer.json["message"]
    assert client.on_bus() == []
    description.assert_fits("POST", USERS, answer)
    assert client.track(BODY, headers=KEY).status_code == 202


def make(client, world, body, headers=KEY):
    with settling(world):
        return client.post(CONTACTS, body, headers=headers)


def test_a_contact_made_twice_under_one_key_is_made_once_and_answered_as_it_was_then(client, world):
    world.settle()
    first = make(client, world, {"phone": GAVIN, "traits": {"city": "Pune"}, "tags": ["vip"]})
    assert first.status_code == 201
    client.track({"fullPhoneNumber": GAVIN, "traits": {"city": "Agra"}})
    world.settle()
    again = make(client, world, {"phone": GAVIN, "traits": {"city": "Pune"}, "tags": ["vip"]})
    assert (again.status_code, again.json) == (201, first.json)
    assert len(message_ids(world)) == 3


def test_a_contact_that_did_not_show_in_time_is_found_by_the_repeated_call(client, world, key_text):
    world.settle()
    parts = services(world.deployment)
    hasty = create_app(replace(parts, consistency=replace(parts.consistency, seconds=0.05)))
    first = type(client)(world, hasty, key_text).post(CONTACTS, {"phone": GAVIN}, headers=KEY)
    assert first.status_code == 202
    again = make(client, world, {"phone": GAVIN})
    assert (again.status_code, again.json["phone"]) == (201, GAVIN)
    assert message_ids(world) == first.json["ids"]


def test_another_contact_under_the_same_key_is_422(client, world, description):
    world.settle()
    make(client, world, {"phone": GAVIN})
    answer = make(client, world, {"phone": ASHA})
    assert answer.status_code == 422
    description.assert_fits("POST", CONTACTS, answer)


def test_the_description_names_the_header_at_every_call_that_publishes(description):
    published = {
        path: [parameter["name"] for parameter in operation.get("parameters", ())]
        for (method, path), operation in description.operations.items()
        if description.scopes()[method, path] == {"track"}
    }
    assert published
    assert all("Idempotency-Key" in names for names in published.values()), published
