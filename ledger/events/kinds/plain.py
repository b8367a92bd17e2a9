"""Values that are one line, word, number or moment."""

from collections.abc import Iterator
from typing import Any

from marshmallow import fields

from ledger.events import traits
from ledger.events.kinds.kind import Found, Kind, kind_of


class LineOfText(Kind, fields.String):
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
