"""A person is found in what nobody could read as an event, however the phone or user id is written there."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.events.mentions import Mentions
from tests.examples import ASHA, GAVIN

GAVIN_S = Mentions([GAVIN], ["0123abc45d"])


def found(value, key=None, headers=()):
    return GAVIN_S.in_message(key, headers, value)


@pytest.mark.parametrize(
    "text",
    ["+919967536783", "919967536783", "00919967536783", "+91 99675 36783", "+91-99675.36783", "(+91) 9967536783"],
)
def test_a_phone_is_found_with_whatever_people_write_between_its_digits(text):
    assert found(b"call " + text.encode() + b" today") == "phone"


@pytest.mark.parametrize("text", ["9967536783", "09967536783", "99675 36783"])
def test_a_number_without_country_code_is_found_as_what_it_is(text):
    assert found(text.encode()) == "national number"


@pytest.mark.parametrize("text", ["+9199675367830", "19967536783", "99675367", ASHA, ""])
def test_other_numbers_are_not_taken_for_it(text):
    assert found(text.encode()) is None


def test_a_phone_is_found_behind_any_escapes_of_json():
    escaped = "".join(f"\\u{ord(character):04x}" for character in GAVIN)
    assert found(f'{{"phone": "{escaped}"}}'.encode()) == "phone"


def test_a_phone_is_found_in_data_that_travels_as_base64():
    event = b'{"specversion": "1.0", "id": "a", "source": "s", "type": "t", "data_base64": "%s"}'
    assert found(event % b"eyJwaG9uZSI6ICIrOTE5OTY3NTM2NzgzIn0=") == "phone"


def test_a_phone_is_found_in_key_and_headers():
    assert found(b"\xff", key=GAVIN.encode()) == "phone"
    assert found(b"\xff", headers=(("ce_subject", GAVIN.encode()),)) == "phone"


def test_a_user_id_is_found_as_a_value_and_as_a_word_but_not_inside_another():
    assert found(b'{"who": ["0123abc45d"]}') == "user id"
    assert found(b"user 0123abc45d is broken {") == "user id"
    assert found(b'{"who": "0123abc45d-2"}') is None
    assert found(b"x0123abc45d") is None


def test_a_short_user_id_is_found_as_a_whole_value_or_cell_alone():
    short = Mentions([], ["7"])
    assert short.in_message(None, (), b'{"userId": "7"}') == "user id"
    assert short.in_message(None, (), b"row 7 of 9") is None
    assert short.in_line("7,Gavin") == "user id"
    assert short.in_line("77,Gavin") is None


def test_nobody_is_found_by_nothing():
    assert Mentions([], []).in_message(b"", (), b"") is None
    assert Mentions([], []).in_line("") is None


@given(st.binary(max_size=200), st.lists(st.tuples(st.text(max_size=5), st.binary(max_size=20)), max_size=2))
def test_any_bytes_can_be_looked_through(value, headers):
    assert found(value, headers=tuple(headers)) in (None, "phone", "national number", "user id")


@given(
    st.recursive(
        st.text(max_size=9) | st.integers() | st.none(),
        lambda some: st.lists(some) | st.dictionaries(st.text(max_size=3), some),
        max_leaves=9,
    )
)
def test_a_phone_is_found_however_deep_it_stands(around):
    assert found(json.dumps([around, {"deep": [{"er": GAVIN}]}]).encode()) == "phone"


ODD = st.sampled_from([*'0123456789+-. ()abcd/"\\', "99675", "36783", GAVIN, "0123abc45d", "u/7", "\u0968", "\uff19"])


@given(st.lists(ODD, max_size=12), st.lists(ODD, max_size=4), st.booleans(), st.booleans())
def test_of_bytes_in_which_somebody_is_found_it_is_never_said_that_they_cannot_be_there(parts, key, is_json, is_ascii):
    either = Mentions([GAVIN], ["0123abc45d", "u/7"])
    text = "".join(parts)
    value = (json.dumps({"a": text}, ensure_ascii=is_ascii) if is_json else text).encode()
    if either.in_message("".join(key).encode(), (), value):
        assert either.may_be_in(b"\x92" + "".join(key).encode() + b"\xc4" + value + b"\x93 another")


CROWD = [f"+91983309{number:04}" for number in range(20)]
PIECES = st.sampled_from(
    [*"0123456789+-. (),;a", "00", "91", "99675", "36783", "9967536783", GAVIN, GAVIN[1:], "u-7731", "u 7", "\n"]
)


@given(st.lists(PIECES, max_size=14).map("".join))
def test_one_of_many_is_found_by_what_finds_them_alone(text):
    alone, among = Mentions([GAVIN], ["u-7731", "u 7"]), Mentions([*CROWD, GAVIN], ["u-7731", "u 7"])
    assert among.in_line(text) == alone.in_line(text)
    assert among.in_message(None, (), text.encode()) == alone.in_message(None, (), text.encode())


@given(st.lists(st.lists(PIECES | ODD, max_size=9).map("".join), max_size=4))
def test_of_lines_in_which_one_of_many_is_found_it_is_never_said_that_they_cannot_be_there(lines):
    among = Mentions([*CROWD, GAVIN], ["u-7731", "u 7", "u/7"])
    if any(among.in_line(line) for line in lines):
        assert among.may_be_in_lines("\n".join(lines).encode())


def test_lines_about_others_need_no_look_however_many_are_looked_for():
    among = Mentions([*CROWD, GAVIN], [f"user-{number}" for number in range(20)])
    assert not among.may_be_in_lines(
        "Añil,91,9967536784,0123abc45e,2026-11-30\r\nRavi,91,9833098330,u-7,Agra\r\n".encode()
    )
    assert among.may_be_in_lines(b"Ravi,91,98330 98330,user-7,Agra\n")


IDS = ("u-7731", "7731", "77.50", "-31")
IN_JSON = st.sampled_from(
    [*IDS, "u-773", "x", " 7731 ", " ", ":", "[", "u-7731:x", 7731, 77.5, -31, 31, GAVIN, int(GAVIN[1:]), None, True]
)


@given(
    st.recursive(IN_JSON, lambda some: st.lists(some) | st.dictionaries(st.sampled_from(IDS), some), max_leaves=5),
    st.sampled_from([*IDS, "u 7", ""]),
    st.booleans(),
)
def test_one_of_many_user_ids_is_found_in_json_by_what_finds_it_alone(said, key, is_compact):
    value = json.dumps(said, separators=(",", ":") if is_compact else None).encode()
    headers = (("ce_subject", key.encode()),)
    many = [f"other-{number}" for number in range(20)]
    for one in IDS:
        alone, among = Mentions([GAVIN], [one]), Mentions([GAVIN], [one, *many])
        assert among.in_message(key.encode(), headers, value) == alone.in_message(key.encode(), headers, value)
        assert among.in_message(None, (), value) == alone.in_message(None, (), value)


@given(st.lists(PIECES, max_size=14).map("".join), st.booleans())
def test_each_name_in_a_message_is_found_by_what_finds_it_alone(text, is_json):
    value = json.dumps([text]).encode() if is_json else text.encode()
    phones, user_ids = [GAVIN, CROWD[0], "+4499675"], ["u-7731", "u 7", "u 7,"]
    named = Mentions([*CROWD, *phones], user_ids).named_in_message(None, (), value)
    for phone in phones:
        found = Mentions([phone], []).in_message(None, (), value)
        assert (found is not None) == bool(named & {("phone", phone[1:]), ("national number", phone[3:])})
    for user_id in user_ids:
        assert (Mentions([], [user_id]).in_message(None, (), value) is not None) == (("user id", user_id) in named)


SPREAD = "[^0-9A-Za-z]{0,6}"
EITHER = re.compile(rf"(?<![0-9])(?:(?:\+|00)?{SPREAD.join(GAVIN[1:])}|0?{SPREAD.join(GAVIN[3:])})(?![0-9])")
"""What a phone looks like to who reads a text from its beginning to its end."""


@given(st.lists(PIECES, max_size=14).map("".join))
def test_a_phone_is_found_exactly_where_its_digits_stand_between_no_others(text):
    assert (Mentions([GAVIN], []).in_line(text) is not None) == (EITHER.search(text) is not None)


def test_bytes_without_the_digits_and_the_user_id_need_no_look():
    assert not GAVIN_S.may_be_in(
        b'{"phone": "+919967536784", "userId": "0123abc45e", "at": "2026-11-30T08:00:00Z"}' * 9
    )


@pytest.mark.parametrize("zero", [0x660, 0x966, 0xE50, 0x17E0, 0xFF10, 0x1D7CE])
@pytest.mark.parametrize("is_escaped", [False, True])
def test_a_phone_is_found_in_the_digits_of_any_script(zero, is_escaped):
    value = json.dumps({"phone": "".join(chr(zero + int(digit)) for digit in GAVIN[3:])}, ensure_ascii=is_escaped)
    assert GAVIN_S.may_be_in(value.encode())
    assert found(value.encode()) == "national number"
