"""Attributes by name: a contact's (R2, R3, R4), and what is told about an event (R9)."""

from collections.abc import Iterator
from typing import ClassVar

from marshmallow import fields

from ledger.events import traits
from ledger.events.kinds.kind import Found, Kind, kind_of

MOST_TRAITS = 100
DEEPEST = 8
"""Levels of an event's traits, the object `traits` itself being the first (R9)."""


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
