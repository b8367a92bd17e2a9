"""Phones: what is accepted as one, and its one normal form, E.164 such as `+919967536783` (R6, R10, R14)."""

import re
from collections.abc import Callable

from ledger.events.calling_codes import CALLING_CODES, calling_code
from ledger.events.numbering_plan import plan_of
from ledger.events.quoting import named, shown

_DAMAGED = re.compile(r"[+-]?\d+(?:[.,]\d*)?[eE][+-]?\d+", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d{7,}[.,](?:0+|\d)", re.ASCII)
_DIGITS = re.compile(r"\d+", re.ASCII).fullmatch


class PhoneFault(ValueError):
    """A phone that cannot be taken.

    `reason`: phone_missing, phone_not_digits, phone_invalid, phone_scientific, phone_decimal, country_code_missing or
    country_code_invalid. `field`: "phone" or "country_code". `message`: the rule and what to do, without the number.
    """

    def __init__(self, reason: str, field: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.field = field
        self.message = message

    def quoting(self, value: str) -> str:
        """The message with what was given, and the character in it that is at fault (R14).

        For whoever sent it, and for what an erasure empties; not for a log of the program's own.
        """
        if not value:
            return self.message
        at_fault = ""
        if self.reason in ("phone_not_digits", "country_code_invalid"):
            at_fault = next((f" has {named(one)}" for one in value.removeprefix("+") if not _DIGITS(one)), "")
        return f"{self.message} ({shown(value)}{at_fault})"


_national: dict[str, tuple[Callable[[str], object], str]] = {}
"""By country code, with and without `+`: is it plain, and the country code with `+`."""
_full: dict[str, Callable[[str], object]] = {}
"""By `+` and three digits, which tell the calling code: is it plain."""


def normalise(country_code: str, number: str) -> str:
    """E.164 of a number as dialled within its country.

    `country_code`: ASCII digits with or without one leading `+`. `number`: ASCII digits, or `+`, that same country
    code and the rest. Verdict and normal form are libphonenumber's. Raises PhoneFault.
    """
    known = _national.get(country_code)
    if known is not None and known[0](number):
        return known[1] + number
    return _normalise_carefully(country_code, number)


def normalise_full(number: str) -> str:
    """E.164 of a full number: the country code with or without `+`, then the national number. Raises PhoneFault."""
    is_plain = _full.get(number[:4])
    if is_plain is not None and is_plain(number):
        return number
    return _normalise_full_carefully(number.removeprefix("+") or number)


def check_number(number: str) -> None:
    """Raise PhoneFault for what is no number in any country; one without `+` may still be none in a certain one."""
    if number.startswith("+"):
        normalise_full(number)
    else:
        _check_digits(number)


def split(phone: str) -> tuple[str, str]:
    """`("+91", "9967536783")` for a phone in E.164. Raises ValueError when no calling code begins it."""
    code = calling_code(phone[1:])
    if code is None or not phone.startswith("+"):
        raise ValueError("not a phone in E.164: it begins with no known calling code")
    return "+" + code, phone[1 + len(code) :]


_WITH_OTHER_FORMS = frozenset({"+54", "+261", "+378", "+672"})
"""Where the library puts digits in that were not dialled: Argentina's 9 for mobile numbers that are dialled with 15."""


def has_other_forms(phone: str) -> bool:
    """Whether a phone in E.164 can be dialled in its country without the digits of its national number in a row."""
    return split(phone)[0] in _WITH_OTHER_FORMS


def _normalise_carefully(country_code: str, number: str) -> str:
    code = _checked_code(country_code)
    if number.startswith("+"):
        if _DIGITS(number[1:]) and not number.startswith("+" + code):
            raise PhoneFault(
                "phone_invalid",
                "phone",
                f"phone begins with + and another country code than +{code}: make the two agree",
            )
        return normalise_full(number)
    _check_digits(number)
    plan = plan_of(code)
    _national[code] = _national["+" + code] = (plan.is_plain_national, "+" + code)
    phone = plan.national(number)
    if phone is None:
        raise _invalid(code, number)
    if not phone.startswith("+" + code):
        raise PhoneFault(
            "phone_invalid",
            "phone",
            f"phone is dialled to another country than +{code}: give the number itself and its own country code",
        )
    return phone


def _normalise_full_carefully(digits: str) -> str:
    _check_digits(digits)
    code = calling_code(digits)
    if code is None:
        raise PhoneFault(
            "country_code_invalid",
            "phone",
            "phone begins with no known country code: a full number is the country code and the number, "
            "such as +919967536783",
        )
    plan = plan_of(code)
    _full["+" + digits[:3]] = plan.is_plain_full
    phone = plan.full(digits[len(code) :])
    if phone is None:
        raise _invalid(code, digits[len(code) :])
    return phone


def _checked_code(country_code: str) -> str:
    if not country_code:
        raise PhoneFault("country_code_missing", "country_code", "country code is missing: give it, such as 91 or +91")
    code = country_code.removeprefix("+")
    if not _DIGITS(code):
        raise PhoneFault(
            "country_code_invalid", "country_code", "country code must be digits, with or without one leading +"
        )
    if code not in CALLING_CODES:
        raise PhoneFault(
            "country_code_invalid", "country_code", "country code is no country's calling code: give one, such as 91"
        )
    return code


def _check_digits(number: str) -> None:
    if not number:
        raise PhoneFault("phone_missing", "phone", "phone is missing: give its digits")
    if _DIGITS(number):
        return
    if _DAMAGED.fullmatch(number):
        raise PhoneFault(
            "phone_scientific",
            "phone",
            "phone is in scientific notation, such as 9.19967E+11: a spreadsheet has cut digits off. "
            "Format the column as text in the original and export it again",
        )
    if _DECIMAL.fullmatch(number):
        raise PhoneFault(
            "phone_decimal",
            "phone",
            "phone has a decimal point or comma: a spreadsheet has made a decimal of it. "
            "Format the column as text in the original and export it again",
        )
    raise PhoneFault(
        "phone_not_digits",
        "phone",
        "phone must be digits 0-9 only, without spaces, letters, hyphens, dots or brackets",
    )


def _invalid(code: str, number: str) -> PhoneFault:
    lengths = plan_of(code).lengths
    message = f"phone is not a valid number of country code +{code}"
    if lengths and len(number) not in lengths:
        message += f": it has {len(number)} digits, where mobile numbers have {_either(lengths)}"
    return PhoneFault("phone_invalid", "phone", message + ". Check the digits and the country code")


def _either(lengths: tuple[int, ...]) -> str:
    *most, last = map(str, lengths)
    return f"{', '.join(most)} or {last}" if most else last
