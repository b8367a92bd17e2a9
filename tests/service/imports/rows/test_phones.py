"""Phones of rows: which are taken, and which reason those have that are not (R10, R14)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.imports.columns.choices import Choices
from service.imports.columns.mapping import map_columns
from service.imports.rows.phones import phone_of, phones_of
from tests.service.imports.rows.judged import HEADER, checked, reasons


@pytest.mark.parametrize(
    ("code", "number"),
    [
        ("91", "9967536783"),
        ("+91", "9967536783"),
        ("91", "+919967536783"),
        ("+91", "+919967536783"),
        ("91", "09967536783"),
    ],
)
def test_country_code_and_number_are_taken_with_and_without_plus_and_trunk_prefix(code, number):
    assert checked(HEADER, ["Asha", code, number, "", "", "", ""])[0] == "+919967536783"


@pytest.mark.parametrize(
    ("code", "number", "reason"),
    [
        ("", "9967536783", "country_code_missing"),
        ("9x", "9967536783", "country_code_invalid"),
        ("91", "", "phone_missing"),
        ("91", "99675 36783", "phone_not_digits"),
        ("91", "abc", "phone_not_digits"),
        ("91", "9.19967E+11", "phone_scientific"),
        ("91", "12", "phone_invalid"),
        ("91", "+14155552671", "phone_invalid"),
    ],
)
def test_a_phone_that_is_none_has_its_reason(code, number, reason):
    assert reasons(["Asha", code, number, "", "", "", ""]) == [reason]


def test_spaces_hyphens_dots_and_brackets_are_taken_out_on_demand():
    assert checked(["Country Code", "Phone"], ["(+91)", "(99675) 36-783."], clean_phones=True)[0] == "+919967536783"
    assert reasons(["91", "9.19967E+11"], ["Country Code", "Phone"], clean_phones=True) == ["phone_scientific"]


def test_one_code_may_be_named_for_the_whole_file():
    assert checked(["Phone"], ["9967536783"], country_code="91")[0] == "+919967536783"


def test_a_full_number_needs_no_country_code_and_a_bare_one_is_never_given_one():
    assert checked(["Phone"], ["+447400123456"])[0] == "+447400123456"
    assert reasons(["9967536783"], ["Phone"]) == ["country_code_missing"]
    assert reasons(["919967536783"], ["Phone"]) == ["country_code_missing"]


@pytest.mark.parametrize(
    ("code", "number", "told"),
    [
        ("", "", ["country_code_missing", "phone_missing"]),
        ("9x", "9.19967E+11", ["country_code_invalid", "phone_scientific"]),
        ("", "+91996", ["country_code_missing", "phone_invalid"]),
        ("", "9967536783", ["country_code_missing"]),
        ("", "+919967536783", ["country_code_missing"]),
        ("91", "", ["phone_missing"]),
    ],
)
def test_a_bad_country_code_does_not_hide_a_bad_number(code, number, told):
    assert reasons(["Asha", code, number, "", "", "", ""]) == told


NUMBERS = [
    "9967536783",
    "09967536783",
    "+919967536783",
    "99675 36783",
    "9.19967E+11",
    "",
    "12",
    "+14155552671",
    "\u30009",
    "x",
]


@given(
    pairs=st.lists(
        st.tuples(st.sampled_from(["91", "+91", " 91", "", "9x", "1"]), st.sampled_from(NUMBERS)), min_size=1
    ),
    clean=st.booleans(),
    form=st.sampled_from(["pair", "given", "full"]),
)
def test_the_phones_of_many_records_are_those_of_each(pairs, clean, form):
    country_code = "91" if form == "given" else None
    titles = ["Country Code", "Phone"] if form == "pair" else ["Note", "Phone"]
    columns = map_columns(titles, Choices(), {})
    one = phone_of(columns, country_code, clean=clean)

    def digits(cells):
        try:
            return int(one(cells))
        except ValueError:
            return 0

    expected = [digits(cells) for cells in pairs]
    assert phones_of(columns, country_code, clean=clean)(list(zip(*pairs, strict=True))) == expected
