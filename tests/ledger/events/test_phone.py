import random
import subprocess
import sys

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.events.calling_codes import CALLING_CODES, calling_code
from ledger.events.phone import PhoneFault, has_other_forms, normalise, normalise_full, split

BULK = ["1", "7", "20", "33", "34", "39", "44", "49", "52", "54", "55", "61", "62", "65", "81", "86", "91", "225"]
BULK += ["234", "262", "358", "370", "378", "375", "599", "672", "800", "852", "971", "972"]


def by_the_library(text, region, code):
    """The oracle: parse, is_valid_number, E.164; None when it is not valid or another country's."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number) or number.country_code != int(code):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def national_by_the_library(code, digits):
    region = phonenumbers.region_code_for_country_code(int(code))
    return by_the_library(f"+{code}{digits}", None, code) if region == "001" else by_the_library(digits, region, code)


def or_none(call, *arguments):
    try:
        return call(*arguments)
    except PhoneFault:
        return None


def fault(call, *arguments):
    with pytest.raises(PhoneFault) as caught:
        call(*arguments)
    assert str(caught.value) == caught.value.message
    return caught.value.reason, caught.value.field


def examples_of(code):
    """Valid national numbers of a country's regions, of every kind the library has an example for."""
    found = []
    for region in phonenumbers.region_codes_for_country_code(int(code)):
        if region == "001":
            numbers = [phonenumbers.example_number_for_non_geo_entity(int(code))]
        else:
            numbers = [phonenumbers.example_number_for_type(region, kind) for kind in range(11)]
        found += [phonenumbers.national_significant_number(number) for number in numbers if number]
    return found


def digits_like_real_ones(draw_random, code):
    """Random digits near the border of valid: examples with some digits changed, cut, or prefixed."""
    example = draw_random.choice(examples_of(code) or ["12345678"])
    keep = draw_random.randrange(len(example) + 1)
    tail = "".join(
        draw_random.choices("0123456789", k=max(0, len(example) - keep + draw_random.choice([0] * 8 + [-1, 1])))
    )
    return (
        draw_random.choice([""] * 12 + ["0", "00", "1", "8", "9", "011", code, "00" + code, "0" + code])
        + example[:keep]
        + tail
    )


@given(st.sampled_from(sorted(CALLING_CODES)), st.text("0123456789", min_size=1, max_size=18))
def test_a_national_number_has_the_library_s_verdict_and_normal_form(code, digits):
    """R14."""
    assert or_none(normalise, code, digits) == national_by_the_library(code, digits)


@given(st.sampled_from(sorted(CALLING_CODES)), st.text("0123456789", min_size=1, max_size=18))
def test_a_full_number_has_the_library_s_verdict_and_normal_form(code, digits):
    """R10, R14."""
    assert or_none(normalise_full, f"+{code}{digits}") == by_the_library(f"+{code}{digits}", None, code)


@pytest.mark.parametrize("code", BULK)
def test_numbers_near_the_border_of_valid_have_the_library_s_verdict(code):
    """R14: seeded, both ways of writing, twice so that the compiled path is taken."""
    seeded = random.Random(f"near {code}")
    for digits in [digits_like_real_ones(seeded, code) for _ in range(400)]:
        expected = national_by_the_library(code, digits)
        assert or_none(normalise, code, digits) == expected, digits
        assert or_none(normalise, "+" + code, digits) == expected, digits
        full = by_the_library(f"+{code}{digits}", None, code)
        assert or_none(normalise_full, f"+{code}{digits}") == full, digits


@pytest.mark.parametrize("code", sorted(CALLING_CODES))
def test_every_country_s_examples_are_taken(code):
    """R14."""
    for digits in examples_of(code):
        assert normalise_full(f"+{code}{digits}") == by_the_library(f"+{code}{digits}", None, code)
        assert or_none(normalise, code, digits) == national_by_the_library(code, digits)


@given(st.sampled_from(sorted(CALLING_CODES)), st.randoms(use_true_random=False))
def test_a_normal_form_is_its_own_normal_form(code, seeded):
    """R14: what is stored can be read again."""
    phone = or_none(normalise, code, digits_like_real_ones(seeded, code))
    if phone is not None:
        assert normalise_full(phone) == phone
        assert normalise(code, phone) == phone
        assert "".join(split(phone)) == phone


def test_the_calling_codes_are_the_library_s():
    assert set(map(str, phonenumbers.COUNTRY_CODE_TO_REGION_CODE)) == CALLING_CODES


def test_no_calling_code_begins_another():
    assert [calling_code(code + "0") for code in sorted(CALLING_CODES)] == sorted(CALLING_CODES)


@pytest.mark.parametrize("country_code", ["91", "+91"])
@pytest.mark.parametrize("number", ["9967536783", "09967536783", "919967536783", "+919967536783", "00919967536783"])
def test_one_indian_phone_has_one_normal_form_however_it_is_written(country_code, number):
    """R10, R14."""
    assert normalise(country_code, number) == "+919967536783"


@pytest.mark.parametrize("number", ["+919967536783", "919967536783", "+9109967536783"])
def test_a_full_number_is_taken_with_and_without_its_plus(number):
    """R6, R10."""
    assert normalise_full(number) == "+919967536783"


def test_italy_keeps_its_leading_zero_and_britain_drops_it():
    """R14: the trunk prefix goes by the country's plan."""
    assert normalise("39", "0612345678") == "+390612345678"
    assert normalise("44", "07400123456") == "+447400123456"


def test_a_mobile_that_begins_with_its_own_country_code_keeps_it():
    """R14: 91 is also the beginning of Indian mobiles."""
    assert normalise("91", "9167536783") == "+919167536783"


@pytest.mark.parametrize(
    ("country_code", "number", "reason", "field"),
    [
        ("91", "", "phone_missing", "phone"),
        ("91", "99675 36783", "phone_not_digits", "phone"),
        ("91", "99675-36783", "phone_not_digits", "phone"),
        ("91", "9967536783\n", "phone_not_digits", "phone"),
        ("91", "٩٩٦٧٥٣٦٧٨٣", "phone_not_digits", "phone"),
        ("91", "+", "phone_not_digits", "phone"),
        ("91", "++919967536783", "phone_not_digits", "phone"),
        ("1", "1800FLOWERS", "phone_not_digits", "phone"),
        ("91", "9967536783.0", "phone_decimal", "phone"),
        ("91", "+919967536783,00", "phone_decimal", "phone"),
        ("91", "99675.36783", "phone_not_digits", "phone"),
        ("91", "9.19967E+11", "phone_scientific", "phone"),
        ("91", "9,19967E+11", "phone_scientific", "phone"),
        ("91", "9e11", "phone_scientific", "phone"),
        ("91", "123", "phone_invalid", "phone"),
        ("91", "0123456789", "phone_invalid", "phone"),
        ("91", "9" * 300, "phone_invalid", "phone"),
        ("91", "+447400123456", "phone_invalid", "phone"),
        ("91", "00447400123456", "phone_invalid", "phone"),
        ("", "9967536783", "country_code_missing", "country_code"),
        ("+", "9967536783", "country_code_invalid", "country_code"),
        ("++91", "9967536783", "country_code_invalid", "country_code"),
        ("IN", "9967536783", "country_code_invalid", "country_code"),
        ("999", "9967536783", "country_code_invalid", "country_code"),
        ("091", "9967536783", "country_code_invalid", "country_code"),
        ("91 ", "9967536783", "country_code_invalid", "country_code"),
        ("٩١", "9967536783", "country_code_invalid", "country_code"),
    ],
)
def test_what_is_no_phone_says_which_rule_it_breaks(country_code, number, reason, field):
    """R10, R14."""
    assert fault(normalise, country_code, number) == (reason, field)


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("", "phone_missing"),
        ("+", "phone_not_digits"),
        ("9.19967E+11", "phone_scientific"),
        ("+9.19967E+11", "phone_scientific"),
        ("+91 9967536783", "phone_not_digits"),
        ("+999123456789", "country_code_invalid"),
        ("+91", "phone_invalid"),
        ("+91123", "phone_invalid"),
    ],
)
def test_what_is_no_full_number_says_which_rule_it_breaks(number, reason):
    """R6, R10."""
    assert fault(normalise_full, number)[0] == reason


def test_a_number_of_the_wrong_length_is_told_the_right_one():
    with pytest.raises(PhoneFault, match="it has 9 digits, where mobile numbers have 10"):
        normalise("91", "996753678")


@pytest.mark.parametrize(
    ("number", "quoted"),
    [
        ("99675 36783", "('99675 36783' has a space)"),
        ("+91-9967536783", "('+91-9967536783' has '-')"),
        ("+919967536783\u200b", "('+919967536783\\u200b' has U+200B ZERO WIDTH SPACE)"),
        ("99675O6783", "('99675O6783' has 'O')"),
        ("٩٩٦٧٥٣٦٧٨٣", "('٩٩٦٧٥٣٦٧٨٣' has '٩' (U+0669 ARABIC-INDIC DIGIT NINE))"),
        ("+91123", "Check the digits and the country code ('+91123')"),
        ("9" * 300, f"('{'9' * 39}…')"),
    ],
)
def test_who_sent_a_phone_is_shown_it_with_the_character_at_fault(number, quoted):
    """R14."""
    with pytest.raises(PhoneFault) as caught:
        normalise_full(number)
    assert caught.value.quoting(number).endswith(quoted)


def test_a_fault_by_itself_does_not_repeat_the_number():
    """It may be logged; phones are not to be there."""
    with pytest.raises(PhoneFault) as caught:
        normalise("91", "12345678")
    assert "12345678" not in str(caught.value)


def test_a_phone_splits_into_country_code_and_number():
    assert split("+919967536783") == ("+91", "9967536783")
    assert split("+12015550123") == ("+1", "2015550123")


@pytest.mark.parametrize("text", ["", "919967536783", "+999123"])
def test_only_e164_splits(text):
    with pytest.raises(ValueError, match=r"not a phone in E\.164"):
        split(text)


@pytest.mark.parametrize("code", sorted(CALLING_CODES))
def test_a_phone_has_other_forms_where_the_library_adds_digits_to_what_is_dialled(code):
    region = phonenumbers.region_code_for_country_code(int(code))
    plan = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(int(code), region)
    rule = plan.national_prefix_transform_rule if plan else None
    assert has_other_forms(f"+{code}1234567") == bool(rule and rule not in (r"\1", r"\2"))


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_a_phone_as_it_is_dialled_has_the_digits_of_its_national_number_in_a_row_or_has_other_forms(region):
    code = str(phonenumbers.country_code_for_region(region))
    for kind in range(11):
        example = phonenumbers.example_number_for_type(region, kind)
        if example is None:
            continue
        dialled = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.NATIONAL)
        digits = "".join(filter(str.isdigit, dialled))
        phone = or_none(normalise, code, digits)
        assert phone is None or has_other_forms(phone) or split(phone)[1] in digits


def test_the_library_s_data_is_loaded_only_when_a_number_comes():
    program = (
        "import sys; from ledger.events import phone; assert 'phonenumbers' not in sys.modules;"
        "phone.normalise('91', '9967536783'); assert 'phonenumbers.data.region_IN' in sys.modules;"
        "assert 'phonenumbers.data.region_US' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
