"""What every kind of value has: its rule, as a marshmallow field, and the same rule made for speed."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, ClassVar

from marshmallow import ValidationError, fields, missing

Path = tuple[str | int, ...]
Found = tuple[Path, str]

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
