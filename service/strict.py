"""Conditions held to the types of their attributes: visits are not many, and a list is not more than another (R3)."""

from collections.abc import Iterator

from ledger.events.traits import TraitType, is_datetime
from projections.attribute_types import AttributeTypes
from projections.predicates import Wanted, number_of
from projections.search import BadCondition, Condition

_OPERATORS: dict[TraitType, tuple[str, ...]] = {"boolean": ("=", "!="), "list": ("=", "!=", "~")}
"""By types that do not have all."""


def hold_to_types(wanted: Wanted, types: AttributeTypes) -> None:
    """Raise BadCondition, with every condition that cannot be met by a value of its attribute's type.

    An attribute with values of several types can be compared with anything.
    """
    faults = [
        fault for one in wanted.conditions for fault in _faults(one, types.of(one.name)) if not types.is_mixed(one.name)
    ]
    if faults:
        raise BadCondition("; ".join(faults))


def _faults(condition: Condition, type: TraitType | None) -> Iterator[str]:
    name, text = condition.name, condition.value
    allowed = _OPERATORS.get(type) if type is not None else None
    if allowed is not None and condition.op not in allowed:
        yield f"{name} is a {type}, which can be compared by {', '.join(allowed)} and not by {condition.op}"
    elif condition.op == "~":
        return
    elif type == "number" and number_of(text) is None:
        yield f"{name} is a number: compare it with one, such as {name}>=5"
    elif type == "boolean" and text.casefold() not in ("true", "false"):
        yield f"{name} is a boolean: compare it with true or false"
    elif type == "datetime" and not is_datetime(text):
        yield f"{name} is a datetime: compare it with a date, or a time with its zone, such as 2026-11-22T10:00:00Z"
