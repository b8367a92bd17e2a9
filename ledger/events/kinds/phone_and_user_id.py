"""Whom a message or call is about: phones and user ids (R6, R14)."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from marshmallow import fields

from ledger.events import traits, user_ids
from ledger.events.kinds.kind import Found, Kind, digits_of, kind_of
from ledger.events.kinds.plain import LineOfText
from ledger.events.phone import PhoneFault, normalise_full


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
            yield (), fault.quoting(text).removeprefix("phone ")

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


_DAMAGED = (
    "is in scientific notation, such as 6.61E+12: a spreadsheet has cut digits off. Format the column as text in the "
    "original and export it again"
)


class UserId(LineOfText):
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
