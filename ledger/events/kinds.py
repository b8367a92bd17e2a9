"""Kinds of value that a member of a message or call can have: each a marshmallow field, with a fast yes beside it."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, ClassVar

from marshmallow import ValidationError, fields, missing

from ledger.events import tags, traits, user_ids
from ledger.events.phone import PhoneFault, normalise_full

Path = tuple[str | int, ...]
Found = tuple[Path, str]

MOST_TRAITS = 100
MOST_TAGS = 50
MOST_EVENT_CHARACTERS = 200
MOST_ID_CHARACTERS = 512
"""Of a message's id."""
DEEPEST = 8
"""Levels of an event's traits, the object `traits` itself being the first (R9)."""
_MOST_FAULTS = 100


def is_given(value: object) -> bool:
    """False for `null` and `""`, which mean "not given" (R6)."""
    return value is not None and value != ""


def digits_of(value: object) -> object:
    """A JSON integer as its digits, anything else as it is (R6)."""
    return str(value) if type(value) is int else value


def kind_of(value: object) -> str:
    """What a JSON value is, in words; never the value."""
    if isinstance(value, bool):
        return "true or false"
    names = {str: "a string", int: "a number", float: "a number", dict: "an object", list: "a list"}
    return "null" if value is None else names.get(type(value), type(value).__name__)


class Kind(fields.Field[Any]):
    """A marshmallow field whose rule is `faults`: paths below the value, each with what is wrong and what to do.

    `accepts` is the same rule made for speed: it never says yes where `faults` finds any; a no only means that
    `faults` has to look. A member that is not required may also be null or "" (R6).
    """

    reason: ClassVar[str] = "invalid"
    reasons: ClassVar[Mapping[str, str]] = {}
    """Of faults that have another, by what is wrong."""

    def __init__(self, *inner: fields.Field[Any], required: bool = False, **options: Any) -> None:
        super().__init__(*inner, required=required, allow_none=True, pre_load=_none_if_not_given, **options)

    def faults(self, value: object) -> Iterator[Found]:
        raise NotImplementedError

    def accepts(self, value: object) -> bool:
        raise NotImplementedError

    def _validate_missing(self, value: object) -> None:
        if self.required and (value is missing or not is_given(value)):
            raise ValidationError("is missing: give it")

    def _deserialize(self, value: Any, *_place: Any, **_options: Any) -> Any:
        found = list(islice(self.faults(value), _MOST_FAULTS))
        if found:
            raise ValidationError(_nested(found))
        return value


def _none_if_not_given(value: object) -> object:
    return value if is_given(value) else None


def _nested(found: list[Found]) -> Any:
    """Marshmallow's shape of messages: mappings by member or index, at last lists; "" is the value above itself."""
    own = [message for path, message in found if not path]
    below: dict[str | int, list[Found]] = {}
    for path, message in found:
        if path:
            below.setdefault(path[0], []).append((path[1:], message))
    nested = {step: _nested(rest) for step, rest in below.items()}
    return {"": own, **nested} if own and nested else nested or own


class FullPhone(Kind, fields.String):
    """A phone with its country code, with or without `+` (R6, R10, R14)."""

    reason = "phone_invalid"

    def faults(self, value: object) -> Iterator[Found]:
        text = digits_of(value)
        if not isinstance(text, str):
            yield (), f"is {kind_of(value)}: give the country code and the number as a string of digits"
            return
        try:
            normalise_full(text)
        except PhoneFault as fault:
            yield (), str(fault).removeprefix("phone ")

    def accepts(self, value: object) -> bool:
        if type(value) is not str or value == "":
            return value is None or value == ""
        try:
            normalise_full(value)
        except PhoneFault:
            return False
        return True


class PhoneDigits(Kind, fields.String):
    """A phone number or a country code that has a meaning only together with the other (R6)."""

    reason = "phone_invalid"

    def faults(self, value: object) -> Iterator[Found]:
        if not isinstance(digits_of(value), str):
            yield (), f"is {kind_of(value)}: give a string of digits"

    def accepts(self, value: object) -> bool:
        return value is None or type(value) is str or type(value) is int


class Line(Kind, fields.String):
    """A line of text of 1 to `most` characters, without control characters; not only spaces."""

    def __init__(self, most: int, **options: Any) -> None:
        super().__init__(**options)
        self.most = most

    def faults(self, value: object) -> Iterator[Found]:
        if not isinstance(value, str):
            yield (), f"is {kind_of(value)}: give a string of 1-{self.most} characters"
        elif not value.strip():
            yield (), f"is blank: give it 1-{self.most} characters"
        elif len(value) > self.most:
            yield (), f"has {len(value)} characters: {self.most} are allowed"
        elif traits.has_control_characters(value):
            yield (), "has a control character, such as a line break: take it out"
        elif fault := traits.check_text(value):
            yield (), fault

    def accepts(self, value: object) -> bool:
        if type(value) is not str:
            return value is None and not self.required
        if value == "":
            return not self.required
        return len(value) <= self.most and value.isascii() and value.isprintable() and not value.isspace()


_DAMAGED = (
    "is in scientific notation, such as 6.61E+12: a spreadsheet has cut digits off. Format the column as text in the "
    "original and export it again"
)


class UserId(Line):
    """A user id; a JSON integer is its digits (R6). One that is nobody's is no fault beside a phone."""

    reasons: ClassVar[Mapping[str, str]] = {_DAMAGED: "user_id_scientific"}

    def __init__(self, **options: Any) -> None:
        super().__init__(user_ids.MOST_CHARACTERS, **options)

    def faults(self, value: object) -> Iterator[Found]:
        text = digits_of(value)
        if not isinstance(text, str):
            yield from super().faults(value)
        elif fault := traits.check_text(text):
            yield (), fault
        elif user_ids.is_damaged(cleaned := user_ids.clean(text)):
            yield (), _DAMAGED
        else:
            yield from super().faults(cleaned)

    def accepts(self, value: object) -> bool:
        if type(value) is not str or value == "":
            return value is None or value == ""
        if len(value) > self.most or not (value.isascii() and value.isprintable()) or value.isspace():
            return False
        return not ("+" in value or "." in value or "," in value) or not user_ids.is_damaged(user_ids.clean(value))


class Choice(Kind, fields.String):
    """One of a few words."""

    def __init__(self, *words: str, **options: Any) -> None:
        super().__init__(**options)
        self.words = words

    def faults(self, value: object) -> Iterator[Found]:
        if value not in self.words:
            allowed = " or ".join(f'"{word}"' for word in self.words)
            yield (), f"is {kind_of(value)} that is not allowed: give {allowed}, or leave it out"

    def accepts(self, value: object) -> bool:
        return value is None or value == "" or value in self.words


class Position(Kind, fields.Integer):
    """A position of the log."""

    def faults(self, value: object) -> Iterator[Found]:
        if type(value) is not int:
            yield (), f"is {kind_of(value)}: give a position of the log, a whole number from 1"
        elif not 1 <= value <= traits.LARGEST_INTEGER:
            yield (), "is no position of the log: these begin at 1"

    def accepts(self, value: object) -> bool:
        if type(value) is not int:
            return value is None or value == ""
        return 1 <= value <= traits.LARGEST_INTEGER


class Fixed(Kind, fields.Raw):
    """A member that is there to be read, and cannot be given."""

    def __init__(self, why: str, **options: Any) -> None:
        super().__init__(**options)
        self.why = why

    def faults(self, _value: object) -> Iterator[Found]:
        yield (), f"{self.why}: leave it out"

    def accepts(self, value: object) -> bool:
        return value is None or value == ""


class Moment(Kind, fields.String):
    """A datetime with its zone, or a bare date (R3)."""

    def faults(self, value: object) -> Iterator[Found]:
        if not isinstance(value, str):
            yield (), f"is {kind_of(value)}: give a string such as 2026-11-22T10:00:00Z"
        elif not traits.is_datetime(value):
            if traits.is_datetime(value + "Z"):
                yield (), "has no zone: end it with Z or an offset such as +05:30"
            else:
                yield (), "is not a datetime: give it as 2026-11-22T10:00:00Z, 2026-11-22T15:30:00+05:30 or 2026-11-22"

    def accepts(self, value: object) -> bool:
        return value is None or value == "" or (type(value) is str and traits.is_datetime(value))


class Tags(Kind, fields.List[Any]):
    """A list of tags (R5)."""

    def __init__(self, **options: Any) -> None:
        super().__init__(fields.String(), **options)

    def faults(self, value: object) -> Iterator[Found]:
        if not isinstance(value, list):
            yield (), f'is {kind_of(value)}: give a list of strings, such as ["new customer"]'
        elif len(value) > MOST_TAGS:
            yield (), f"has {len(value)} tags: {MOST_TAGS} are allowed"
        elif self.required and not value:
            yield (), "is empty: give at least one tag"
        else:
            for place, tag in enumerate(value):
                yield from (((place, *path), message) for path, message in _tag_faults(tag))

    def accepts(self, value: object) -> bool:
        if type(value) is not list:
            return not self.required and (value is None or value == "")
        if len(value) > MOST_TAGS or (self.required and not value):
            return False
        for tag in value:
            if type(tag) is not str or not (0 < len(tag) <= tags.MOST_CHARACTERS and tag.isascii()):
                return False
            if not tag.isprintable() or tag.isspace():
                return False
        return True


def _tag_faults(tag: object) -> Iterator[Found]:
    if not isinstance(tag, str):
        yield (), f"is {kind_of(tag)}: a tag is a string"
        return
    try:
        tags.clean(tag)
    except ValueError as fault:
        yield (), str(fault).removeprefix("a tag ")


class Traits(Kind, fields.Dict):
    """Attributes by name; null clears one (R2, R3, R4)."""

    _are_a_contacts: ClassVar[bool] = True

    def faults(self, value: object) -> Iterator[Found]:
        if not isinstance(value, dict):
            yield (), f'is {kind_of(value)}: give an object, such as {{"name": "Gavin Roberts"}}'
        elif len(value) > MOST_TRAITS:
            yield (), f"has {len(value)} members: {MOST_TRAITS} are allowed"
        else:
            yield from self._below(value)

    def _below(self, value: dict[str, object]) -> Iterator[Found]:
        written: dict[str, str] = {}
        for name, trait in value.items():
            try:
                cleaned = traits.clean_name(name)
            except ValueError as fault:
                yield (), f"has a name {name[:20]!a}{'…' * (len(name) > 20)}: {fault}"
                continue
            if cleaned in written:
                yield (name,), "is the same attribute as another name in traits: give it once"
            written[cleaned] = name
            yield from (((name, *path), message) for path, message in self._trait_faults(name, trait))

    def _trait_faults(self, name: str, trait: object) -> Iterator[Found]:
        fault = traits.check(name, trait)
        if fault:
            yield (), fault

    def accepts(self, value: object) -> bool:
        if type(value) is not dict:
            return value is None or value == ""
        if len(value) > MOST_TRAITS:
            return False
        if traits.WHATSAPP_OPTED in value and self._are_a_contacts:
            opted = value[traits.WHATSAPP_OPTED]
            if type(opted) is not bool and traits.check(traits.WHATSAPP_OPTED, opted) is not None:
                return False
        for name, trait in value.items():
            if name not in _plain_names and not _is_plain_name(name):
                return False
            kind = type(trait)
            if kind is str:
                if not (trait.isascii() and trait.isprintable() and len(trait) <= traits.MOST_STRING_BYTES) and (
                    traits.check(name, trait) is not None
                ):
                    return False
            elif kind is int:
                if not -traits.LARGEST_INTEGER <= trait <= traits.LARGEST_INTEGER:
                    return False
            elif trait is not None and kind is not bool and self._refuses(trait):
                return False
        return True

    def _refuses(self, trait: object) -> bool:
        return traits.check_value(trait) is not None


_plain_names: set[str] = set()
_MOST_PLAIN_NAMES = 4096


def _is_plain_name(name: str) -> bool:
    """Whether a name is its own clean form, so that no other name in the object can be the same attribute."""
    try:
        plain = traits.clean_name(name) == name
    except ValueError:
        return False
    if plain and len(_plain_names) < _MOST_PLAIN_NAMES:
        _plain_names.add(name)
    return plain


class EventTraits(Traits):
    """What is told about an event: values may nest to depth 8, this object being the first level (R9)."""

    _are_a_contacts = False

    def _trait_faults(self, _name: str, trait: object) -> Iterator[Found]:
        yield from _nested_faults(trait, 2)

    def _refuses(self, trait: object) -> bool:
        return next(_nested_faults(trait, 2), None) is not None


def _nested_faults(value: object, level: int) -> Iterator[Found]:
    if isinstance(value, dict | list):
        most = MOST_TRAITS if isinstance(value, dict) else traits.MOST_ITEMS
        if level > DEEPEST:
            yield (), f"is nested deeper than {DEEPEST} levels"
        elif len(value) > most:
            yield (), f"has {len(value)} members: {most} are allowed"
        else:
            yield from _nested_members(value, level + 1)
    elif fault := traits.check_scalar(value):
        yield (), fault


def _nested_members(value: dict[str, object] | list[object], level: int) -> Iterator[Found]:
    for step, member in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(step, str):
            try:
                traits.clean_name(step)
            except ValueError as fault:
                yield (), f"has a name {step[:20]!a}{'…' * (len(step) > 20)}: {fault}"
                continue
        yield from (((step, *path), message) for path, message in _nested_faults(member, level))
