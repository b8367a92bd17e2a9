"""A phone's cell is the number itself, whatever stands around it, or it is rejected: never another number (R14)."""

import re
from dataclasses import replace

import phonenumbers
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from service.imports.columns.choices import Choices
from service.imports.columns.mapping import map_columns
from service.imports.rows.row import RowRejected
from service.imports.rows.rows import RowChecks
from service.imports.table.by_column import by_column
from service.imports.table.wording import OF_CALL, OF_COMMAND, worded
from tests.worlds import bounded

PAIR, FULL = ["Country Code", "Phone Number"], ["Phone"]


def phone(cells, header=FULL, **choices):
    """The phone that a row is taken with, None if it is not."""
    (found,) = checks(header, **choices).phones(by_column([cells], len(header)))
    return f"+{found}" if found else None


def checks(header, **choices):
    return RowChecks(map_columns(header, Choices(**choices), {}), Choices(**choices))


def faults(cells, header=FULL, **choices):
    with pytest.raises(RowRejected) as rejected:
        checks(header, **choices).check(cells, has_phone=False)
    return rejected.value.faults


def fault(cells, header=FULL, **choices):
    (one,) = faults(cells, header, **choices)
    return one


DECIMALS = ["81234567890.0", "81234567890,0", "81234567890.00", "81234567890.5", "+6281234567890.0", "-81234567890.0"]
DECIMALS += ["(81234567890.0)", " 81234567890.0 ", "'81234567890.0", '="81234567890.0"', "\u202a81234567890.0\u202c"]
DECIMALS += [
    "+62 81234567890.0",
    "81\u00a0234\u00a0567\u00a0890,0",
    "[81234567890.0]",
    "81234567890.0-",
    "812-3456-7890.0",
    "+62 81234567890.00",
]


@pytest.mark.parametrize("clean", [False, True])
@pytest.mark.parametrize("cell", DECIMALS)
def test_a_decimal_of_a_spreadsheet_is_rejected_and_its_zero_never_joined_to_the_number(cell, clean):
    assert phone(["62", cell], PAIR, clean_phones=clean) is None
    told = fault(["62", cell], PAIR, clean_phones=clean)
    assert told.reason == "phone_decimal"
    assert "{clean_phones}" not in told.hint


def test_dots_that_part_a_number_in_groups_are_no_decimal_point():
    for cell in ("98200.12111", "9820.0121.11", "98.20.01.21.11", "9820012.111", "9820012111."):
        assert phone(["91", cell], PAIR, clean_phones=True) == "+919820012111"


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("+33.1.23.45.67.00", "+33123456700"),
        ("+33 1 23 45 67.00", "+33123456700"),
        ("+1.650.253.0000", "+16502530000"),
        ("+1 (650) 253.0000", "+16502530000"),
        ("+44.20.7946.0000", "+442079460000"),
    ],
)
def test_zeros_that_are_the_last_group_of_a_number_in_groups_are_no_decimals(cell, number):
    assert phone([cell], FULL, clean_phones=True) == number
    assert fault([cell], FULL).reason == "phone_not_digits"


def test_the_plus_of_a_number_is_never_the_character_at_fault():
    assert "has '('" in fault(["(+91) 98200 12111"], FULL).message


@pytest.mark.parametrize(
    "cell",
    [
        *("\u202a+919820012051\u202c", "+91\u00a098200\u00a012051", "+919820012051\u200b", "\ufeff+919820012051"),
        *("+91\u206098200\u206012051", "+919820012051\u200f", "'+919820012051", '="+919820012051"', " '+919820012051 "),
        *('\'="+919820012051"', "+91\u200998200\u202f12051", "+91\u00ad9820012051\ufe0f", "\u2066+919820012051\u2069"),
    ],
)
def test_text_marks_and_invisible_characters_come_off_always(cell):
    assert phone([cell]) == phone([cell], clean_phones=True) == "+919820012051"


@pytest.mark.parametrize("code", ["91", "+91", "'91", '="91"', "\u202a+91\u202c", "91\u00a0", "\ufeff91"])
def test_they_come_off_country_codes_too(code):
    assert phone([code, "9820012051"], PAIR) == "+919820012051"


@pytest.mark.parametrize("code", ["2.0", "9.0", "91.0", "9,1", "IN", "91/92"])
def test_no_digits_of_a_country_code_are_joined(code):
    assert phone([code, "9820012051"], PAIR, clean_phones=True) is None
    told = fault([code, "9820012051"], PAIR, clean_phones=True)
    assert told.reason == "country_code_invalid"
    assert repr(code) in told.message


@pytest.mark.parametrize("clean", [False, True])
@pytest.mark.parametrize(
    "cell",
    [
        *("+919820012111/+919820012112", "+919820012113, +919820012114", "+919820012115;+919820012116"),
        *("+919820012118 ::: +919820012119", "+919820012111 or +919820012112", "+919820012111 +919820012112"),
        *("+91 98200 12118 ::: +91 98200 12119", "+919820012111 9820012112", "+919820012111\n+919820012112"),
        *("+919820012111 & 9820012112", "+919820012111|9820012112", "+919820012111 OR 9820012112"),
    ],
)
def test_two_numbers_in_a_cell_are_named_as_such(cell, clean):
    told = fault([cell], clean_phones=clean)
    assert "more than one number" in told.message
    assert told.hint == "Keep one number in the cell; another one needs a column of its own."
    assert phone([cell], clean_phones=clean) is None


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("\uff0b919820012059", "U+FF0B FULLWIDTH PLUS SIGN"),
        ("tel:+919820012061", "'t'"),
        ("+91_9820012064", "'_'"),
        ("+91.98200/12063", "'/'"),
        ("+91982\x070012063", "U+0007"),
        ("+91982001206\u0669", "ARABIC-INDIC DIGIT NINE"),
    ],
)
@pytest.mark.parametrize("clean", [False, True])
def test_a_fault_shows_the_value_and_names_the_character(cell, said, clean):
    told = fault([cell], clean_phones=clean)
    assert told.reason == "phone_not_digits"
    assert repr(cell) in told.message
    assert said in told.message
    assert "{clean_phones}" not in told.hint  # it would not help


def test_cleaning_is_advised_where_it_helps_and_in_the_readers_words():
    told = fault(["+91 98200-12051"])
    assert told.message == "Phone must be digits only: '+91 98200-12051' has a space."
    assert worded(told.hint, OF_COMMAND) == "Use digits only, or import with --clean-phones."
    assert worded(told.hint, OF_CALL) == "Use digits only, or import with the option `clean_phones`."
    assert fault(["(+91)", "9820012051"], PAIR).hint.endswith("or import with {clean_phones}.")
    assert "{clean_phones}" not in fault(["+91 98200-1205"]).hint  # no number either way


def test_a_code_for_the_whole_file_is_advised_only_where_no_column_has_codes():
    assert "{country_code}" in fault(["9820012051"]).hint
    assert fault(["", "9820012051"], PAIR).hint == "Fill in the country code."


@pytest.mark.parametrize("cell", ["6.61E+12", "6,61e+12", "-6.6E+12", "5E+10", "1.2E-05"])
def test_a_user_id_in_scientific_notation_is_rejected(cell):
    header = [*FULL, "User ID"]
    (row,) = checks(header).plain(by_column([["+919820012051", cell]], 2))
    assert row is None
    with pytest.raises(RowRejected) as rejected:
        checks(header).check(["+919820012051", cell], has_phone=True)
    assert [(one.reason, repr(cell) in one.message) for one in rejected.value.faults] == [("user_id_scientific", True)]


@pytest.mark.parametrize("cell", ["5e10", "7e-12", "1e+1a", "E+12", "61E+12x", "6.61E12", "a-3e-12", "0e1f5e-10"])
def test_an_id_that_only_resembles_it_is_taken(cell):
    assert checks([*FULL, "User ID"]).check(["+919820012051", cell], has_phone=True).user_id == cell


REGIONS = [91, 62, 49, 43, 39, 1, 55, 65, 60, 86, 358, 82, 234, 64, 44, 380, 225, 52]
NUMBERS = [
    (code, str(phonenumbers.national_significant_number(number)))
    for code in REGIONS
    for kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE)
    if (number := phonenumbers.example_number_for_type(phonenumbers.region_code_for_country_code(code), kind))
]
SPACES, INVISIBLE = [" ", "-", ".", "(", ")", "\u2013"], ["\u00a0", "\u200b", "\u202a", "\u202c", "\ufeff", "\u2060"]
TAILS = ["", "", ".0", ",0", ".00", ".", "-", " ", ".5", "\u200e", ".0 ", "/2", ";", " x5", ",", ")"]
HEADS = ["", "", "'", '="', " ", "\u202a", "(", "-", "\ufeff'", "~"]


@st.composite
def decorated(draw):
    """A valid number in some country, and a cell that a person or a program may have made of it."""
    code, digits = draw(st.sampled_from(NUMBERS))
    plus = draw(st.sampled_from(["", f"+{code}", f"+{code} "]))
    pieces = draw(st.lists(st.sampled_from(["", "", "", "", *SPACES, *INVISIBLE]), min_size=len(digits)))
    inner = "".join(piece + digit for digit, piece in zip(digits, pieces, strict=False))
    head = draw(st.sampled_from(HEADS))
    tail = draw(st.sampled_from(TAILS)) + ('"' if head == '="' else "")
    return code, digits, f"{head}{plus}{inner}{tail}"


IN_PAIRS = re.compile(r"(?<!\d)\d\d[^\d+]+\d\d[.,]00\D*$").search
"""As numbers are written: nobody can tell whether 00 is a part of one."""


@bounded(600)
@given(made=decorated(), clean=st.booleans(), is_full=st.booleans())
@example(made=(62, "81234567890", "81234567890.0"), clean=True, is_full=False)
@example(made=(62, "81234567890", "+62 81234567890.0"), clean=True, is_full=True)
@example(made=(43, "1234567890", "123456789 0.00"), clean=True, is_full=False)
@example(made=(43, "1234567890", "12345 67890,00"), clean=True, is_full=False)
@example(made=(43, "1234567890", "123456.7890.000"), clean=True, is_full=False)
def test_a_cell_is_the_number_itself_or_rejected_and_never_another_number(made, clean, is_full):
    code, digits, cell = made
    assume(not IN_PAIRS(cell))
    cells, header = ([cell], FULL) if is_full else ([str(code), cell], PAIR)
    found = phone(cells, header, clean_phones=clean)
    number = phonenumbers.parse(f"+{code}{digits}")
    assert found in (None, phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    if found is None:
        told = fault(cells, header, clean_phones=clean)
        assert told.message.endswith(".")
        if "{clean_phones}" in told.hint:
            assert not clean
            assert phone(cells, header, clean_phones=True) is not None


@bounded(200)
@given(made=st.lists(decorated(), min_size=1, max_size=8), clean=st.booleans())
def test_numbers_read_as_a_column_are_those_read_one_by_one(made, clean):
    records = [[str(code), cell] for code, _, cell in made]
    together = checks(PAIR, clean_phones=clean).phones(by_column(records, 2))
    assert together == [int(phone(cells, PAIR, clean_phones=clean) or 0) for cells in records]


@pytest.mark.parametrize("choices", [{}, {"country_code": "91"}])
@pytest.mark.parametrize("clean", [False, True])
@given(st.text(st.characters(categories=["Nd"], exclude_characters="0123456789"), min_size=1, max_size=3))
def test_a_digit_of_another_script_is_named_wherever_it_stands(choices, clean, digits):
    """After a + it was said that the country code is another one, and without, that there is none."""
    for cell in (f"+{digits}19820012061", f"{digits}9820012061", digits * 10):
        told = fault([cell], clean_phones=clean, **choices)
        assert (told.reason, f"U+{ord(digits[0]):04X}" in told.message) == ("phone_not_digits", True)


@pytest.mark.parametrize("letters", ["IN", "us", "IND"])
def test_a_country_by_its_letters_is_told_to_be_left_out(letters):
    """As Shopify's customers have it beside a full number."""
    told = fault([letters, "+919820012061"], PAIR)
    assert (told.reason, told.column) == ("country_code_invalid", "Country Code")
    assert "Leave the column out with --ignore if the numbers begin with +" in worded(told.hint, OF_COMMAND)


@pytest.mark.parametrize("cell", ["2023-03-15", "2023-03-15T10:30:00", " 2023-03-15 "])
@pytest.mark.parametrize("clean", [False, True])
def test_a_date_of_a_sheet_is_no_phone(cell, clean):
    """+4520230315 is somebody's in Denmark."""
    choices = Choices(country_code="45", clean_phones=clean)
    columns = replace(map_columns(FULL, choices, {}), is_sheet=True)
    assert RowChecks(columns, choices).phones(by_column([[cell]], 1)) == [0]
