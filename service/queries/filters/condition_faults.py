"""Why a condition cannot be met by values of its attribute's type, and what would be (R3, R34)."""

from collections.abc import Iterator

from ledger.events.traits import DEFAULT_TYPES, TraitType, is_datetime
from projections.conditions.condition import IDENTITIES, Condition
from projections.conditions.wanted import number_of

_OPERATORS: dict[TraitType, tuple[str, ...]] = {"boolean": ("=", "!="), "list": ("=", "!=", "~")}
"""By types that do not have all."""

SUCH = {"number": "a number", "datetime": "a date, or a time with its zone, such as 2026-11-22T10:00:00Z"}
"""What can be more or less, by its type."""


def without_order(condition: Condition, type: TraitType | None) -> str:
    """Of an order comparison of values that have none."""
    name, op = condition.name, condition.op
    if type in _OPERATORS:
        return next(faults_of(condition, type))
    if name in DEFAULT_TYPES or name in IDENTITIES:
        return f"{name} is a text, which can be compared by =, != and ~ and not by {op}"
    return (
        f"the values of {name} are texts, which can be compared by =, != and ~ and not by {op}: "
        "import the column again with the type number or datetime, or send such values"
    )


def faults_of(condition: Condition, type: TraitType | None) -> Iterator[str]:
    """Why no value of an attribute's type can meet a condition: visits are not many (R3)."""
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
