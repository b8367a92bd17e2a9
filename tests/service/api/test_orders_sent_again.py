"""Merges, splits and new numbers that are sent again under their `Idempotency-Key`: each is done once (R33)."""

from contextlib import closing

import pytest

from tests.examples import ASHA, GAVIN, RAVI
from tests.service.api.test_rejected import settling


@pytest.fixture
def two(world):
    """The ids of Gavin and Asha."""
    world.track(phone=GAVIN, user_id="g", name="Gavin")
    world.track(phone=ASHA, name="Asha")
    world.settle()
    return world.contact(GAVIN)["id"], world.contact(ASHA)["id"]


@pytest.fixture
def send(client, world):
    def sent(path, body, key="k1", **headers):
        with settling(world):
            return client.post(f"/v1/contacts/{path}", body, headers={"Idempotency-Key": key, **headers})

    return sent


def head(client):
    return client.read("/v1/changes").json["head"]


def test_a_merge_that_is_sent_again_says_what_it_said(client, two, send):
    body = {"absorbed": ASHA, "reason": "one person"}
    first = send(f"{two[0]}/merge", body)
    before = head(client)
    again = send(f"{two[0]}/merge", body)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json == first.json
    assert (first.json["absorbed"], head(client)) == (two[1], before)


def test_so_does_a_split_though_the_two_are_one_again(client, two, send):
    send(f"{two[0]}/merge", {"absorbed": ASHA}, key="k1")
    first = send(f"{two[0]}/split", {"reason": "two people"}, key="k2")
    send(f"{two[0]}/merge", {"absorbed": ASHA}, key="k3")
    before = head(client)
    assert send(f"{two[0]}/split", {"reason": "two people"}, key="k2").json == first.json
    assert head(client) == before


def test_so_does_a_new_number_whatever_has_become_of_it(client, world, two, send):
    body = {"phone": ASHA, "reason": "a new phone"}
    first = send(f"{two[0]}/renumber", body)
    send(f"{two[0]}/renumber", {"phone": RAVI}, key="k2")
    world.track(phone=RAVI, city="Pune")
    world.settle()
    before = head(client)
    again = send(f"{two[0]}/renumber", body)
    assert (again.status_code, again.json, head(client)) == (200, first.json, before)


def test_it_names_who_would_be_merged_in_before_anything_is_done(client, two, send):
    planned = [send(f"{two[0]}/renumber", {"phone": phone, "dry_run": True}).json for phone in (ASHA, RAVI)]
    assert [one["absorbed"] for one in planned] == [two[1], None]
    assert head(client) == 2


def test_a_key_of_one_order_is_refused_for_another(two, send):
    send(f"{two[0]}/renumber", {"phone": RAVI})
    answer = send(f"{two[0]}/renumber", {"phone": ASHA})
    assert (answer.status_code, answer.json["errors"][0]["header"]) == (422, "Idempotency-Key")


def test_an_order_that_was_refused_for_its_reason_leaves_its_key_free(two, send):
    assert send(f"{two[0]}/renumber", {"phone": RAVI, "reason": "Gavin said so"}).status_code == 422
    assert send(f"{two[0]}/renumber", {"phone": RAVI, "reason": "a new phone"}).status_code == 200


def test_so_does_a_merge_that_needs_a_second_yes(world, two, send):
    world.track(phone=GAVIN, whatsapp_opted=False)
    world.track(phone=ASHA, whatsapp_opted=True)
    world.settle()
    assert send(f"{two[0]}/merge", {"absorbed": ASHA}).json["reason"] == "opt_in_not_allowed"
    assert send(f"{two[0]}/merge", {"absorbed": ASHA, "allow_opt_in": True}).status_code == 200


def test_what_was_read_may_have_changed_by_the_order_itself(client, two, send):
    etag = client.read(f"/v1/contacts/{two[0]}").headers["ETag"]
    first = send(f"{two[0]}/merge", {"absorbed": ASHA}, **{"If-Match": etag})
    again = send(f"{two[0]}/merge", {"absorbed": ASHA}, **{"If-Match": etag})
    assert (first.status_code, again.json) == (200, first.json)


def test_an_order_that_is_on_its_way_is_given_once(client, world, two):
    call = f"/v1/contacts/{two[0]}/merge", {"absorbed": ASHA}
    key = {"Idempotency-Key": "k1"}
    assert client.post(*call, headers=key).status_code == 202
    world.settle()
    before = head(client)
    answer = client.post(*call, headers=key)
    assert (answer.status_code, answer.json["position"], head(client)) == (200, before, before)


def test_nothing_is_told_again_of_somebody_who_was_erased_since(client, world, two, send):
    """The order made who has the number now, and outlives the contact that it was about."""
    body = {"phone": RAVI, "reason": "a new phone"}
    send(f"{two[0]}/renumber", body)
    world.track(phone=RAVI, name="Ravi")
    world.settle()
    send(f"{two[0]}/split", {"reason": "two people"}, key="k2")
    with settling(world):
        assert client.delete(f"/v1/contacts/{two[0]}", {"reason": "asked"}).status_code in (200, 202)
    assert send(f"{two[0]}/renumber", body).status_code == 410


def erase(client, world, who):
    with settling(world):
        assert client.delete(f"/v1/contacts/{who}", {"reason": "asked"}).status_code in (200, 202)


def bus_end(world):
    with closing(world.drivers.bus().reader()) as reader:
        ((_, end),) = reader.ranges().values()
    return end


def test_an_order_that_was_erased_with_one_of_its_contacts_is_not_given_again(client, world, two, send):
    body = {"absorbed": ASHA, "reason": "one person"}
    assert send(f"{two[0]}/merge", body).status_code == 200
    send(f"{two[0]}/split", {"reason": "two people"}, key="k2")
    erase(client, world, two[1])
    before = bus_end(world)
    for key, call in (("k1", ("merge", body)), ("k2", ("split", {"reason": "two people"}))):
        answer = send(f"{two[0]}/{call[0]}", call[1], key=key)
        assert (answer.status_code, answer.json["reason"]) == (410, "erased")
    assert bus_end(world) == before


def test_a_contact_that_was_made_and_erased_is_not_made_again(client, world):
    world.track(phone=GAVIN)
    world.settle()
    call = {"phone": RAVI, "traits": {"name": "Ravi"}}, {"Idempotency-Key": "k1"}
    with settling(world):
        made = client.post("/v1/contacts", call[0], headers=call[1])
    assert made.status_code == 201
    erase(client, world, made.json["id"])
    before = bus_end(world)
    answer = client.post("/v1/contacts", call[0], headers=call[1])
    assert (answer.status_code, answer.json["reason"]) == (410, "erased")
    assert bus_end(world) == before
    assert client.post("/v1/contacts", call[0], headers={"Idempotency-Key": "k2"}).status_code == 202


def test_a_track_call_that_was_erased_is_answered_as_before_and_not_published_again(client, world):
    call = "/v1/public/track/users/", {"fullPhoneNumber": RAVI, "traits": {"name": "Ravi"}, "tags": ["vip"]}
    first = client.post(*call, headers={"Idempotency-Key": "k1"})
    world.settle()
    erase(client, world, world.contact(RAVI)["id"])
    before = bus_end(world)
    again = client.post(*call, headers={"Idempotency-Key": "k1"})
    assert (again.status_code, again.json) == (first.status_code, first.json)
    assert bus_end(world) == before


def test_a_read_that_must_show_what_was_erased_since_is_answered(client, world, two):
    with settling(world):
        changed = client.patch(f"/v1/contacts/{two[0]}", {"traits": {"city": "Goa"}})
    erase(client, world, two[0])
    answer = client.read("/v1/contacts", headers={"Consistency-Token": changed.headers["Consistency-Token"]})
    assert answer.status_code == 200
