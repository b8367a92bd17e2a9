import json
import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.events import types
from ledger.events.fields import DATA
from ledger.events.phone import PhoneFault
from ledger.events.schema import SCHEMAS, check_data, compiled, identity_of

TYPES = sorted(DATA)
PHONE = "+919967536783"
NOBODY = "says no contact"

junk = st.sampled_from([None, True, 0, -7, 10**20, 1.5, math.nan, "junk", [], {}, [1], {"a": None}])
names = st.sampled_from(["name", "city", " city", "City", "last_name", "", "a\0", "\ud800", "x" * 129, "phoneNumber"])
strings = st.sampled_from(
    ["Pune", "", "a\0b", "गेविन", "é" * 16385, "x" * 32769, "\ud83d", "a\nb", "2022-10-31", "\x7f"]
)
numbers = st.integers(-(2**53) - 2, 2**53 + 2) | st.floats() | st.sampled_from([2**53, 2**53 + 1, 10**30])
json_values = st.recursive(
    st.none() | st.booleans() | numbers | strings,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=12,
)
phones = st.sampled_from(
    [PHONE, "919967536783", 919967536783, "9967536783", "+4474001", "", None, "1800FLOWERS", "9.1E+11"]
)
user_ids = st.sampled_from(
    ["0123abc45d", 17, "", None, " ", "x" * 256, "x" * 257, "a\nb", "\ud800", "é", 1.5, True, " u-9 ", "\u200b"]
) | st.sampled_from(["undefined", "NULL", " N/A ", "-", "6.61E+12", "5e10"])
tag_texts = st.sampled_from(
    ["vip", " New  customer ", "", " ", "x" * 100, "x" * 101, "a\0b", "é" * 100, 5, None, "a\x7f"]
)
data = st.fixed_dictionaries(
    {},
    optional={
        "phone": phones | junk,
        "userId": user_ids | junk,
        "traits": st.dictionaries(names, json_values, max_size=4) | junk,
        "tags": st.lists(tag_texts, max_size=4) | junk,
        "event": st.sampled_from(["Order placed", "x" * 200, "x" * 201, "", None, 5]) | junk,
        "match": st.sampled_from(["phone", "user", "", None, 1, []]),
        "basedOn": st.sampled_from([1, 7, 2**53, 2**53 + 1, 0, -1, 1.0, "7", "", None, True, []]),
        "follows": st.sampled_from(["m1", "x" * 512, "x" * 513, "", None, 7, "a\nb"]) | junk,
        "anything": json_values,
    },
)


def plausible(type, **members):
    needed = {types.TAGS_ADDED: {"tags": ["vip"]}, types.EVENT_TRACKED: {"event": "Order placed"}}
    return {"phone": PHONE, **needed.get(type, {}), **members}


@given(st.sampled_from(TYPES), data)
def test_the_fast_check_has_the_verdict_of_the_marshmallow_schema(type, data):
    """R3-R6, R9: the fast yes is never said where the schema finds a fault, and the answer is the schema's."""
    found = SCHEMAS[type]().validate(data)
    assert (check_data(type, data) == ()) == (not found)
    assert not (compiled(DATA[type])(data) and found)


@given(st.sampled_from(TYPES), data)
def test_every_fault_points_at_something_and_can_be_sent(type, data):
    """R8."""
    for fault in check_data(type, data):
        json.dumps([fault.pointer, fault.message]).encode()
        assert (fault.message + fault.pointer).isprintable()
        of_member = {"/phone": {"phone_invalid"}, "/userId": {"invalid", "user_id_placeholder", "user_id_scientific"}}
        assert fault.reason in of_member.get(fault.pointer, {"invalid"})
        assert len(fault.message) < 400
        at = data
        for step in fault.pointer.split("/")[1:]:
            step = step.replace("~1", "/").replace("~0", "~")
            at = at[int(step)] if isinstance(at, list) else at.get(step)


@pytest.mark.parametrize("type", TYPES)
def test_an_ordinary_message_is_taken_by_the_fast_check_alone(type):
    traits = {"name": "Gavin Roberts", "dob": "1996-12-01", "age": 31, "vip": True, "cart": ["a", 1], "city": None}
    assert compiled(DATA[type])(plausible(type, userId="0123abc45d", traits=traits)) is True


@pytest.mark.parametrize("type", TYPES)
def test_members_nobody_knows_are_no_fault(type):
    assert check_data(type, plausible(type, shop={"id": "\0"}, row="A1", line=None, mode=7)) == ()


@pytest.mark.parametrize("type", TYPES)
@pytest.mark.parametrize("data", [None, [], "x", 5, True])
def test_data_that_is_no_object_is_refused(type, data):
    assert [(fault.pointer, fault.reason) for fault in check_data(type, data)] == [("", "invalid")]


@pytest.mark.parametrize("type", TYPES)
@pytest.mark.parametrize("nothing", [{}, {"phone": ""}, {"userId": None}, {"phone": None, "userId": ""}])
def test_a_message_names_a_contact(type, nothing):
    """R6, R7: "" and null mean not given."""
    (fault,) = check_data(type, {**plausible(type), "phone": None, **nothing})
    assert fault.pointer == ""
    assert NOBODY in fault.message


@pytest.mark.parametrize("type", TYPES)
@pytest.mark.parametrize("phone", ["9967536783", "+91 9967536783", "+91996753678", "1-800-FLOWERS", 1.5, True, [PHONE]])
def test_a_phone_that_is_none_has_a_reason_of_its_own(type, phone):
    """R14."""
    (fault,) = check_data(type, {**plausible(type), "phone": phone, "userId": "x"})
    assert (fault.pointer, fault.reason) == ("/phone", "phone_invalid")


def test_match_is_phone_and_needs_one():
    """R7."""
    assert check_data(types.USER_TRACKED, {"phone": PHONE, "userId": "x", "match": "phone"}) == ()
    assert [f.pointer for f in check_data(types.USER_TRACKED, {"userId": "x", "match": "phone"})] == ["/match"]
    assert [f.pointer for f in check_data(types.USER_TRACKED, {"phone": PHONE, "match": "userId"})] == ["/match"]


@pytest.mark.parametrize("tags", [None, "", [], "vip", ["vip", 5], ["vip", " "], ["x" * 101], ["x"] * 51, ["a\ud800"]])
def test_tags_are_up_to_fifty_texts(tags):
    """R5."""
    assert all(f.pointer.startswith("/tags") for f in check_data(types.TAGS_ADDED, {"userId": "x", "tags": tags}))
    assert check_data(types.TAGS_ADDED, {"userId": "x", "tags": tags})
    assert check_data(types.TAGS_ADDED, {"userId": "x", "tags": ["x" * 100] * 50}) == ()


@pytest.mark.parametrize("event", [None, "", " ", "x" * 201, 5, "a\nb"])
def test_an_event_has_a_name(event):
    """R9."""
    assert [f.pointer for f in check_data(types.EVENT_TRACKED, {"userId": "x", "event": event})] == ["/event"]
    assert check_data(types.EVENT_TRACKED, {"userId": "x", "event": "é" * 200}) == ()


@pytest.mark.parametrize("value", [2**53 + 1, 10**30, math.inf, {"a": 1}, [[1]], [None], "a\0b", "\ud800", "x" * 32769])
def test_a_trait_breaks_a_rule_where_it_stands(value):
    """R3."""
    (fault,) = check_data(types.USER_TRACKED, {"userId": "x", "traits": {"a/b~c": value, "ok": 1}})
    assert fault.pointer == "/traits/a~1b~0c"
    assert "9007199254740993" not in fault.message


def test_large_integers_stay_exact_as_far_as_msgspec_decodes_them():
    """R3: 2^53 + 1 is refused, not rounded."""
    decoded = msgspec.json.decode(b'{"userId":"x","traits":{"pin":123456789012345678901234567890}}')
    assert [fault.pointer for fault in check_data(types.USER_TRACKED, decoded)] == ["/traits/pin"]


def test_a_contact_has_a_hundred_traits_at_most():
    assert check_data(types.USER_TRACKED, {"userId": "x", "traits": {f"t{n}": n for n in range(100)}}) == ()
    assert len(check_data(types.USER_TRACKED, {"userId": "x", "traits": {f"t{n}": n for n in range(101)}})) == 1


def test_one_attribute_under_two_names_is_refused():
    """R2: names are trimmed, so these would be one."""
    found = check_data(types.USER_TRACKED, {"userId": "x", "traits": {"city": "Pune", " city": "Goa"}})
    assert [fault.pointer for fault in found] == ["/traits/ city"]


def nested(levels):
    value = "leaf"
    for level in range(levels):
        value = {"a": value} if level % 2 else [value]
    return value


def test_an_event_s_traits_nest_to_depth_eight():
    """R9: the object `traits` is the first level."""
    assert check_data(types.EVENT_TRACKED, plausible(types.EVENT_TRACKED, traits={"a": nested(7)})) == ()
    (fault,) = check_data(types.EVENT_TRACKED, plausible(types.EVENT_TRACKED, traits={"a": nested(8)}))
    assert "nested deeper than 8" in fault.message
    assert check_data(types.EVENT_TRACKED, plausible(types.EVENT_TRACKED, traits={"a": nested(900)}))
    assert check_data(types.USER_TRACKED, plausible(types.USER_TRACKED, traits={"a": nested(2)}))


def test_a_fault_deep_in_an_event_s_traits_is_pointed_at():
    """R9."""
    traits = {"items": [{"sku": "a"}, {"sku": 2**60}]}
    (fault,) = check_data(types.EVENT_TRACKED, plausible(types.EVENT_TRACKED, traits=traits))
    assert fault.pointer == "/traits/items/1/sku"


def test_every_fault_is_named_at_once():
    """R8."""
    found = check_data(
        types.USER_TRACKED, {"phone": "x", "userId": " ", "match": 1, "traits": {"": 1, "a": {}, "b": [None]}}
    )
    assert {fault.pointer for fault in found} == {"/phone", "/userId", "/match", "/traits", "/traits/a", "/traits/b"}


@pytest.mark.parametrize(
    ("data", "identity"),
    [
        ({"phone": "919967536783"}, (PHONE, None)),
        ({"phone": 919967536783, "userId": 17}, (PHONE, "17")),
        ({"phone": "+9109967536783", "userId": "x"}, (PHONE, "x")),
        ({"phone": "", "userId": "x"}, (None, "x")),
        ({"phone": None, "userId": ""}, (None, None)),
        ({}, (None, None)),
    ],
)
def test_the_identity_of_a_message_is_normal(data, identity):
    """R6, R14."""
    assert identity_of(data) == identity


def test_a_message_whose_phone_is_none_has_no_identity():
    """R14."""
    with pytest.raises(PhoneFault):
        identity_of({"phone": "123", "userId": "x"})


@given(data)
def test_data_without_fault_has_an_identity_and_the_same_one_again(data):
    """R6: what the check passes, the appender can use, and its normal form stays."""
    if check_data(types.USER_TRACKED, data) == ():
        phone, user_id = identity_of(data)
        assert phone or user_id
        assert identity_of({"phone": phone, "userId": user_id}) == (phone, user_id)
