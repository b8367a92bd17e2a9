"""Exactly once: a message that comes again, in whatever way, is not taken again (decision 4)."""

import orjson

from tests.examples import ASHA, GAVIN
from tests.world import SHOP


def event(id, data, type="UserTracked", source=SHOP):
    return orjson.dumps({"specversion": "1.0", "id": id, "source": source, "type": type, "data": data})


def told(world):
    return [(entry.message_id, entry.reason) for entry in world.entries()]


def test_a_message_that_comes_again_in_the_same_batch_is_taken_once(world):
    world.publish([event("e1", {"phone": GAVIN})] * 3)
    world.settle()
    assert told(world) == [("e1", None)]


def test_a_message_that_comes_again_in_a_later_batch_is_taken_once(world):
    for _ in range(3):
        world.publish([event("e1", {"phone": GAVIN})])
        world.settle()
    assert told(world) == [("e1", None)]


def test_the_identical_rejected_message_is_recorded_once(world):
    for _ in range(2):
        world.publish([event("e1", {"phone": "1"}), event("e1", {"phone": "1"}), b"no JSON", b"no JSON"])
        world.settle()
    assert told(world) == [("e1", "phone_invalid"), (None, "unreadable")]


def test_a_corrected_message_with_the_id_of_a_rejected_one_is_accepted(world):
    world.publish([event("e1", {"phone": "1"})])
    world.settle()
    world.publish([event("e1", {"phone": GAVIN})])
    world.settle()
    assert told(world) == [("e1", "phone_invalid"), ("e1", None)]


def test_a_rejected_message_stays_rejected_when_it_comes_again_after_its_cause_is_gone(world):
    """A redelivery must not decide anew: two consumers that saw different redeliveries would disagree."""
    conflicting = event("e3", {"phone": GAVIN, "userId": "u1", "match": "phone"})
    world.publish([event("e1", {"phone": GAVIN}), event("e2", {"userId": "u1"}), conflicting])
    world.settle()
    world.publish([event("e4", {"phone": GAVIN, "userId": "u1"})])
    world.publish([conflicting])
    world.settle()
    assert told(world) == [("e1", None), ("e2", None), ("e3", "identity_conflict"), ("e4", None)]


def test_a_rejected_message_stays_rejected_within_one_batch_too(world):
    conflicting = event("e3", {"phone": GAVIN, "userId": "u1", "match": "phone"})
    merging = event("e4", {"phone": GAVIN, "userId": "u1"})
    world.publish([event("e1", {"phone": GAVIN}), event("e2", {"userId": "u1"}), conflicting, merging, conflicting])
    world.settle()
    assert told(world) == [("e1", None), ("e2", None), ("e3", "identity_conflict"), ("e4", None)]


def test_an_accepted_message_that_comes_again_from_a_forger_is_reserved(world):
    world.send_signed("/hub", "UserTracked", "h1", {"phone": GAVIN, "traits": {"city": "Pune"}})
    world.publish([event("h1", {"phone": GAVIN, "traits": {"city": "Agra"}}, source="/hub")])
    world.settle()
    assert told(world) == [("h1", None), ("h1", "reserved")]


def test_ids_may_hold_any_character(world):
    for name in ("a\0b", "a", 'q"\\', "गेविन", "\u2028"):
        for _ in range(2):
            world.publish([event(name, {"phone": ASHA})])
            world.settle()
    assert [id for id, _ in told(world)] == ["a\0b", "a", 'q"\\', "गेविन", "\u2028"]
