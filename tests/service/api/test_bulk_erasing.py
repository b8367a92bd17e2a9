"""Erasure of many contacts by calls: counted first, confirmed with the number, and looked at until it has ended."""

import threading
from contextlib import contextmanager

import pytest

from service.wiring.bulk_erasing import go_on_with_erasures
from tests.examples import ASHA, GAVIN
from tests.shipped import eventually

PUNE = {"where": ["city=Pune"], "reason": "contract has ended"}


@contextmanager
def everything_running(world):
    """What comes on the bus is appended and folded, and erasures are worked on, as the parts of a deployment do."""
    over = threading.Event()

    def follow():
        while not over.wait(0.02):
            world.settle()

    def erase():
        with go_on_with_erasures(world.drivers) as turn:
            while not over.wait(0.02):
                turn()

    threads = [threading.Thread(target=work) for work in (follow, erase)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


@pytest.fixture(autouse=True)
def people(world):
    world.track(phone=GAVIN, name="Gavin Roberts", city="Pune")
    world.track(user_id="pune-2", city="Pune")
    world.track(phone=ASHA, name="Asha", city="Goa")
    world.settle()


@pytest.fixture
def eraser(client, other_key):
    client.authorization = f"Bearer {other_key(['erase'])}"
    return client


def reached(eraser, address, *states):
    def look():
        found = eraser.read(address).json
        return found if found["state"] in states else None

    return eventually(look, f"{address} is {states}")


def test_they_are_counted_and_erased_when_the_number_is_repeated(eraser, world):
    asked = eraser.post("/v1/erasures", PUNE)
    assert (asked.status_code, asked.json["state"], asked.json["contacts"]) == (202, "counting", None)
    address = asked.headers["Location"]
    with everything_running(world):
        counted = reached(eraser, address, "counted")
        assert (counted["contacts"], counted["selection"]["where"]) == (2, ["city=Pune"])
        wrong = eraser.post(f"{address}/confirm", {"contacts": 3})
        assert (wrong.status_code, wrong.json["reason"]) == (409, "wrong_number")
        assert eraser.post(f"{address}/confirm", {"contacts": 2}).status_code == 202
        done = reached(eraser, address, "done")
        assert eraser.post(f"{address}/confirm", {"contacts": 2}).status_code == 202
    assert (done["erased"], done["gone"], done["selection"]) == (2, 0, None)
    assert {"log", "state", "bus", "backups"} <= {place["place"] for place in done["places"]}
    assert [contact["phone"] for contact in world.contacts()] == [ASHA]
    assert [one["id"] for one in eraser.read("/v1/erasures").json["erasures"]] == [done["id"]]


def test_one_that_is_cancelled_erases_nobody_and_cannot_be_confirmed(eraser, world):
    address = eraser.post("/v1/erasures", PUNE).headers["Location"]
    early = eraser.post(f"{address}/confirm", {"contacts": 2})
    assert (early.status_code, early.json["reason"]) == (409, "wrong_state")
    assert eraser.post(f"{address}/cancel").json["state"] == "cancelled"
    assert eraser.post(f"{address}/cancel").status_code == 409
    with everything_running(world):
        assert eraser.post(f"{address}/confirm", {"contacts": 2}).status_code == 409
    assert len(world.contacts()) == 3


@pytest.mark.parametrize(
    ("body", "member"),
    [
        ({"reason": "all of them"}, "where"),
        ({"where": ["nothing=1"], "reason": "x"}, "where"),
        ({"where": ["city=Pune"], "reason": "  "}, "reason"),
        ({"where": ["city=Pune"]}, "reason"),
        ({"tag": [""], "reason": "x"}, "tag"),
    ],
)
def test_what_is_wrong_in_it_is_named(eraser, body, member):
    answer = eraser.post("/v1/erasures", body)
    assert answer.status_code == 422
    assert [fault["pointer"].split("/")[1] for fault in answer.json["errors"]] == [member]


def test_the_same_call_under_one_key_is_one_erasure(eraser):
    first = eraser.post("/v1/erasures", PUNE, headers={"Idempotency-Key": "clean-1"})
    again = eraser.post("/v1/erasures", PUNE, headers={"Idempotency-Key": "clean-1"})
    assert first.json["id"] == again.json["id"]
    other = eraser.post("/v1/erasures", PUNE | {"keep_out": True}, headers={"Idempotency-Key": "clean-1"})
    assert other.status_code == 422
    assert len(eraser.read("/v1/erasures").json["erasures"]) == 1


def test_it_needs_the_right_to_erase_and_a_known_id(client, eraser, other_key):
    assert eraser.read("/v1/erasures/0199c0de-4b1d-7c3a-9d2e-8f6a5b4c3d2e").status_code == 404
    client.authorization = f"Bearer {other_key(['read', 'track', 'import', 'export', 'audit', 'admin'])}"
    assert client.post("/v1/erasures", PUNE).status_code == 403
    assert client.read("/v1/erasures").status_code == 403


def test_the_answers_are_as_they_are_described(eraser, description):
    answer = eraser.post("/v1/erasures", PUNE)
    description.assert_fits("POST", "/v1/erasures", answer)
    description.assert_fits("GET", "/v1/erasures/{id}", eraser.read(answer.headers["Location"]))
    description.assert_fits("GET", "/v1/erasures", eraser.read("/v1/erasures"))
