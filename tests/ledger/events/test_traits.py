import math
import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from ledger.events.traits import canonical, check, clean_name, is_datetime, loose, same, type_of

BOUND = 2**53

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
integers = st.integers(-BOUND, BOUND)
doubles = st.floats(allow_nan=False, allow_infinity=False)
zones = st.builds(
    lambda sign, hours, minutes: (sign, hours, minutes), st.sampled_from("+-"), st.integers(0, 23), st.integers(0, 59)
)
moments = st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30, 23, 59, 59))
fractions = st.text("0123456789", max_size=9).map(lambda digits: "." + digits if digits else "")
datetimes = st.builds(
    lambda moment, fraction, zone: (
        moment.strftime("%m-%dT%H:%M:%S").join([f"{moment.year:04}-", ""])
        + fraction
        + ("Z" if zone is None else f"{zone[0]}{zone[1]:02}:{zone[2]:02}")
    ),
    moments,
    fractions,
    st.none() | zones,
)
dates = st.dates().map(str)
scalars = texts | st.booleans() | integers | doubles | datetimes | dates
values = scalars | st.lists(scalars, max_size=5)


def instant(text):
    """The oracle: datetime's own reading of one of our datetimes, and its fraction digits kept aside."""
    whole, fraction, zone = re.fullmatch(r"(.{19})(\.\d+)?(Z|[+-]\d\d:\d\d)", text).groups()
    sign = {"Z": 0, "+": 1, "-": -1}[zone[0]]
    shift = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6])) if sign else timedelta()
    moment = datetime.strptime(whole, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone(sign * shift))
    return moment.astimezone(UTC), fraction or ""


@given(datetimes)
def test_a_datetime_is_kept_in_utc_with_the_fraction_digits_given(text):
    """R3."""
    assert type_of(text) == "datetime"
    kept = canonical(text)
    assert kept.endswith("Z")
    assert instant(kept) == instant(text)


@given(dates)
def test_a_bare_date_stays_a_date(text):
    """R3."""
    assert type_of(text) == "datetime"
    assert canonical(text) == text


@pytest.mark.parametrize(
    ("given_form", "kept"),
    [
        ("2022-10-31T19:30:00.000+05:30", "2022-10-31T14:00:00.000Z"),
        ("2022-10-31T14:00:00Z", "2022-10-31T14:00:00Z"),
        ("2022-10-31", "2022-10-31"),
        ("2024-02-29T00:00:00.123456789+05:30", "2024-02-28T18:30:00.123456789Z"),
        ("0999-01-01T00:00:00-01:00", "0999-01-01T01:00:00Z"),
    ],
)
def test_the_guides_three_forms_are_datetimes(given_form, kept):
    """R3."""
    assert type_of(given_form) == "datetime"
    assert canonical(given_form) == kept


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2022",
        "2022-10",
        "2022-02-30",
        "2023-02-29",
        "2022-13-01",
        "0000-01-01",
        "2022-W01-1",
        "20221031",
        " 2022-10-31",
        "2022-10-31\n",
        "2022-10-31T14:00:00",
        "2022-10-31 14:00:00Z",
        "2022-10-31t14:00:00Z",
        "2022-10-31T14:00:00z",
        "2022-10-31T14:00Z",
        "2022-10-31T24:00:00Z",
        "2022-10-31T23:60:00Z",
        "2016-12-31T23:59:60Z",
        "2022-10-31T14:00:00.Z",
        "2022-10-31T14:00:00.1234567890Z",
        "2022-10-31T14:00:00+0530",
        "2022-10-31T14:00:00+24:00",
        "2022-10-31T14:00:00+05:60",
        "2022-10-31T14:00:00Z ",
        "\u0662\u0660\u0662\u0662-\u0661\u0660-\u0663\u0661",
        "2022-10-31T14:00:0\u0660Z",
        "2022-10-3\ud800",
        "0001-01-01T00:00:00+05:30",
        "9999-12-31T23:00:00-05:30",
        "9967-536783",
    ],
)
def test_any_other_string_stays_a_string(text):
    """R3: what only looks like a datetime, or leaves the calendar by its zone, is kept as sent."""
    assert type_of(text) == "string"
    assert not is_datetime(text)
    assert canonical(text) == text


@given(values)
def test_the_kept_form_is_its_own_kept_form_and_the_same_value(value):
    """R3."""
    kept = canonical(value)
    assert canonical(kept) == kept
    assert repr(canonical(kept)) == repr(kept)
    assert same(value, kept)
    assert type_of(kept) == type_of(value)


@given(doubles | integers)
def test_a_number_keeps_its_value(number):
    """R3."""
    assert canonical(number) == number
    assert type_of(number) == "number"


def test_an_integral_number_is_kept_as_an_integer():
    """R3: 1 and 1.0 are the same number."""
    assert [repr(canonical(number)) for number in (1.0, -0.0, 2.0**53, 2.0**54, 1.5)] == [
        "1",
        "0",
        "9007199254740992",
        "1.8014398509481984e+16",
        "1.5",
    ]


@given(values, values)
def test_values_are_the_same_when_they_are_kept_alike(a, b):
    """R3."""
    assert same(a, b) == same(b, a)
    assert same(a, b) == (repr(canonical(a)) == repr(canonical(b)))


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (1, 1.0, True),
        (True, 1, False),
        (False, 0, False),
        ("1", 1, False),
        (None, None, True),
        (None, "", False),
        ([1, "a"], [1.0, "a"], True),
        ([True], [1], False),
        ([1], [1, 2], False),
        ("2022-10-31T19:30:00+05:30", "2022-10-31T14:00:00Z", True),
        ("2022-10-31T14:00:00.0Z", "2022-10-31T14:00:00Z", False),
        ("2022-10-31", "2022-10-31T00:00:00Z", False),
    ],
)
def test_equality_is_by_type_and_value(a, b, expected):
    """R3."""
    assert same(a, b) is expected


@given(texts, values | st.none())
@example("phoneNumber", "9967536783")
@example("createdAt", None)
def test_allowed_values_are_allowed_under_any_name(name, value):
    """R2, R3."""
    assume(name.strip() and not any(unicodedata.category(character) == "Cc" for character in name))
    assert check(f"x{name}", value) is None


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        (BOUND + 1, "send it as a string"),
        (-BOUND - 1, "send it as a string"),
        (10**400, "send it as a string"),
        (math.inf, "not a finite number"),
        (math.nan, "not a finite number"),
        ({"a": 1}, "is an object"),
        ([{"a": 1}], "item 0 is an object"),
        ([1, [2]], "item 1 is a list"),
        ([None], "item 0 is null"),
        (["a", BOUND + 1], "item 1 is an integer beyond"),
        ("a\0b", "NUL"),
        ("\ud83d", "lone surrogate"),
        (["\ud83d"], "lone surrogate"),
        ("a" * 32769, "32769 bytes"),
        ("é" * 16385, "32770 bytes"),
        ([0] * 1001, "1001 items"),
        (b"bytes", "is bytes"),
    ],
)
def test_what_is_no_trait_value_says_why(value, complaint):
    """R3."""
    assert complaint in check("city", value)


def test_the_largest_allowed_values_are_allowed():
    """R3."""
    for value in (BOUND, -BOUND, "a" * 32768, "é" * 16384, [0] * 1000, 1.7976931348623157e308):
        assert check("city", value) is None


def test_a_fault_does_not_repeat_the_value():
    assert "9007199254740993" not in check("pin", BOUND + 1)


@pytest.mark.parametrize("name", ["name", "first_name", "last_name"])
def test_a_person_s_name_has_no_control_characters(name):
    """R12."""
    assert "control character" in check(name, "Gavin\nRoberts")
    assert check(name, "Gavin O'Roberts 3rd ⭐") is None
    assert check("address", "1 High Street\nPune") is None


@given(texts)
def test_a_clean_name_is_its_own_clean_name(name):
    """R2."""
    try:
        cleaned = clean_name(name)
    except ValueError:
        return
    assert clean_name(cleaned) == cleaned
    assert cleaned == unicodedata.normalize("NFC", cleaned).strip()
    assert 1 <= len(cleaned) <= 128


@pytest.mark.parametrize("name", ["", "  ", "\t", "a\nb", "a\0b", "\ud800", "a" * 129])
def test_what_is_no_attribute_name_is_refused(name):
    """R2."""
    with pytest.raises(ValueError, match="an attribute's name"):
        clean_name(name)
    assert check(name, "x").startswith("an attribute's name")


def test_a_name_keeps_its_case_and_loses_its_margins():
    """R2."""
    assert clean_name(" Pin code ") == "Pin code"
    assert clean_name("Cafe\u0301") == "Café"
    assert clean_name("a" * 128) == "a" * 128


def test_names_that_differ_by_case_space_or_underscore_are_alike_when_loose():
    """R2, R19."""
    assert {loose(name) for name in ("Pin code", "pin_code", "PINCODE", " pin  Code_")} == {"pincode"}
    assert loose("pin-code") != loose("pincode")


@pytest.mark.parametrize("value", [None, {}, (), b""])
def test_only_values_have_a_type(value):
    """R3."""
    with pytest.raises(TypeError):
        type_of(value)
