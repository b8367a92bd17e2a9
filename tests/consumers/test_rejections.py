"""Every reason a message can be rejected for, each by a real message; none of them stops those behind it."""

import orjson
import pytest

from tests.examples import ASHA, GAVIN, MEERA, RAVI
from tests.world import SHOP


def event(**members):
    return {"specversion": "1.0", "id": "e1", "source": SHOP, "type": "UserTracked", "data": {"phone": GAVIN}} | members


def rejected(world):
    """(reason, detail) of every rejected entry."""
    return [(entry.reason, entry.detail) for entry in world.entries() if not entry.is_accepted]


def only_reason(world, value, headers=()):
    """Publish one message between two good ones; gives the reason of the rejected entry between theirs."""
    world.track(phone=ASHA, name="before")
    world.publish([value], headers)
    world.track(phone=RAVI, name="behind")
    world.settle()
    first, between, last = world.entries()
    assert first.is_accepted
    assert last.is_accepted
    assert len(world.contacts()) == 2
    return between.reason


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"no JSON",
        b"\xff\xfe\x00",
        b"[]",
        b'{"specversion":"1.0"}',
        orjson.dumps(event(specversion="0.3")),
        orjson.dumps(event(id="")),
        orjson.dumps(event(id=7)),
        orjson.dumps(event(ledgersig="0" * 64, data=[[[]]] * 1))[:-1] + b"," + b'"x":' + b"[" * 70 + b"]" * 70 + b"}",
        orjson.dumps({"specversion": "1.0", "id": "e1", "source": SHOP, "type": "X", "data_base64": "%%%"}),
        orjson.dumps({"specversion": "1.0", "id": "e1", "source": SHOP, "type": "X", "data_base64": "é"}),
        b'{"specversion":"1.0","id":"\\ud800","source":"s","type":"UserTracked"}',
        b"[" * 100_000,
        b'{"specversion":"1.0","id":"e1","source":"s","type":"UserTracked","data":' + b"[" * 100 + b"]" * 100 + b"}",
    ],
)
def test_bytes_that_are_no_cloudevent_are_unreadable(world, value):
    assert only_reason(world, value) == "unreadable"


def test_a_type_nobody_knows_is_an_unknown_type(world):
    assert only_reason(world, orjson.dumps(event(type="UserDeleted"))) == "unknown_type"


def test_a_type_of_the_ledgers_own_is_reserved_when_it_is_not_signed(world):
    """R33."""
    assert only_reason(world, orjson.dumps(event(type="ContactErased"))) == "reserved"


@pytest.mark.parametrize("source", ["/v1/public/track/users/", "/imports/0190", "/hub", "/cli"])
def test_a_source_of_the_ledgers_own_is_reserved_when_it_is_not_signed(world, source):
    """R33."""
    assert only_reason(world, orjson.dumps(event(source=source))) == "reserved"


def test_a_signature_by_another_secret_is_none(world):
    """R33."""
    assert only_reason(world, orjson.dumps(event(source="/hub", ledgersig="0" * 64))) == "reserved"


def test_a_signed_type_without_effect_yet_is_an_unsupported_type(world):
    world.send_signed("/hub", "GapAccepted", "c1", {"by": "x"})
    world.settle()
    assert [reason for reason, _ in rejected(world)] == ["unsupported_type"]


@pytest.mark.parametrize(
    ("type", "data"),
    [
        ("UserTracked", None),
        ("UserTracked", []),
        ("UserTracked", {}),
        ("UserTracked", {"phone": "", "userId": None}),
        ("UserTracked", {"phone": GAVIN, "traits": {"address": {"city": "Pune"}}}),
        ("UserTracked", {"phone": GAVIN, "traits": {"visits": 2**53 + 1}}),
        ("UserTracked", {"phone": GAVIN, "traits": []}),
        ("UserTracked", {"phone": GAVIN, "match": "userId"}),
        ("UserTracked", {"userId": "u1", "match": "phone"}),
        ("UserTracked", {"userId": "u" * 257}),
        ("TagsAdded", {"phone": GAVIN}),
        ("TagsAdded", {"phone": GAVIN, "tags": []}),
        ("TagsAdded", {"phone": GAVIN, "tags": ["x" * 101]}),
        ("TagsAdded", {"phone": GAVIN, "tags": "vip"}),
        ("EventTracked", {"phone": GAVIN}),
        ("EventTracked", {"phone": GAVIN, "event": "x" * 201}),
    ],
)
def test_data_that_breaks_a_rule_is_invalid(world, type, data):
    """R3, R5, R6, R7, R9."""
    assert only_reason(world, orjson.dumps(event(type=type, data=data))) == "invalid"


def test_a_message_without_data_is_invalid(world):
    message = event()
    del message["data"]
    assert only_reason(world, orjson.dumps(message)) == "invalid"


@pytest.mark.parametrize(
    "time", ["", "yesterday", "2026-11-22T10:00:00", "2026-02-30T10:00:00Z", "0001-01-01T00:00:00+23:59"]
)
def test_a_time_that_is_none_or_has_no_zone_is_invalid(world, time):
    """R4."""
    assert only_reason(world, orjson.dumps(event(time=time))) == "invalid"


@pytest.mark.parametrize("phone", ["+911234", "99675", "+919.19967E+11", "not a phone"])
def test_a_phone_that_is_not_valid_for_its_country_has_a_reason_of_its_own(world, phone):
    """R14."""
    assert only_reason(world, orjson.dumps(event(data={"phone": phone}))) == "phone_invalid"


def test_a_phone_that_is_none_is_shown_with_the_character_at_fault(world):
    """R14."""
    world.publish([orjson.dumps(event(data={"phone": "+91 9967536783"}))])
    world.settle()
    ((_, detail),) = rejected(world)
    assert detail.endswith("('+91 9967536783' has a space)")


def test_a_conflict_says_which_phone_and_which_user_id_it_is_about(world):
    """R7, R17."""
    world.track(phone=GAVIN, user_id="u1")
    world.track(phone=GAVIN, user_id="u2")
    world.settle()
    ((reason, detail),) = rejected(world)
    assert reason == "identity_conflict"
    assert detail == f"the contact with this phone already has another user id (phone '{GAVIN}', user id 'u2')"


def test_a_message_over_the_limit_is_too_large(world):
    assert only_reason(world, orjson.dumps(event(padding="x" * 256 * 1024))) == "too_large"


def test_a_message_of_exactly_the_limit_is_taken(world):
    empty = len(orjson.dumps(event(padding="")))
    world.publish([orjson.dumps(event(padding="x" * (256 * 1024 - empty)))])
    world.settle()
    assert rejected(world) == []


def test_the_same_source_and_id_with_other_bytes_is_id_reused_and_changes_nothing(world):
    world.publish([orjson.dumps(event()), orjson.dumps(event(data={"phone": ASHA}))])
    world.settle()
    (found,) = rejected(world)
    assert found == ("id_reused", "source and id name the message at position 1, which says something else")
    assert [contact["phone"] for contact in world.contacts()] == [GAVIN]


def test_the_same_id_from_another_source_is_another_message(world):
    world.publish([orjson.dumps(event()), orjson.dumps(event(source="https://other.example"))])
    world.settle()
    assert rejected(world) == []
    assert len(world.entries()) == 2


def test_identities_of_two_contacts_are_an_identity_conflict(world):
    """R7."""
    world.track(phone=GAVIN, user_id="u1")
    world.track(phone=ASHA, user_id="u2")
    world.track(phone=GAVIN, user_id="u2", name="Nobody")
    world.settle()
    ((reason, detail),) = rejected(world)
    assert reason == "identity_conflict"
    assert "user id" in detail
    assert all("name" not in contact["traits"] for contact in world.contacts())


def test_a_signed_message_whose_phone_is_not_normal_is_invalid(world):
    world.send_signed("/v1/public/track/users/", "UserTracked", "s1", {"phone": "abc"})
    world.track(phone=GAVIN)
    world.settle()
    assert [reason for reason, _ in rejected(world)] == ["invalid"]


def test_a_rejected_message_is_kept_whole(world):
    world.publish([b"\xff\x00"], (("ce_id", b"e1"),), key=b"a key")
    world.settle()
    (entry,) = world.entries()
    assert (entry.key, entry.value, entry.headers) == (b"a key", b"\xff\x00", (("ce_id", b"e1"),))


def test_a_detail_never_repeats_a_trait_value(world):
    world.publish([orjson.dumps(event(data={"phone": GAVIN, "traits": {"name": {"secret": "Gavin"}}}))])
    world.settle()
    ((_, detail),) = rejected(world)
    assert "Gavin" not in detail
    assert "secret" not in detail or "name" in detail


def test_members_that_the_type_does_not_have_may_be_anything(world):
    """Unknown extra members are kept in the raw bytes and are no error: not at the append, and not behind it."""
    extras = {"tags": "vip", "row": "one", "rowend": "yes", "mode": {"odd": 1}, "event": 5, "line": None}
    world.publish([orjson.dumps(event(data={"phone": GAVIN, "traits": {"city": "Pune"}, **extras}))])
    world.settle()
    assert rejected(world) == []
    assert world.contact(GAVIN)["traits"] == {"city": "Pune"}
    assert world.contact(GAVIN)["tags"] == []


def test_mode_and_row_mean_nothing_in_a_message_that_is_not_an_imports_own(world):
    """R18: only an import skips known contacts."""
    world.track(phone=MEERA)
    world.send("UserTracked", {"phone": MEERA, "mode": "create", "row": 1, "rowend": True, "traits": {"city": "Pune"}})
    world.settle()
    assert world.contact(MEERA)["traits"] == {"city": "Pune"}


@pytest.mark.parametrize(
    "data",
    [
        {"userId": "undefined"},
        {"userId": "6.61E+12", "phone": GAVIN},
        {"phone": GAVIN, "traits": {"whatsapp_opted": "yes"}},
        {"phone": GAVIN, "traits": {" whatsapp_opted ": 2}},
    ],
)
@pytest.mark.parametrize("is_binary", [True, False])
def test_what_a_call_is_refused_for_a_message_is_rejected_for(world, data, is_binary):
    """R3, R6, R14, in either mode."""
    made = event(data=data)
    if is_binary:
        headers = tuple((f"ce_{name}", str(made[name]).encode()) for name in ("specversion", "id", "source", "type"))
        world.publish([orjson.dumps(data)], headers)
    else:
        world.publish([orjson.dumps(made)])
    world.settle()
    assert [entry.reason for entry in world.entries()] == ["invalid"]


def test_a_user_id_that_is_nobodys_counts_as_not_given_beside_a_phone(world):
    """R6."""
    world.track(phone=GAVIN, user_id="undefined")
    world.track(phone=MEERA, user_id="undefined")
    world.settle()
    assert [(one["phone"], one["user_id"]) for one in world.contacts()] == [(GAVIN, None), (MEERA, None)]
