"""One country's numbering plan: libphonenumber's data as two regular expressions, and libphonenumber for the rest.

The expressions match only numbers that libphonenumber finds valid and leaves as they are. Everything else (trunk
prefixes, international prefixes, repeated calling codes, old forms of Argentina and others, and what is not valid) is
asked of libphonenumber itself, so verdict and normal form are always its own (R14).
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the library costs 6 MB: it is imported when the first number comes
    from phonenumbers.phonemetadata import PhoneMetadata, PhoneNumberDesc

_LIKELIEST = ("mobile", "fixed_line", "toll_free", "premium_rate", "shared_cost")
_KINDS = (*_LIKELIEST, "voip", "personal_number", "pager", "uan", "voicemail")


class NumberingPlan:
    """The numbers under one calling code.

    `is_plain_national(digits)`: valid as dialled within the country, and already a national significant number.
    `is_plain_full(phone)`: valid as `+`, the calling code and a national significant number: already E.164.
    False means "ask libphonenumber", not "invalid".
    """

    def __init__(self, code: str) -> None:
        import phonenumbers
        from phonenumbers.phonemetadata import PhoneMetadata

        self.code = code
        self.region = phonenumbers.region_code_for_country_code(int(code))
        regions = phonenumbers.region_codes_for_country_code(int(code))
        plans = [PhoneMetadata.metadata_for_region_or_calling_code(int(code), region) for region in regions]
        known = [plan for plan in plans if plan is not None]
        main = known[0]
        self.lengths = _usual_lengths(main)
        valid, start = _valid(known), rf"\+{code}"
        self.is_plain_national = _matcher(
            _no_international_prefix(main) + _not_repeating(code, main) + _no_national_prefix(main, r"\A") + valid
        )
        self.is_plain_full = _matcher(start + _no_national_prefix(main, start) + valid)

    def national(self, digits: str) -> str | None:
        """E.164 of `digits` as dialled within the country, None if libphonenumber finds them not valid."""
        if self.region == "001":
            return self.full(digits)
        return _ask_library(digits, self.region)

    def full(self, digits: str) -> str | None:
        """E.164 of `+`, the calling code and `digits`, None if libphonenumber finds it not valid."""
        return _ask_library(f"+{self.code}{digits}", None)


@cache
def plan_of(code: str) -> NumberingPlan:
    """The plan of an assigned calling code, compiled at its first use (1-60 ms)."""
    return NumberingPlan(code)


def _ask_library(text: str, region: str | None) -> str | None:
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _matcher(pattern: str) -> Callable[[str], object]:
    return re.compile(pattern, re.ASCII).fullmatch


def _exactly(desc: "PhoneNumberDesc") -> str:
    lengths = "|".join(rf"\d{{{length}}}" for length in desc.possible_length if length > 0)
    pattern = f"(?:{desc.national_number_pattern})"
    return rf"(?=(?:{lengths})\Z){pattern}" if lengths else pattern


def _descs(plan: "PhoneMetadata") -> Iterator["PhoneNumberDesc"]:
    seen = set()
    for kind in _KINDS:
        desc: PhoneNumberDesc | None = getattr(plan, kind)
        if desc is None or not desc.national_number_pattern or desc.national_number_pattern in seen:
            continue
        seen.add(desc.national_number_pattern)
        yield desc


def _valid(plans: Iterable["PhoneMetadata"]) -> str:
    """What `is_valid_number` accepts: the first region whose leading digits or kinds fit decides by its kinds."""
    not_of_earlier = ""
    choices = []
    for plan in plans:
        general = rf"(?={_exactly(plan.general_desc)}\Z)" if plan.general_desc else r"(?!)"
        kinds = "|".join(rf"{_exactly(desc)}\Z" for desc in _descs(plan)) or r"(?!)"
        leading = f"(?={plan.leading_digits})" if plan.leading_digits else ""
        choices.append(f"{not_of_earlier}{leading}{general}(?:{kinds})")
        if plan.leading_digits:
            not_of_earlier += f"(?!{plan.leading_digits})"
    return f"(?:{'|'.join(choices)})"


def _no_national_prefix(main: "PhoneMetadata", start: str) -> str:
    """No trunk prefix that takes up digits: the pattern of some countries also matches nothing, right at `start`."""
    prefix = main.national_prefix_for_parsing
    return rf"(?!(?:{prefix})(?<!{start}))" if prefix else ""


def _no_international_prefix(main: "PhoneMetadata") -> str:
    return f"(?!{main.international_prefix})" if main.international_prefix else ""


def _not_repeating(code: str, main: "PhoneMetadata") -> str:
    """The library takes a leading calling code off unless the number as a whole could be one of the country."""
    if main.general_desc is None:
        return f"(?!{code})"
    longest = max(main.general_desc.possible_length)
    return rf"(?:(?!{code})|(?={_exactly(main.general_desc)}\Z))(?=\d{{1,{longest}}}\Z)"


def _usual_lengths(main: "PhoneMetadata") -> tuple[int, ...]:
    for desc in (main.mobile, main.general_desc):
        lengths = tuple(length for length in desc.possible_length if length > 0) if desc else ()
        if lengths:
            return lengths
    return ()
