"""The bodies of the track calls, read into what they say, with every fault named at once (R6, R8, R9)."""

import pytest

from ledger.events.calls import TrackEvent, TrackUser, track_event, track_user
from ledger.events.moments import parse
from ledger.events.schema import Invalid

PHONE = "+919967536783"
NOBODY = "says no contact"


def faults(call, *arguments):
    with pytest.raises(Invalid) as caught:
        call(*arguments)
    return caught.value.faults


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
