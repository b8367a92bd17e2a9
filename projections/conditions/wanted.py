"""Which contacts a list is asked for, and in which order."""

from dataclasses import dataclass
from typing import Literal

import msgspec

from ledger.events.traits import canonical
from projections.conditions.condition import Condition
from projections.conditions.filters import Filter

Sort = str
"""What a list is sorted by: one of SORTS, or an attribute's name; `-` before it is the other way.

An attribute that is called like one of SORTS, or begins like them, stands in double quotes.
"""

SORTS: tuple[Sort, ...] = ("-modified", "modified", "created", "-created")
"""What every list can be sorted by; `-` is newest first."""


@dataclass(frozen=True, slots=True)
class ListOrder:
    """A sort as it was read: `by` is when a contact was made or changed, or an attribute's value.

    By an attribute, letters are in order whatever their case, and contacts without a value come last, either way.
    """

    by: Literal["modified", "created", "value"]
    name: str
    is_down: bool


def order_of(sort: Sort) -> ListOrder:
    """The order that a sort says."""
    name, is_down = sort.removeprefix("-"), sort.startswith("-")
    match name:
        case "modified" | "created":
            return ListOrder(name, name, is_down)
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = name[1:-1]
    return ListOrder("value", name, is_down)


def sort_by(name: str, *, is_down: bool = False) -> Sort:
    """The sort that is by an attribute."""
    is_plain = name not in ("modified", "created") and not name.startswith(("-", '"'))
    return f"{'-' if is_down else ''}{name if is_plain else f'{chr(34)}{name}{chr(34)}'}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which contacts are asked for: all conditions hold, all tags are there, and a search finds `text`.

    So do `filters`, joined from the first to the last.
    """

    conditions: tuple[Condition, ...] = ()
    tags: tuple[str, ...] = ()
    text: str | None = None
    filters: tuple[Filter, ...] = ()


def number_of(text: str) -> float | None:
    """The number that a condition's text is in JSON."""
    try:
        return msgspec.json.decode(text, type=float)
    except msgspec.MsgspecError:
        return None


def day_of(text: str) -> str:
    """The day in UTC of a condition's datetime."""
    return str(canonical(text))[:10]
