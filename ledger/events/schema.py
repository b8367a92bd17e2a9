"""What a message's data must be like: marshmallow schemas made from the field table, and a fast check beside them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from marshmallow import INCLUDE, Schema, ValidationError, validates_schema

from ledger.events import user_ids
from ledger.events.fields import CONTACT_PATCH, DATA, NEW_CONTACT, TRACK_EVENT, TRACK_USER, Shape
from ledger.events.kinds.kind import digits_of
from ledger.events.phone import normalise_full


@dataclass(frozen=True, slots=True)
class FieldFault:
    """One thing wrong with an object.

    `pointer`: where, as a JSON Pointer (RFC 6901), "" being the whole. `message`: the member, what it is, the rule
    and what to do, with its value only where that is a phone (R14). `reason`: "invalid", "phone_invalid",
    "user_id_scientific" or "user_id_placeholder".
    """

    pointer: str
    message: str
    reason: str

    def to_json(self) -> dict[str, str]:
        """As an answer tells it."""
        return {"pointer": self.pointer, "message": self.message, "reason": self.reason}


class Invalid(ValueError):
    """An object breaks rules: `faults` has all of them, at least one."""

    def __init__(self, faults: tuple[FieldFault, ...]) -> None:
        super().__init__("; ".join(fault.message for fault in faults))
        self.faults = faults


def check_data(type: str, data: object) -> tuple[FieldFault, ...]:
    """All faults of a message's data, () when there are none (R3-R6, R9). Raises KeyError for a type without a shape.

    `data` is as decoded from JSON; decode it so that large integers stay exact (msgspec does, orjson does not).
    """
    return () if _accepts[type](data) else faults_of(DATA[type], data)


def identity_of(data: dict[str, object]) -> tuple[str | None, str | None]:
    """Phone in E.164 and user id of a message's data, None for one not given. Raises PhoneFault (R6, R7, R14)."""
    phone, user_id = data.get("phone"), data.get("userId")
    if type(phone) is not str:
        phone = "" if phone is None else str(digits_of(phone))
    if type(user_id) is not str:
        user_id = "" if user_id is None else str(digits_of(user_id))
    user_id = user_ids.clean(user_id)
    if phone and user_ids.is_nobodys(user_id):
        user_id = ""
    return normalise_full(phone) if phone else None, user_id or None


def faults_of(shape: Shape, data: object) -> tuple[FieldFault, ...]:
    """All faults of an object, by the fast check first and then by the shape's marshmallow schema."""
    if _accepts[shape.name](data):
        return ()
    if not isinstance(data, dict):
        return (FieldFault("", f"{shape.subject} must be a JSON object", "invalid"),)
    ruled = {one.message: one.reason for one in shape.between(data)}
    return tuple(_flatten(shape, _schemas[shape.name].validate(data), ruled))


def compiled(shape: Shape) -> Callable[[object], bool]:
    """A fast check made from the shape: True only where the marshmallow schema finds nothing wrong."""
    accepts = {name: kind.accepts for name, kind in shape.members.items()}
    required = frozenset(name for name, kind in shape.members.items() if kind.required)
    accepts_of, between = accepts.get, shape.between

    def is_right(data: object) -> bool:
        if type(data) is not dict:
            return False
        for name, value in data.items():
            accept = accepts_of(name)
            if accept is not None and not accept(value):
                return False
        return required <= data.keys() and not between(data)

    return is_right


def _schema(shape: Shape) -> type[Schema]:
    class Rules(Schema):
        class Meta:
            unknown = INCLUDE

        @validates_schema(pass_original=True, skip_on_field_errors=False)
        def between_members(self, _data: object, original: Mapping[str, object], **_options: object) -> None:
            found: dict[str, list[str]] = {}
            for one in shape.between(original):
                found.setdefault(one.member or "_schema", []).append(one.message)
            if found:
                raise ValidationError(found)

    return Rules.from_dict(dict(shape.members), name=shape.name)


_SHAPES = (*DATA.values(), TRACK_USER, TRACK_EVENT, NEW_CONTACT, CONTACT_PATCH)
SCHEMAS: dict[str, type[Schema]] = {shape.name: _schema(shape) for shape in _SHAPES}
"""The marshmallow schema of every shape, by its name: message types, and the bodies of calls."""
_schemas = {name: schema() for name, schema in SCHEMAS.items()}
_accepts = {shape.name: compiled(shape) for shape in _SHAPES}


def _flatten(shape: Shape, found: Mapping[str, object], ruled: Mapping[str, str]) -> Iterator[FieldFault]:
    """`ruled` are the reasons of rules between members, by message: what breaks one may be right by itself."""
    for member, messages in found.items():
        if member == "_schema":
            yield from _leaves("", shape.subject, _Reasons("invalid", ruled), messages)
        else:
            kind = shape.members[member]
            yield from _leaves(f"/{member}", member, _Reasons(kind.reason, {**kind.reasons, **ruled}), messages)


class _Reasons(NamedTuple):
    """The reason of most faults of a member, and those of others by their message."""

    usual: str
    others: Mapping[str, str]


def _leaves(pointer: str, path: str, reasons: _Reasons, messages: object) -> Iterator[FieldFault]:
    if isinstance(messages, dict):
        for step, below in messages.items():
            if step == "":
                yield from _leaves(pointer, path, reasons, below)
                continue
            shown = f"{path}[{step}]" if isinstance(step, int) else f"{path}.{_short(step)}"
            yield from _leaves(f"{pointer}/{_escaped(step)}", shown, reasons, below)
    elif isinstance(messages, list):
        for message in messages:
            yield FieldFault(pointer, f"{path} {message}", reasons.others.get(message, reasons.usual))


def _escaped(step: str | int) -> str:
    return str(step).replace("~", "~0").replace("/", "~1")


def _short(name: str) -> str:
    return name if len(name) <= 40 else name[:39] + "…"
