import json
import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.events import types
from ledger.events.calls import TrackEvent, TrackUser, track_event, track_user
from ledger.events.fields import DATA
from ledger.events.moments import parse
from ledger.events.phone import PhoneFault
from ledger.events.schema import SCHEMAS, Invalid, check_data, compiled, identity_of

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


def faults(call, *arguments):
    with pytest.raises(Invalid) as caught:
        call(*arguments)
    return caught.value.faults


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


GUIDE_CALL = {
    "userId": "0123abc45d",
    "phoneNumber": "9967536783",
    "countryCode": "+91",
    "traits": {"name": "Gavin Roberts", "dob": "1996-12-01", "Sample trait a": "value y"},
    "tags": ["new customer", "potential lead"],
}


def test_the_guide_s_own_call_is_read():
    """R6."""
    assert track_user(GUIDE_CALL, "+91") == TrackUser(
        phone=PHONE, user_id="0123abc45d", traits=GUIDE_CALL["traits"], tags=GUIDE_CALL["tags"], created_at=None
    )


@pytest.mark.parametrize(
    "body",
    [
        {"phoneNumber": "9967536783"},
        {"phoneNumber": 9967536783, "countryCode": 91},
        {"phoneNumber": "9967536783", "countryCode": "91", "userId": ""},
        {"phoneNumber": "9967536783", "countryCode": None, "userId": None},
        {"phoneNumber": "9967536783", "countryCode": ""},
        {"phoneNumber": "+919967536783", "countryCode": "+91"},
        {"phoneNumber": "+919967536783"},
        {"fullPhoneNumber": "+919967536783"},
        {"fullPhoneNumber": "919967536783", "phoneNumber": "", "countryCode": "91"},
        {"fullPhoneNumber": 919967536783, "phoneNumber": None},
    ],
)
def test_a_phone_can_be_given_in_each_of_these_ways(body):
    """R6, R10."""
    assert track_user(body, "+91").phone == PHONE


def test_the_default_country_code_serves_a_bare_number_only():
    """R6."""
    assert track_user({"phoneNumber": "7400123456"}, "44").phone == "+447400123456"
    assert track_user({"phoneNumber": "7400123456", "countryCode": "44"}, "+91").phone == "+447400123456"
    assert track_user({"phoneNumber": "+447400123456"}, "+91").phone == "+447400123456"
    assert track_user({"userId": "x", "countryCode": "+91"}, "+91").phone is None


@pytest.mark.parametrize(
    "nothing", [{}, {"traits": None, "tags": None}, {"traits": "", "tags": ""}, {"traits": {}, "tags": []}]
)
def test_a_call_may_say_nothing_but_who(nothing):
    """R6, R9."""
    assert track_user({"userId": 17, **nothing}, "+91") == TrackUser(None, "17", {}, [], None)


def test_traits_named_like_identity_are_ordinary_and_kept_as_sent():
    """R2."""
    traits = {"phoneNumber": "1", "userId": 2, "createdAt": "yesterday", " city ": "Pune", "gone": None, "n": 1.0}
    assert track_user({"userId": "x", "traits": traits}, "+91").traits == traits


@pytest.mark.parametrize("text", ["2022-10-31T19:30:00.000+05:30", "2022-10-31T14:00:00Z", "2022-10-31"])
def test_created_at_is_kept_as_sent(text):
    """R3, R4."""
    assert track_user({"userId": "x", "createdAt": text}, "+91").created_at == text
    assert isinstance(parse(text), int)


@pytest.mark.parametrize("text", ["0001-01-01", "9999-12-31T23:59:59.999999999Z", "0001-01-01T00:00:00-23:59"])
def test_every_created_at_is_a_moment(text):
    """R4."""
    assert isinstance(parse(track_user({"userId": "x", "createdAt": text}, "+91").created_at), int)


@pytest.mark.parametrize(
    ("body", "pointers", "says"),
    [
        ({}, [""], NOBODY),
        ({"countryCode": "+91"}, [""], NOBODY),
        ({"userId": "", "phoneNumber": None}, [""], NOBODY),
        ({"phoneNumber": "9967536783", "fullPhoneNumber": PHONE}, ["/fullPhoneNumber"], "give one of the two"),
        ({"phoneNumber": "996753678"}, ["/phoneNumber"], "phoneNumber is not a valid number of country code +91"),
        ({"phoneNumber": "99675 36783"}, ["/phoneNumber"], "must be digits"),
        ({"phoneNumber": "9.96754E+09"}, ["/phoneNumber"], "a spreadsheet"),
        ({"phoneNumber": True}, ["/phoneNumber"], "is true or false"),
        ({"phoneNumber": 9967536783.0}, ["/phoneNumber"], "is a number"),
        ({"phoneNumber": "9967536783", "countryCode": "IN"}, ["/countryCode"], "countryCode must be digits"),
        ({"phoneNumber": "9967536783", "countryCode": {}}, ["/countryCode"], "is an object"),
        ({"phoneNumber": "+447400123456", "countryCode": "+91"}, ["/phoneNumber"], "another country code than +91"),
        ({"fullPhoneNumber": "+44"}, ["/fullPhoneNumber"], "fullPhoneNumber is not a valid number"),
        ({"fullPhoneNumber": "+91 9967536783"}, ["/fullPhoneNumber"], "('+91 9967536783' has a space)"),
        ({"phoneNumber": "99675-36783"}, ["/phoneNumber"], "('99675-36783' has '-')"),
        ({"phoneNumber": "9967536783", "countryCode": "+9I"}, ["/countryCode"], "('+9I' has 'I')"),
        ({"fullPhoneNumber": PHONE, "countryCode": "+44"}, ["/countryCode"], "not that of fullPhoneNumber"),
        ({"userId": "x" * 257}, ["/userId"], "257 characters"),
        ({"userId": "x", "traits": []}, ["/traits"], "traits is a list"),
        ({"userId": "x", "tags": "vip"}, ["/tags"], "tags is a string"),
        ({"userId": "x", "tags": [" "]}, ["/tags/0"], "tags[0] is blank"),
        ({"userId": "x", "createdAt": "2022-10-31T14:00:00"}, ["/createdAt"], "has no zone"),
        ({"userId": "x", "createdAt": "yesterday"}, ["/createdAt"], "is not a datetime"),
        ({"userId": "x", "createdAt": 1667224800}, ["/createdAt"], "is a number"),
        ({"userId": "x", "traits": {"name": "a\tb"}}, ["/traits/name"], "control character"),
        ([], [""], "must be a JSON object"),
        (
            {"phoneNumber": "1", "traits": {"a": {}}, "tags": [5], "createdAt": "x"},
            ["/traits/a", "/tags/0", "/createdAt", "/phoneNumber"],
            "a tag is a string",
        ),
    ],
)
def test_a_call_is_told_everything_that_is_wrong_with_it(body, pointers, says):
    """R6, R8."""
    found = faults(track_user, body, "+91")
    assert sorted(fault.pointer for fault in found) == sorted(pointers)
    assert any(says in fault.message for fault in found)


def test_a_phone_given_twice_is_not_called_an_invalid_phone():
    """R6."""
    (fault,) = faults(track_user, {"phoneNumber": "9967536783", "fullPhoneNumber": PHONE}, "+91")
    assert fault.reason == "invalid"


def test_a_fault_of_the_whole_is_said_of_the_body():
    (fault,) = faults(track_user, {"traits": {"a": 1}}, "+91")
    assert fault.message.startswith("the body says no contact")


def test_an_event_call_is_read():
    """R9."""
    body = {**GUIDE_CALL, "event": "Order placed", "traits": {"items": [{"sku": "a"}]}, "createdAt": "2022-10-31"}
    assert track_event(body, "+91") == TrackEvent(
        phone=PHONE, user_id="0123abc45d", event="Order placed", traits=body["traits"], created_at="2022-10-31"
    )


def test_an_event_call_needs_its_event():
    """R9."""
    assert [fault.pointer for fault in faults(track_event, {"userId": "x"}, "+91")] == ["/event"]
