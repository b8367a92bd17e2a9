"""Trait values and names: which are allowed, of which type, and the one form in which they are kept (R2, R3)."""

import math
import re
import unicodedata
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal

TraitType = Literal["string", "number", "boolean", "datetime", "list"]

MOST_NAME_CHARACTERS = 128
MOST_COMPOSED = 4
"""Characters that NFC makes one of, at most. A run of marks takes the square of its length, so only what may fit is
composed."""
_MOST_NAME_UNCOMPOSED = MOST_COMPOSED * MOST_NAME_CHARACTERS
MOST_STRING_BYTES = 32 * 1024
"""Of a string value, in UTF-8."""
MOST_ITEMS = 1000
"""Of a list."""
LARGEST_INTEGER = 2**53

WHATSAPP_OPTED = "whatsapp_opted"
"""The trait that is consent, and so is strict (R3)."""

DEFAULT_TYPES: dict[str, TraitType] = {
    "name": "string",
    "email": "string",
    WHATSAPP_OPTED: "boolean",
    "area": "string",
    "city": "string",
    "first_name": "string",
    "last_name": "string",
}
"""Wire names of the default attributes that are traits (R2), and their fixed types (R3)."""

NAMES_OF_PEOPLE = frozenset({"name", "first_name", "last_name"})
"""Traits whose text has no control characters (R12)."""

_DATETIME = re.compile(
    r"(\d{4}-\d\d-\d\d)T((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(\.\d{1,9})?(?:Z|([+-](?:[01]\d|2[0-3]):[0-5]\d))",
    re.ASCII,
).fullmatch
_CONSENT = {"true": True, "1": True, "false": False, "0": False}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def type_of(value: object) -> TraitType:
    """The type of an allowed value. Raises TypeError for any other kind (None and objects included)."""
    if isinstance(value, str):
        return "datetime" if is_datetime(value) else "string"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, list):
        return "list"
    raise TypeError(f"{type(value).__name__} is no type of trait value")


def is_datetime(text: str) -> bool:
    """Whether a string is wholly a datetime or a bare date (R3).

    The date is one of the calendar (year 1-9999), also after the move to UTC.
    """
    return len(text) >= 10 and text[4] == "-" and _in_utc(text) is not None


def canonical(value: object) -> object:
    """The value as it is kept and returned (R3).

    Datetimes in UTC with `Z` and the fraction digits given, bare dates as they are, integral numbers within ±2^53 as
    integers, lists item by item, anything else as it is.
    """
    kind = type(value)
    if kind is str:
        if len(value) >= 10 and value[4] == "-":  # type: ignore[arg-type, index]
            return _in_utc(value) or value  # type: ignore[arg-type]
        return value
    if kind is float:
        if value.is_integer() and -LARGEST_INTEGER <= value <= LARGEST_INTEGER:  # type: ignore[attr-defined, operator]
            return int(value)  # type: ignore[call-overload]
        return value
    if kind is list:
        return [canonical(item) for item in value]  # type: ignore[attr-defined]
    return value


def canonical_of(name: str, value: object) -> object:
    """The value of the trait `name` as it is kept and returned (R3)."""
    if name == WHATSAPP_OPTED:
        return value if type(value) is bool else consent(value)
    if type(value) is str and (len(value) < 10 or value[4] != "-"):  # most are, and this is done for each
        return value
    return canonical(value)


def consent(value: object) -> object:
    """A value of `whatsapp_opted` as it is read: true or false; what says neither is kept as any value is (R3).

    Read are booleans, the numbers 1 and 0, and the texts TRUE, FALSE, 1 and 0, in any letter case, blanks around aside.
    """
    if isinstance(value, str):
        return _CONSENT.get(value.strip().lower(), canonical(value))
    return bool(value) if isinstance(value, int | float) and value in (0, 1) else canonical(value)


def same(a: object, b: object) -> bool:
    """Equality by type and value: 1 is 1.0, True is not 1, a datetime is itself in another zone (R3)."""
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, bool) is not isinstance(b, bool):
        return False
    return a == b or (isinstance(a, str) and isinstance(b, str) and canonical(a) == canonical(b))


def check(name: str, value: object) -> str | None:
    """What is wrong with a trait, and what to do about it; None if nothing is. `None` as value clears (R4)."""
    try:
        cleaned = clean_name(name)
    except ValueError as fault:
        return str(fault)
    return check_value(value) or _check_own(cleaned, value)


def check_value(value: object) -> str | None:
    """What is wrong with a trait's value, None if nothing is."""
    if isinstance(value, list):
        if len(value) > MOST_ITEMS:
            return f"is a list of {len(value)} items: {MOST_ITEMS} are allowed"
        for place, item in enumerate(value):
            fault = "is null: leave it out" if item is None else check_scalar(item)
            if fault:
                return f"item {place} {fault}"
        return None
    return check_scalar(value)


def check_scalar(value: object) -> str | None:
    """What is wrong with a string, number, boolean or null, None if nothing is."""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, str):
        return check_text(value)
    if isinstance(value, int):
        if not -LARGEST_INTEGER <= value <= LARGEST_INTEGER:
            return "is an integer beyond ±2^53: send it as a string"
        return None
    if isinstance(value, float):
        return None if math.isfinite(value) else "is not a finite number: send it as a string"
    kind = "an object" if isinstance(value, dict) else "a list" if isinstance(value, list) else type(value).__name__
    return f"is {kind}: a string, number, boolean or list of these is allowed"


def check_text(text: str) -> str | None:
    """What is wrong with a string wherever one is kept, None if nothing is."""
    if "\0" in text:
        return "has a NUL character: take it out"
    if text.isascii():
        length = len(text)
    else:
        try:
            length = len(text.encode())
        except UnicodeEncodeError:
            return "has a lone surrogate, which is no character: take it out"
    if length > MOST_STRING_BYTES:
        return f"is {length} bytes long: {MOST_STRING_BYTES} (32 KiB) are allowed"
    return None


def has_control_characters(text: str) -> bool:
    """Whether a character of Unicode's category Cc is in the text: tabs and line breaks too."""
    return _CONTROL.search(text) is not None


@lru_cache(maxsize=4096)
def clean_name(name: str) -> str:
    """An attribute's name: NFC, trimmed, 1-128 characters, case kept (R2). Raises ValueError saying what to do."""
    bare = name.strip()
    cleaned = bare if len(bare) > _MOST_NAME_UNCOMPOSED else unicodedata.normalize("NFC", bare).strip()
    if not cleaned:
        raise ValueError("an attribute's name is blank: give it 1-128 characters")
    if len(cleaned) > MOST_NAME_CHARACTERS:
        raise ValueError(
            f"an attribute's name has {len(cleaned)} characters: shorten it to {MOST_NAME_CHARACTERS} at most"
        )
    if has_control_characters(cleaned):
        raise ValueError("an attribute's name has a control character: take it out")
    if check_text(cleaned):
        raise ValueError("an attribute's name has a lone surrogate, which is no character: take it out")
    return cleaned


def loose(name: str) -> str:
    """A name without case, spaces and `_`: names with the same are easily taken for one another (R2, R19)."""
    composed = name if len(name) > _MOST_NAME_UNCOMPOSED else unicodedata.normalize("NFC", name)
    return "".join(composed.casefold().replace("_", " ").split())


def _check_own(name: str, value: object) -> str | None:
    """What is wrong by the rules of this attribute alone."""
    if name == WHATSAPP_OPTED and value is not None and not isinstance(consent(value), bool):
        return "is neither true nor false: give one of the two, or null to clear it"
    if name in NAMES_OF_PEOPLE and isinstance(value, str) and has_control_characters(value):
        return f"has a control character, such as a line break, which {name} cannot have: take it out"
    return None


def _in_utc(text: str) -> str | None:
    try:
        if len(text) == 10:
            date.fromisoformat(text)
            return text if text[7] == "-" else None  # fromisoformat also takes weeks: 2022-W01-1
        match = _DATETIME(text)
        if match is None:
            return None
        day, time, fraction, zone = match.groups()
        if zone is None:
            date.fromisoformat(day)
            return text
        moment = datetime.fromisoformat(f"{day}T{time}") - _shift(zone)
    except (ValueError, OverflowError):
        return None
    return f"{moment.isoformat()}{fraction or ''}Z"


@lru_cache(maxsize=64)
def _shift(zone: str) -> timedelta:
    shift = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6]))
    return shift if zone[0] == "+" else -shift
