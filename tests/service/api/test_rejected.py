"""Rejected messages taken again and dropped over HTTP (R28, R33)."""

import threading
import tracemalloc
from contextlib import closing, contextmanager

import orjson
import pytest

from tests.examples import ASHA, GAVIN, MEERA
from tests.world import SHOP


@contextmanager
def settling(world):
    """Whatever comes on the bus meanwhile is appended and folded."""
    done = threading.Event()

    def work():
        while not done.wait(0.02):
            world.settle()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


@pytest.fixture
def refused(world):
    """The position of a message with a phone that is none."""
    world.track(phone=GAVIN)
    world.send("UserTracked", {"phone": "12", "traits": {"city": "Pune"}}, id="order-17")
    world.settle()
    return 2


def corrected(**data):
    return {"specversion": "1.0", "id": "order-17", "source": SHOP, "type": "UserTracked", "data": data}


def test_a_corrected_message_is_taken_in_the_place_of_the_refused_one(client, world, refused):
    body = {"message": corrected(phone=MEERA, traits={"city": "Pune"}), "reason": "a digit was missing"}
    with settling(world):
        answer = client.post(f"/v1/rejected/{refused}/retry", body)
    assert (answer.status_code, answer.json) == (200, {"position": refused, "settled_by": 3})
    assert world.contact(MEERA)["traits"] == {"city": "Pune"}
    (listed,) = client.read("/v1/rejected").json["rejected"]
    assert (listed["state"], listed["settled_by"]) == ("taken", 3)
    assert client.read("/v1/rejected?open=true").json["rejected"] == []
    assert client.read("/v1/audit/entries/3").json["settles"] == refused


def test_what_it_says_counts_as_of_when_it_was_first_said(client, world, refused):
    """R4: a newer value stays."""
    world.track(phone=MEERA, city="Agra")
    world.settle()
    with settling(world):
        client.post(f"/v1/rejected/{refused}/retry", {"message": corrected(phone=MEERA, traits={"city": "Pune"})})
    assert world.contact(MEERA)["traits"] == {"city": "Agra"}


def test_a_message_that_is_as_wrong_as_before_is_not_sent(client, world, refused):
    answer = client.post(f"/v1/rejected/{refused}/retry", {})
    assert (answer.status_code, answer.json["reason"]) == (422, "phone_invalid")
    world.settle()
    assert len(world.entries()) == refused


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (corrected(phone="13"), "phone_invalid"),
        (corrected(phone=MEERA) | {"id": "another"}, "id_reused"),
        (corrected(phone=MEERA) | {"type": "ImportUndone"}, "unknown_type"),
        ({"data": {"phone": MEERA}}, "unreadable"),
    ],
)
def test_a_correction_that_breaks_a_rule_says_which(client, refused, message, reason):
    answer = client.post(f"/v1/rejected/{refused}/retry", {"message": message})
    assert answer.status_code == 422
    assert reason in (answer.json.get("reason"), answer.json.get("errors", [{}])[0].get("reason"))


def test_a_message_that_the_append_refuses_again_is_409_with_why(client, world):
    world.track(phone=ASHA, user_id="u1")
    world.track(phone=ASHA, user_id="u2")
    world.settle()
    with settling(world):
        answer = client.post("/v1/rejected/2/retry", {})
    assert (answer.status_code, answer.json["reason"], answer.json["position"]) == (409, "identity_conflict", 3)
    assert [one["state"] for one in client.read("/v1/rejected").json["rejected"]] == ["order", "open"]


def test_what_was_refused_again_is_taken_when_the_same_person_tries_once_more(client, world):
    """Every try is a message of its own, however alike they are."""
    world.send_signed("/imports/i1", "ImportStarted", "i1.started", {"import": "i1"})
    data = {"phone": ASHA, "userId": "u1", "match": "phone", "row": 1, "line": 2, "rowend": True}
    world.send_signed("/imports/i1", "UserTracked", "i1.000001.u", data)
    world.settle()
    world.send("UserTracked", {"phone": GAVIN, "userId": "u1", "match": "phone"})
    world.settle()
    with settling(world):
        assert client.post("/v1/rejected/3/retry", {}).status_code == 409
    order = {"import": "i1", "by": "asha", "reason": "the wrong file", "published": 1}
    world.send_signed("/imports/i1", "ImportUndone", "o1", order)
    world.settle()
    with settling(world):
        answer = client.post("/v1/rejected/3/retry", {})
    assert (answer.status_code, answer.json) == (200, {"position": 3, "settled_by": 6})


def test_one_order_given_twice_is_one_entry(client, world):
    world.track(phone=ASHA, user_id="u1")
    world.track(phone=ASHA, user_id="u2")
    world.settle()
    for _ in range(2):
        assert client.post("/v1/rejected/retry", {"count": 1}).json["sent"] == 1
    world.settle()
    assert [entry.reason for entry in world.entries()] == [None, "identity_conflict", "identity_conflict"]


def test_a_message_whose_name_another_has_is_not_sent_and_why_is_said(client, world):
    world.send("UserTracked", {"phone": GAVIN}, id="order-17")
    world.send("UserTracked", {"phone": MEERA}, id="order-17")
    world.settle()
    answer = client.post("/v1/rejected/2/retry", {})
    assert (answer.status_code, answer.json["reason"]) == (422, "id_reused")
    assert "position 1" in answer.json["detail"]
    assert client.post("/v1/rejected/retry", {}).json["ready"] == 0


def test_an_order_that_comes_behind_the_senders_own_correction_is_refused(client, world, refused):
    world.send("UserTracked", {"phone": MEERA}, id="order-17")
    with settling(world):
        answer = client.post(f"/v1/rejected/{refused}/retry", {"message": corrected(phone=MEERA)})
    assert (answer.status_code, answer.json["reason"], answer.json["position"]) == (409, "wrong_state", 4)


@pytest.mark.parametrize("time", ["2999-01-01T00:00:00Z", None])
def test_a_senders_clock_that_runs_ahead_wins_over_no_newer_value(client, world, time):
    """R4: nothing is stated for later than when the bus took the rejected message."""
    world.send("UserTracked", {"phone": "12"}, id="order-17", time="2999-01-01T00:00:00Z")
    world.track(phone=MEERA, city="Agra")
    world.settle()
    message = corrected(phone=MEERA, traits={"city": "Pune"}) | ({} if time is None else {"time": time})
    with settling(world):
        assert client.post("/v1/rejected/1/retry", {"message": message}).status_code == 200
    assert world.contact(MEERA)["traits"] == {"city": "Agra"}


def test_a_correction_that_leaves_out_the_time_states_that_of_the_rejected_message(client, world):
    """R4."""
    world.send("UserTracked", {"phone": "12"}, id="order-17", time="2020-01-01T00:00:00Z")
    world.track(phone=MEERA, city="Agra", time="2021-01-01T00:00:00Z")
    world.settle()
    with settling(world):
        client.post("/v1/rejected/1/retry", {"message": corrected(phone=MEERA, traits={"city": "Pune"})})
    assert world.contact(MEERA)["traits"] == {"city": "Agra"}


def test_a_correction_with_a_time_that_is_none_is_refused(client, refused):
    message = corrected(phone=MEERA) | {"time": "yesterday"}
    answer = client.post(f"/v1/rejected/{refused}/retry", {"message": message})
    assert (answer.status_code, answer.json["reason"]) == (422, "invalid")


def test_a_dropped_message_stays_and_is_not_taken_again(client, world, refused):
    with settling(world):
        assert client.post(f"/v1/rejected/{refused}/drop", {"reason": "a test"}).status_code == 200
    assert client.post(f"/v1/rejected/{refused}/drop", {"reason": "a test"}).status_code == 409
    assert client.post(f"/v1/rejected/{refused}/retry", {"message": corrected(phone=MEERA)}).status_code == 409
    (listed,) = client.read("/v1/rejected").json["rejected"]
    assert (listed["state"], listed["settled_by"]) == ("dropped", 3)


def test_a_message_is_not_dropped_without_a_reason(client, refused):
    """R33."""
    assert client.post(f"/v1/rejected/{refused}/drop", {}).status_code == 422


@pytest.mark.usefixtures("refused")
@pytest.mark.parametrize("position", ["1", "99", "x"])
def test_what_is_no_rejected_message_is_404(client, position):
    assert client.post(f"/v1/rejected/{position}/retry", {}).status_code == 404


def test_an_order_that_nobody_decides_in_time_is_on_its_way(client, refused):
    answer = client.post(f"/v1/rejected/{refused}/drop", {"reason": "a test"})
    assert (answer.status_code, answer.json["settled_by"]) == (202, None)


@pytest.mark.usefixtures("refused")
def test_many_are_dropped_only_when_the_number_is_right(client, world):
    world.track(phone="13")
    world.send("UserTracked", {"phone": MEERA, "traits": []})
    world.settle()
    body = {"rejected_for": "phone_invalid", "reason": "tests of the shop's"}
    assert client.post("/v1/rejected/drop", body).json == {"count": 2, "ready": 0, "open": 2, "sent": 0}
    assert client.post("/v1/rejected/drop", body | {"count": 1}).json["count"] == 2
    answer = client.post("/v1/rejected/drop", body | {"count": 2})
    assert (answer.status_code, answer.json["sent"]) == (202, 2)
    world.settle()
    assert [one["reason"] for one in client.read("/v1/rejected?open=true").json["rejected"]] == ["invalid"]


def test_many_that_are_dropped_twice_are_dropped_once(client, world, refused):
    """A second press of the button before anything is decided leaves no refused orders behind."""
    world.track(phone="13")
    world.settle()
    for _ in range(2):
        assert client.post("/v1/rejected/drop", {"reason": "tests of the shop's", "count": 2}).json["sent"] == 2
    world.settle()
    assert [entry.reason for entry in world.entries()[refused:]] == ["phone_invalid", None, None]


def test_many_large_messages_are_never_held_at_once(client, world):
    """R35."""
    world.track(phone=ASHA, user_id="u1")
    for number in range(48):
        world.send("UserTracked", {"phone": GAVIN, "userId": "u1", "pad": f"{number:0250000}"})
    world.settle()
    for body in ({}, {"count": 48}):
        tracemalloc.start()
        answer = client.post("/v1/rejected/retry", body)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert answer.json["ready"] == 48
        assert peak < 8 * 1024 * 1024, "they are 12 MB"
    world.settle()
    assert sum(entry.type == "MessageRetried" for entry in world.entries()) == 48


def test_of_many_those_are_taken_again_that_nothing_speaks_against(client, world):
    world.track(phone=ASHA, user_id="u1")
    world.track(phone=GAVIN, user_id="u1")
    world.track(phone="12")
    world.settle()
    assert client.post("/v1/rejected/retry", {}).json["ready"] == 1
    assert client.post("/v1/rejected/retry", {"count": 2}).json["sent"] == 1


def test_the_trail_says_who_had_a_message_taken_again_or_dropped_and_why(client, world, refused):
    """R33."""
    world.track(phone="13")
    world.settle()
    with settling(world):
        client.post(f"/v1/rejected/{refused}/retry", {"message": corrected(phone=MEERA), "reason": "a digit"})
        client.post("/v1/rejected/3/drop", {"reason": "a test"})
    trail = client.read("/v1/audit/trail").json
    told = [(act["who"], act["what"], act["why"], act["detail"]) for act in trail["acts"] if "message" in act["what"]]
    assert told == [
        ("key:Website", "message dropped", "a test", {"message": 3, "position": 5}),
        ("key:Website", "message retried", "a digit", {"message": refused, "position": 4}),
    ]
    assert {"what": "message dropped", "count": 1} in trail["kinds"]


def test_a_row_of_an_import_that_is_taken_again_is_counted_anew(client, world):
    """R22."""
    world.track(phone=ASHA, user_id="u1")
    world.send_signed("/imports/i1", "ImportStarted", "i1.started", {"import": "i1"})
    data = {"phone": GAVIN, "userId": "u1", "match": "phone", "row": 1, "line": 2, "rowend": True}
    world.send_signed("/imports/i1", "UserTracked", "i1.000001.u", data)
    world.settle()
    value = orjson.loads(client.read("/v1/rejected").json["rejected"][0]["raw"])
    value["data"] = {"phone": GAVIN, "traits": {"city": "Pune"}}
    with settling(world):
        assert client.post("/v1/rejected/3/retry", {"message": value}).status_code == 200
    for _ in range(2):
        with closing(world.state()) as state:
            tally = state.tally("i1")
            assert (tally.rejected, tally.created) == (0, 1)
        world.rebuild()


def test_a_retry_that_was_erased_with_the_person_tells_no_message(client, world, refused):
    with settling(world):
        client.post(f"/v1/rejected/{refused}/retry", {"message": corrected(phone=MEERA), "reason": "a digit"})
        id = world.contact(MEERA)["id"]
        world.send_signed("/cli", "ContactErased", "e1", {"contact": id, "by": "asha", "reason": "asked"})
    world.settle()
    (told,) = [act for act in client.read("/v1/audit/trail").json["acts"] if act["what"] == "message retried"]
    assert told["detail"] == {"position": 3}
