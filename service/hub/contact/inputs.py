"""A field's value as people type it, by its type (R3): what stands in the inputs, and what was meant by it. Pure.

A date with time is typed in the business's zone. What was not touched stays what it was, to the last digit.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any, Literal

import msgspec

from ledger.events.traits import DEFAULT_TYPES, TraitType, check_value, is_datetime, type_of

Kind = Literal["text", "area", "number", "boolean", "datetime", "list"]
"""Which inputs a field has: a line, several lines, a number, yes and no, a day with a time, one item a line."""

KINDS: dict[TraitType, Kind] = {
    "string": "text",
    "number": "number",
    "boolean": "boolean",
    "datetime": "datetime",
    "list": "list",
}
WORDS: dict[Kind, str] = {
    "text": "Text",
    "number": "Number",
    "boolean": "Yes or no",
    "datetime": "Date, with or without a time",
    "list": "List",
}
"""What a type is called where a person chooses one."""

_LONG = 80
"""Characters beyond which a text has several lines to be typed in."""

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,6}))?)?", re.ASCII).fullmatch
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?", re.ASCII).fullmatch
_GROUPED = re.compile(r"-?\d{1,3}(?:,\d{2,3})+(?:\.\d+)?", re.ASCII).fullmatch


class NotMeant(ValueError):
    """What was typed is no value of this type; the message says what to type."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in a field's inputs: `text`, and of a date its `time` apart."""

    kind: Kind
    text: str = ""
    time: str = ""

    @classmethod
    def of_form(cls, form: Mapping[str, str]) -> "Typed":
        """As a form sends it."""
        kind: Kind = next((one for one in (*WORDS, "area") if one == form.get("kind")), "text")
        return cls(kind, form.get("value", "").replace("\r\n", "\n"), form.get("time", ""))


def typed(value: Any, type: TraitType | None, zone: tzinfo | None) -> Typed:
    """The inputs that show a value; without one those of the field's type, None being any text."""
    if value is None:
        return Typed("text" if type is None else KINDS[type])
    match type_of(value):
        case "boolean":
            return Typed("boolean", "yes" if value else "no")
        case "number":
            return Typed("number", msgspec.json.encode(value).decode())
        case "list":
            return Typed("list", "\n".join(map(_line, value)))
        case "datetime" if type != "string":
            return _moment(value, zone)
    return Typed("area" if len(value) > _LONG or "\n" in value else "text", value)


def kind_of(name: str, value: Any, others: TraitType | None) -> TraitType | None:
    """Of which type a field is here: what its name fixes, else that of its value, else that of other contacts'."""
    fixed = DEFAULT_TYPES.get(name)
    if fixed is not None:
        return fixed
    return others if value is None else type_of(value)


def meant(given: Typed, zone: tzinfo | None, was: Any = None) -> Any:
    """The value that was typed, None for none. `was`, the value that the inputs showed, stays where nothing was typed.

    Raises NotMeant.
    """
    if was is not None and any(given == typed(was, type, zone) for type in (None, "string")):
        return was
    text = given.text if given.kind in ("text", "area", "list") else given.text.strip()
    if not text.strip() and not given.time.strip():
        return None
    match given.kind:
        case "number":
            return _number(text)
        case "boolean":
            return _boolean(text)
        case "datetime":
            return _date(text, given.time.strip(), zone)
        case "list":
            return _items(text, was)
    return text


def _number(text: str) -> int | float:
    plain = text.replace(",", "") if _GROUPED(text) else text
    if not _NUMBER(plain):
        raise NotMeant(f"“{text}” is no number: type digits, such as 12 or 12.5")
    value: int | float = msgspec.json.decode(plain.encode())
    fault = check_value(value)
    if fault is not None:
        raise NotMeant(f"“{text}” {fault.replace('send it as a string', 'keep it as a text')}")
    return value


def _boolean(text: str) -> bool:
    said = {"yes": True, "true": True, "no": False, "false": False}.get(text.lower())
    if said is None:
        raise NotMeant(f"“{text}” is neither yes nor no: type one of the two")
    return said


def _date(day: str, time: str, zone: tzinfo | None) -> str:
    if is_datetime(day):
        if len(day) > len("2026-11-22"):
            return day
    else:
        raise NotMeant(f"“{day}” is no date of the calendar: type it as 2026-11-22" if day else "The day is missing")
    if not time:
        return day
    found = _TIME(time)
    if found is None:
        raise NotMeant(f"“{time}” is no time of day: type it as 16:30")
    hour, minute, second, fraction = found.groups()
    local = datetime.fromisoformat(day).replace(hour=int(hour), minute=int(minute), second=int(second or 0))
    try:
        moment = (local.astimezone() if zone is None else local.replace(tzinfo=zone)).astimezone(UTC)
    except (OverflowError, ValueError):
        raise NotMeant(f"“{day}” is no day that there can be a time of") from None
    return f"{moment.replace(tzinfo=None).isoformat()}{'.' + fraction if fraction else ''}Z"


def _moment(value: str, zone: tzinfo | None) -> Typed:
    if "T" not in value:
        return Typed("datetime", value)
    whole, _, fraction = value.removesuffix("Z").partition(".")
    try:
        local = datetime.fromisoformat(whole).replace(tzinfo=UTC).astimezone(zone)
    except (OverflowError, ValueError):
        return Typed("text", value)
    shown = f"{local:%H:%M}" if not local.second and not fraction else f"{local:%H:%M:%S}"
    return Typed("datetime", f"{local:%Y-%m-%d}", shown + (f".{fraction}" if fraction else ""))


def _items(text: str, was: Any) -> list[Any]:
    """One item a line. A line that stands for an item that was there is that item: a number stays one."""
    known = {_line(item): item for item in was} if isinstance(was, list) else {}
    return [known.get(line, line) for line in (one.strip() for one in text.split("\n")) if line]


def _line(item: Any) -> str:
    if isinstance(item, str):
        return item
    return msgspec.json.encode(item).decode()
