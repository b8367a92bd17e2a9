"""`PATCH /v1/contacts/{id}` changes a contact by the events of a track call, if it is as the caller read it (R26)."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import msgspec
import pytest

from service.api.app import create_app
from service.wiring.api import application, services
from tests.docs.rerun import comparable
from tests.examples import ASHA, GAVIN
from tests.service.api import story
from tests.service.api.test_new_contact import settling
from tests.shipped import eventually
from tests.world import UntilCaughtUp

PATH = "/v1/contacts/{id}"
KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}


@pytest.fixture
def gavin(world):
    """Where the contact is; it has a phone and no user id, and its newest event is at position 2."""
    world.track(phone=GAVIN, city="Pune", plan="basic")
    world.tag("vip", phone=GAVIN)
    world.settle()
    return f"/v1/contacts/{world.contact(GAVIN)['id']}"


def change(client, world, path, body, **headers):
    with settling(world):
        return client.patch(path, body, headers={name.replace("_", "-"): text for name, text in headers.items()})


def etag(client, path):
    return client.read(path).headers["ETag"]


def test_what_is_named_is_changed_and_the_answer_has_the_contact(client, world, gavin, description):
    answer = change(client, world, gavin, {"traits": {"city": "Agra", "plan": None}, "tags": ["new"], "user_id": 17})
    assert answer.status_code == 200
    assert answer.json == world.contact(GAVIN)
    assert (answer.json["traits"], answer.json["tags"], answer.json["user_id"]) == (
        {"city": "Agra"},
        ["vip", "new"],
        "17",
    )
    assert answer.headers["ETag"] == etag(client, gavin)
    description.assert_fits("PATCH", PATH, answer)


def test_the_example_of_the_description_is_what_comes(client, world, description):
    path = story.tell(client, world, description)[PATH]
    shown = description.operations["PATCH", PATH]["requestBody"]["content"]["application/json"]["example"]
    answer = change(client, world, f"/v1/contacts/{path}", shown)
    expected = description.answer("PATCH", PATH, 200)["application/json"]["example"]
    assert comparable(msgspec.json.encode(answer.json).decode()) == comparable(msgspec.json.encode(expected).decode())


def test_it_is_changed_by_the_events_of_a_track_call(client, world, gavin):
    change(client, world, gavin, {"traits": {"city": "Agra"}, "tags": ["new"]})
    assert [(entry.type, entry.source) for entry in world.entries()[2:]] == [
        ("UserTracked", "/v1/contacts"),
        ("TagsAdded", "/v1/contacts"),
    ]


def test_a_contact_without_a_phone_is_changed_too(client, world):
    world.track(user_id="u-1", city="Pune")
    world.settle()
    path = f"/v1/contacts/{world.contact('u-1')['id']}"
    answer = change(client, world, path, {"traits": {"city": "Agra"}, "user_id": "u-1"}, If_Match=etag(client, path))
    assert (answer.status_code, answer.json["traits"]) == (200, {"city": "Agra"})


def test_without_if_match_it_is_changed_whatever_came_before(client, world, gavin):
    client.track({"fullPhoneNumber": GAVIN, "traits": {"city": "Goa"}})
    assert change(client, world, gavin, {"traits": {"city": "Agra"}}).json["traits"]["city"] == "Agra"


@pytest.mark.parametrize("form", ["{}", "*", '"99", {}'])
def test_it_is_changed_when_if_match_names_what_is_there(client, world, gavin, form):
    answer = change(client, world, gavin, {"traits": {"city": "Agra"}}, If_Match=form.format(etag(client, gavin)))
    assert (answer.status_code, answer.json["traits"]["city"]) == (200, "Agra")


@pytest.mark.parametrize("given", ['"1"', '"99"', 'W/"2"', '""', '"", "1"', "nonsense", ""])
def test_if_match_that_names_something_else_is_412_with_what_is_there(client, world, gavin, given, description):
    answer = client.patch(gavin, {"traits": {"city": "Agra"}}, headers={"If-Match": given})
    assert (answer.status_code, answer.json["reason"]) == (412, "precondition_failed")
    assert answer.json["contact"] == world.contact(GAVIN)
    assert answer.headers["ETag"] == etag(client, gavin)
    assert len(client.on_bus()) == 2
    description.assert_fits("PATCH", PATH, answer)


def test_what_happened_after_the_state_was_looked_at_is_412_too_by_the_append(client, world, gavin, description):
    before = etag(client, gavin)
    client.track({"fullPhoneNumber": GAVIN, "traits": {"city": "Goa"}})
    answer = change(client, world, gavin, {"traits": {"city": "Agra"}, "tags": ["new"]}, If_Match=before)
    assert (answer.status_code, answer.json["reason"]) == (412, "precondition_failed")
    assert answer.json["contact"] == world.contact(GAVIN)
    assert answer.json["contact"]["traits"]["city"] == "Goa"
    assert [entry.reason for entry in world.entries()[2:]] == [None, "precondition_failed", "precondition_failed"]
    description.assert_fits("PATCH", PATH, answer)


def test_tags_under_a_condition_come_with_the_attributes(client, world, gavin):
    answer = change(client, world, gavin, {"traits": {"city": "Agra"}, "tags": ["new"]}, If_Match=etag(client, gavin))
    assert (answer.status_code, answer.json["tags"]) == (200, ["vip", "new"])


def test_one_that_does_not_show_in_time_is_202_with_its_messages(client, world, gavin, key_text, description):
    parts = services(world.deployment)
    app = create_app(replace(parts, consistency=replace(parts.consistency, seconds=0.05)))
    answer = type(client)(world, app, key_text).patch(gavin, {"traits": {"city": "Agra"}})
    assert answer.status_code == 202
    assert client.messages()[-1]["id"] == answer.json["id"]
    description.assert_fits("PATCH", PATH, answer)
    world.settle()
    token = {"Consistency-Token": answer.headers["Consistency-Token"]}
    assert client.read(gavin, headers=token).json["traits"]["city"] == "Agra"


def test_the_same_call_again_under_its_key_is_answered_the_same_whatever_came_since(client, world, gavin):
    body, before = {"traits": {"city": "Agra"}, "tags": ["new"]}, etag(client, gavin)
    first = change(client, world, gavin, body, If_Match=before, **KEY)
    client.track({"fullPhoneNumber": GAVIN, "traits": {"city": "Goa"}})
    world.settle()
    again = change(client, world, gavin, body, If_Match=before, **KEY)
    assert (first.status_code, again.status_code, again.json) == (200, 200, first.json)
    assert again.headers["ETag"] == first.headers["ETag"]
    assert len(world.entries()) == 5


def test_the_same_call_again_that_lost_is_412_again(client, world, gavin):
    body, before = {"traits": {"city": "Agra"}}, etag(client, gavin)
    client.track({"fullPhoneNumber": GAVIN, "traits": {"city": "Goa"}})
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(client.patch, gavin, body, headers={"If-Match": before, **KEY})
        eventually(lambda: len(client.messages()) == 4, "its message is on the bus, to lose at the append")
        world.settle()
        assert first.result(30).status_code == 412
    assert change(client, world, gavin, body, If_Match=before, **KEY).status_code == 412
    assert len(world.entries()) == 4


def test_another_if_match_under_the_same_key_is_422(client, world, gavin):
    change(client, world, gavin, {"traits": {"city": "Agra"}}, If_Match=etag(client, gavin), **KEY)
    answer = change(client, world, gavin, {"traits": {"city": "Agra"}}, If_Match=etag(client, gavin), **KEY)
    assert answer.status_code == 422


def test_a_user_id_that_is_set_is_fixed(client, world, gavin, description):
    """R1, R26."""
    assert change(client, world, gavin, {"user_id": "u-1"}).json["user_id"] == "u-1"
    assert change(client, world, gavin, {"user_id": "u-1"}).status_code == 200
    answer = client.patch(gavin, {"user_id": "u-2"})
    assert (answer.status_code, answer.json["reason"]) == (409, "identity_conflict")
    description.assert_fits("PATCH", PATH, answer)


@pytest.mark.parametrize("is_known", [True, False])
def test_a_user_id_of_another_contact_is_409_and_merges_nobody(client, world, gavin, is_known, description):
    client.track({"userId": "u-1"})
    if is_known:
        world.settle()
    answer = change(client, world, gavin, {"user_id": "u-1"})
    assert (answer.status_code, answer.json["reason"]) == (409, "identity_conflict")
    assert not is_known or answer.json["holders"]["user_id"] == world.contact("u-1")["id"]
    assert len(world.contacts()) == 2
    description.assert_fits("PATCH", PATH, answer)


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, [""]),
        ({"traits": {}, "tags": [], "user_id": ""}, [""]),
        ({"phone": ASHA, "country_code": "+91", "tags": ["vip"]}, ["/country_code", "/phone"]),
        ({"traits": {"city": {"a": 1}}, "tags": "vip"}, ["/tags", "/traits/city"]),
    ],
)
def test_wrong_members_are_all_named(client, gavin, body, pointers, description):
    answer = client.patch(gavin, body)
    assert answer.status_code == 422
    assert sorted(error["pointer"] for error in answer.json["errors"]) == pointers
    assert len(client.on_bus()) == 2
    description.assert_fits("PATCH", PATH, answer)


def test_the_id_of_a_merged_contact_leads_to_the_other(client, world, gavin, description):
    world.track(user_id="u-1")
    world.settle()
    gone = f"/v1/contacts/{world.contact('u-1')['id']}"
    world.track(phone=GAVIN, user_id="u-1")
    world.settle()
    answer = client.patch(gone, {"traits": {"city": "Agra"}})
    assert (answer.status_code, answer.headers["Location"]) == (308, gavin)
    description.assert_fits("PATCH", PATH, answer)


def test_nobody_is_404(client, world, description):
    world.settle()
    answer = client.patch("/v1/contacts/01a20e51-0035-703f-b269-a57f0c2d62ae", {"traits": {"city": "Agra"}})
    assert answer.status_code == 404
    description.assert_fits("PATCH", PATH, answer)


@pytest.mark.parametrize("is_current", [True, False])
def test_a_key_that_may_not_read_is_not_told_what_is_there(client, world, gavin, other_key, is_current):
    before = etag(client, gavin) if is_current else '"1"'
    writer = type(client)(world, application(world.deployment), other_key(["track"]))
    answer = change(writer, world, gavin, {"traits": {"city": "Agra"}}, If_Match=before)
    assert answer.status_code == (200 if is_current else 412)
    assert answer.json.keys().isdisjoint({"traits", "contact", "phone"})


class UntilOneIsTaken(UntilCaughtUp):
    """Stops the consumer behind the next message, as where a batch ends or it is killed between two of a call."""

    def __init__(self, world, log):
        super().__init__(world, log)
        self._before = log.head().position

    def is_stopping(self):
        return self._log.head().position > self._before or super().is_stopping()


def test_a_change_that_is_sent_again_does_not_lose_to_its_own_first_message(client, world, gavin):
    body = {"traits": {"city": "Agra"}, "tags": ["new"]}
    headers = {"If-Match": etag(client, gavin), **KEY}
    assert client.patch(gavin, body, headers=headers).status_code == 202
    with world.drivers.consumer() as consumer:
        replace(consumer, batch=1).run(UntilOneIsTaken(world, consumer.log))
    world.project()
    assert etag(client, gavin) != headers["If-Match"]
    again = change(client, world, gavin, body, **headers)
    assert (again.status_code, again.json["tags"]) == (200, ["vip", "new"])
    assert [entry.is_accepted for entry in world.entries()[2:]] == [True, True]


def test_a_change_that_lost_loses_again_when_it_is_sent_again(client, world, gavin):
    headers = {"If-Match": etag(client, gavin), **KEY}
    world.track(phone=GAVIN, city="Delhi")
    world.settle()
    for _ in range(2):
        answer = change(client, world, gavin, {"traits": {"city": "Agra"}}, **headers)
        assert answer.status_code == 412
    assert world.contact(GAVIN)["traits"]["city"] == "Delhi"


@pytest.mark.parametrize("tag", ['"x"', '"-1"', '"99999999999999999999"', '"2.0"', 'W/"2"'])
def test_an_etag_that_is_no_position_matches_nothing(client, world, gavin, tag):
    for _ in range(2):
        answer = change(client, world, gavin, {"traits": {"city": "Agra"}}, **{"If-Match": tag}, **KEY)
        assert answer.status_code == 412
