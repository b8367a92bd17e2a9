"""`POST /v1/public/track/users/` and `/events/` against the real bus (R6-R9)."""

import time
import uuid

import msgspec
import pytest

from ledger import sqlite
from ledger.events import envelope
from tests.examples import ASHA, GAVIN, GAVIN_CALL
from tests.service.api.conftest import KEY_NAME

USERS = "/v1/public/track/users/"
EVENTS = "/v1/public/track/events/"
BY = {"by": KEY_NAME}


def test_a_call_is_durable_on_the_bus_when_it_is_answered(client):
    answer = client.track(GAVIN_CALL)
    assert answer.status_code == 202
    assert answer.json["result"] is True
    assert answer.json["message"]
    assert [message["id"] for message in client.messages()] == answer.json["ids"]
    assert answer.json["id"] == answer.json["ids"][0]
    assert uuid.UUID(answer.json["id"]).version == 7


def test_traits_and_tags_are_two_messages_under_one_key_in_order(client):
    client.track(GAVIN_CALL)
    assert [record.key for record in client.on_bus()] == [GAVIN.encode()] * 2
    first, second = client.messages()
    assert (first["type"], first["data"]) == ("UserTracked", {"phone": GAVIN, "traits": GAVIN_CALL["traits"], **BY})
    assert (second["type"], second["data"]) == ("TagsAdded", {"phone": GAVIN, "tags": GAVIN_CALL["tags"], **BY})


def test_the_messages_of_a_call_name_the_key_that_sent_them_and_nobody_elses_word_for_it_counts(client, world):
    client.track({**GAVIN_CALL, "by": "somebody else"})
    world.send("UserTracked", {"phone": ASHA, "by": "somebody else"})
    world.settle()
    assert [message["data"]["by"] for message in client.messages()[:2]] == [KEY_NAME] * 2
    stories = [client.read(f"/v1/contacts/{world.contact(who)['id']}/history").json["events"] for who in (GAVIN, ASHA)]
    assert [[event.get("by") for event in events] for events in stories] == [[KEY_NAME] * 2, [None]]


def test_tags_alone_are_one_message(client):
    client.track({"userId": "u-1", "traits": {}, "tags": ["vip"]})
    assert [message["type"] for message in client.messages()] == ["TagsAdded"]


def test_an_identity_alone_is_recorded(client):
    client.track({"userId": "u-1"})
    (message,) = client.messages()
    assert (message["type"], message["data"]) == ("UserTracked", {"userId": "u-1", "traits": {}, **BY})
    assert client.on_bus()[0].key == b"u-1"


def test_messages_of_a_call_are_signed_as_ours(client, world):
    client.track(GAVIN_CALL)
    for record in client.on_bus():
        message = envelope.decode(record.headers, record.value)
        assert message.source == "/v1/public/track/users"
        assert world.drivers.signer().has_signed(message)


def test_a_call_without_created_at_states_no_time_so_the_bus_time_counts(client, world):
    """R4."""
    client.track(GAVIN_CALL)
    assert all("time" not in message for message in client.messages())
    world.settle()
    assert [entry.stated for entry in world.entries()] == [record.time for record in client.on_bus()]


def test_created_at_is_the_stated_time(client):
    client.track({"userId": "u-1", "createdAt": "2022-10-31T19:30:00.000+05:30"})
    assert client.messages()[0]["time"] == "2022-10-31T14:00:00Z"


@pytest.mark.parametrize("path", [USERS, USERS.rstrip("/")])
def test_it_answers_with_and_without_a_trailing_slash(client, path):
    assert client.post(path, GAVIN_CALL).status_code == 202


@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_the_body_is_json_whatever_its_content_type(client, content_type):
    headers = {"Content-Type": content_type} if content_type else {}
    assert client.track(GAVIN_CALL, headers=headers).status_code == 202


@pytest.mark.parametrize(
    "raw",
    [b"", b"nonsense", b"[]", b'"text"', b"null", b'{"userId": NaN}', b'{"userId": "\xff"}', b"{'userId': 1}", b"{"],
)
def test_only_bytes_that_are_no_json_object_are_400(client, raw):
    answer = client.track(raw=raw)
    assert answer.status_code == 400
    assert_is_problem(answer)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"userId": "\\ud800"}',
        b'{"userId": "u", "traits": {"a": 1e400}}',
        b'{"userId": "u", "traits": {"a": 9007199254740993}}',
        b'{"userId": "u", "traits": {"a": ' + b"9" * 5000 + b"}}",
        b'{"userId": "u", "traits": {"\\udfff": 1}}',
        b'{"userId": "u", "traits": ' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"traits": {}}',
        b"{}",
    ],
)
def test_what_is_json_but_unfit_is_422(client, raw):
    answer = client.track(raw=raw)
    assert answer.status_code == 422
    assert_is_problem(answer)
    assert client.on_bus() == []


def test_a_byte_order_mark_does_no_harm(client):
    assert client.track(raw=b"\xef\xbb\xbf" + msgspec.json.encode(GAVIN_CALL)).status_code == 202


def test_every_wrong_field_is_named_at_once(client):
    answer = client.track({"phoneNumber": "12", "traits": {"city": {"a": 1}}, "tags": ["x" * 101], "createdAt": "soon"})
    assert answer.status_code == 422
    assert_is_problem(answer)
    pointers = {error["pointer"] for error in answer.json["errors"]}
    assert {"/phoneNumber", "/traits/city", "/tags/0", "/createdAt"} <= pointers
    for error in answer.json["errors"]:
        assert error["message"] in answer.json["message"]


def test_a_known_phone_with_another_user_id_is_409(client, world):
    client.track({"fullPhoneNumber": GAVIN, "userId": "u-1"})
    world.settle()
    answer = client.track({"fullPhoneNumber": GAVIN, "userId": "u-2"})
    assert answer.status_code == 409
    assert answer.json["reason"] == "identity_conflict"
    assert_is_problem(answer)
    assert len(client.on_bus()) == 1


def test_a_known_user_id_with_another_phone_is_409(client, world):
    client.track({"fullPhoneNumber": GAVIN, "userId": "u-1"})
    world.settle()
    assert client.track({"fullPhoneNumber": ASHA, "userId": "u-1"}).status_code == 409


def test_two_contacts_that_can_merge_are_no_conflict(client, world):
    client.track({"fullPhoneNumber": GAVIN})
    client.track({"userId": "u-1"})
    world.settle()
    assert client.track({"fullPhoneNumber": GAVIN, "userId": "u-1"}).status_code == 202


def test_an_event_is_created(client):
    answer = client.post(EVENTS, {"userId": "u-1", "event": "Order placed", "traits": {"items": [{"sku": 1}]}})
    assert answer.status_code == 201
    (message,) = client.messages()
    assert answer.json == {
        "result": True,
        "message": "Event created successfully",
        "id": message["id"],
        "ids": [message["id"]],
    }
    assert (message["type"], message["source"]) == ("EventTracked", "/v1/public/track/events")
    assert message["data"] == {"userId": "u-1", "event": "Order placed", "traits": {"items": [{"sku": 1}]}, **BY}


def test_an_event_needs_a_name(client):
    answer = client.post(EVENTS, {"userId": "u-1"})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json["errors"]] == ["/event"]


@pytest.mark.parametrize("headers", [{"Authorization": ""}, {"Authorization": "Bearer nope"}])
def test_without_a_valid_key_it_is_401(client, headers):
    answer = client.track(GAVIN_CALL, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert_is_problem(answer)
    assert client.on_bus() == []


def test_a_key_without_the_scope_is_403(client, other_key):
    answer = client.track(GAVIN_CALL, headers={"Authorization": f"Bearer {other_key(['read'])}"})
    assert answer.status_code == 403
    assert_is_problem(answer)


def test_a_body_over_the_limit_is_413(client):
    answer = client.track({"userId": "u-1", "traits": {f"t{n}": "x" * 30_000 for n in range(9)}})
    assert answer.status_code == 413
    assert_is_problem(answer)


def test_a_body_whose_message_the_append_would_refuse_is_413(client):
    body = {"userId": "u-1", "traits": {f"t{n}": "x" * 29_100 for n in range(9)}}
    assert 256 * 1024 - 400 < len(msgspec.json.encode(body)) <= 256 * 1024
    answer = client.track(body)
    assert answer.status_code == 413
    assert_is_problem(answer)
    assert client.on_bus() == []


def test_a_bus_that_others_keep_locked_is_503_in_time(client, world):
    client.track({"userId": "u-1"})
    other = sqlite.connect(world.folder / "bus.db")
    with sqlite.transaction(other):
        begun = time.monotonic()
        answer = client.track({"userId": "u-2"})
        assert time.monotonic() - begun < 12
    other.close()
    assert answer.status_code == 503
    assert client.track({"userId": "u-3"}).status_code == 202
    assert [message["data"]["userId"] for message in client.messages()] == ["u-1", "u-3"]


def test_a_bus_that_cannot_take_messages_is_503_and_nothing_was_published(client, world):
    bus_file = world.folder / "bus.db"
    bus_file.write_bytes(b"this is no database" * 100)
    answer = client.track(GAVIN_CALL)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "nothing was published" in answer.json["message"]
    assert_is_problem(answer)


def assert_is_problem(answer):
    assert answer.content_type == "application/problem+json"
    assert answer.json["result"] is False
    assert answer.json["message"]
    assert answer.json["status"] == answer.status_code
    assert answer.json["title"]


@pytest.mark.parametrize("member", ["phoneNumber", "fullPhoneNumber"])
def test_a_user_id_that_is_nobodys_is_left_out_beside_a_phone_and_the_answer_says_so(client, description, member):
    """R6."""
    number = GAVIN if member == "fullPhoneNumber" else GAVIN.removeprefix("+91")
    answer = client.track({"userId": "Undefined", member: number})
    assert answer.status_code == 202
    assert [(note["pointer"], note["reason"]) for note in answer.json["notes"]] == [("/userId", "user_id_placeholder")]
    assert [message["data"] for message in client.messages()] == [{"phone": GAVIN, "traits": {}, **BY}]
    description.assert_fits("POST", USERS, answer)


@pytest.mark.parametrize(
    ("id", "reason"), [("[object Object]", "user_id_placeholder"), ("6.61E+12", "user_id_scientific"), (" ", "invalid")]
)
def test_a_call_about_nobody_is_422_with_the_reason(client, description, id, reason):
    """R6, R14."""
    answer = client.track({"userId": id})
    assert (answer.status_code, [error["reason"] for error in answer.json["errors"]]) == (422, [reason])
    assert client.on_bus() == []
    description.assert_fits("POST", USERS, answer)


@pytest.mark.parametrize("opted", ["yes", "", 2, 0.5, [True], "TRUE, please"])
def test_consent_that_says_neither_yes_nor_no_is_422(client, opted):
    """R3; an event's traits are not the contact's."""
    answer = client.track({"fullPhoneNumber": GAVIN, "traits": {"whatsapp_opted": opted}})
    assert [error["pointer"] for error in answer.json["errors"]] == ["/traits/whatsapp_opted"]
    told = {"fullPhoneNumber": GAVIN, "event": "Asked", "traits": {"whatsapp_opted": opted}}
    assert client.post(EVENTS, told).status_code == 201


@pytest.mark.parametrize("opted", [True, False, None, "TRUE", " false ", 1, 0, "1", "0"])
def test_consent_travels_as_it_was_sent(client, opted):
    """R3: the fold reads it; the log keeps what was sent."""
    assert client.track({"fullPhoneNumber": GAVIN, "traits": {"whatsapp_opted": opted}}).status_code == 202
    assert client.messages()[0]["data"]["traits"] == {"whatsapp_opted": opted}
