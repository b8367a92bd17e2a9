"""History and as-of: everything that happened to a contact, the contacts merged into it included (R27, R29)."""

import base64
from contextlib import closing

import pytest

from ledger.bus.port import Record
from ledger.log.sqlite.reading.reader import SqliteLogReader
from projections.past.history import event_document, states_at, steps
from tests.examples import ASHA, GAVIN
from tests.intake import NOON, SHOP, message, row_message, tracked


@pytest.fixture
def log(room):
    with closing(SqliteLogReader(room.intake.path)) as reader:
        yield reader


def documents(log, *component):
    return [event_document(step) for step in steps(log, component)]


def changes(document):
    return [(change["attribute"], change["from"], change["to"]) for change in document["changes"]]


def test_an_event_is_told_with_its_origin_and_both_times(room, log):
    room.take(message("UserTracked", {"phone": GAVIN}, id="e1", time="2020-01-01T00:00:00Z"))
    (told,) = documents(log, 1)
    assert {name: told[name] for name in ("position", "id", "type", "source", "stated_at")} == {
        "position": 1,
        "id": "e1",
        "type": "UserTracked",
        "source": SHOP,
        "stated_at": "2020-01-01T00:00:00Z",
    }
    assert told["recorded_at"] > told["stated_at"]


def test_each_event_says_what_it_changed_from_what_to_what(room, log):
    room.take(tracked(phone=GAVIN, traits={"city": "Pune"}), message("TagsAdded", {"phone": GAVIN, "tags": ["vip"]}))
    room.take(tracked(phone=GAVIN, userId="u1", traits={"city": "Agra"}), tracked(phone=GAVIN, traits={"city": None}))
    assert [changes(told) for told in documents(log, 1)] == [
        [("phone", None, GAVIN), ("city", None, "Pune")],
        [("tags", None, "vip")],
        [("user_id", None, "u1"), ("city", "Pune", "Agra")],
        [("city", "Agra", None)],
    ]


def test_a_late_message_is_told_and_changed_nothing(room, log):
    """R4."""
    room.take(tracked(phone=GAVIN, traits={"city": "Pune"}))
    room.take(message("UserTracked", {"phone": GAVIN, "traits": {"city": "Agra"}}, time="2020-01-01T00:00:00Z"))
    late = documents(log, 1)[1]
    assert (changes(late), late["said"], late["older"]) == ([], [{"attribute": "city", "value": "Agra"}], True)


def test_what_was_known_already_is_told_as_said(room, log):
    room.take(tracked(phone=GAVIN, traits={"city": "Pune"}), message("TagsAdded", {"phone": GAVIN, "tags": ["vip"]}))
    room.take(tracked(phone=GAVIN, traits={"city": "Pune"}), message("TagsAdded", {"phone": GAVIN, "tags": ["VIP"]}))
    room.take(tracked(phone=GAVIN, traits={"city": "Pune", "area": "Baner"}), tracked(phone=GAVIN))
    said = [told.get("said") for told in documents(log, 1)]
    assert said == [
        *(None, None),
        [{"attribute": "city", "value": "Pune"}],
        [{"attribute": "tags", "value": "VIP"}],
        *(None, None),
    ]
    assert not any("older" in told for told in documents(log, 1))


def test_an_event_of_the_customers_own_is_told_by_its_name(room, log):
    """R9."""
    room.take(message("EventTracked", {"phone": GAVIN, "event": "Order placed", "traits": {"items": [{"sku": 1}]}}))
    (told,) = documents(log, 1)
    assert told["event"] == "Order placed"
    assert changes(told) == [("phone", None, GAVIN)]


def test_an_imports_row_is_told_with_its_row_and_line(room, log):
    room.take(row_message(7, "u", {"phone": GAVIN}, is_last=True))
    (told,) = documents(log, 1)
    assert (told["source"], told["row"], told["line"]) == ("/imports/i1", 7, 8)


def test_a_row_number_of_anybody_else_is_not_told(room, log):
    room.take(tracked(phone=GAVIN, row=7, line=8))
    assert "row" not in documents(log, 1)[0]


def test_a_skipped_row_is_told_as_skipped(room, log):
    """R18."""
    room.take(tracked(phone=GAVIN))
    room.take(row_message(1, "u", {"phone": GAVIN, "mode": "create", "traits": {"city": "Pune"}}, is_last=True))
    told = documents(log, 1)[1]
    assert told["skipped"]
    assert changes(told) == []


def test_a_merge_shows_what_the_survivor_gained(room, log):
    """R7."""
    room.take(tracked(phone=GAVIN, traits={"city": "Pune"}), tracked(userId="u1", traits={"area": "Kothrud"}))
    room.take(tracked(phone=GAVIN, userId="u1"))
    assert [told["position"] for told in documents(log, 1, 2)] == [1, 2, 3]
    assert changes(documents(log, 1, 2)[2]) == [("user_id", None, "u1"), ("area", None, "Kothrud")]


def test_a_history_ends_where_it_is_asked_to(room, log):
    room.take(*[tracked(phone=GAVIN, traits={"n": number}) for number in range(3)])
    assert [step.entry.position for step in steps(log, (1,), until=2)] == [1, 2]


def test_before_a_merge_there_are_two_contacts_and_after_it_one(room, log):
    room.take(tracked(phone=GAVIN), tracked(userId="u1"), tracked(phone=GAVIN, userId="u1"))
    assert sorted(states_at(log, (1, 2), 2)) == [1, 2]
    assert sorted(states_at(log, (1, 2), 3)) == [1]


def test_a_contact_is_not_there_before_it_was_made(room, log):
    room.take(tracked(phone=ASHA), tracked(phone=GAVIN))
    assert states_at(log, (2,), 1) == {}


def test_a_message_in_binary_mode_has_a_history_like_any_other(room, log):
    headers = (
        ("ce_specversion", b"1.0"),
        ("ce_id", b"e1"),
        ("ce_source", b"https://shop.example"),
        ("ce_type", b"UserTracked"),
    )
    value = b'{"phone":"%s","traits":{"city":"Pune"},"tags":"x"}' % GAVIN.encode()
    room.intake.append([Record(0, 0, NOON, None, value, headers)])
    assert changes(documents(log, 1)[0]) == [("phone", None, GAVIN), ("city", None, "Pune")]


def test_a_message_in_base64_has_a_history_like_any_other(room, log):
    encoded = base64.b64encode(b'{"phone":"%s","traits":{"city":"Pune"},"row":"x"}' % GAVIN.encode()).decode()
    room.take(
        b'{"specversion":"1.0","id":"e1","source":"s","type":"UserTracked","data_base64":"%s"}' % encoded.encode()
    )
    assert changes(documents(log, 1)[0]) == [("phone", None, GAVIN), ("city", None, "Pune")]
