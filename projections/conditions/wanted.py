"""Which contacts a list is asked for, and in which order."""

from dataclasses import dataclass
from typing import Literal, get_args

import msgspec

from ledger.events.traits import canonical
from projections.conditions.condition import IDENTITIES, Condition
from projections.conditions.filters import Filter

Sort = Literal["-modified", "modified", "created", "-created"]
SORTS: tuple[Sort, ...] = get_args(Sort)
"""What a list can be sorted by; `-` is newest first."""

SEARCHED_TRAITS = ("name", "email")
SEARCHED = (*SEARCHED_TRAITS, *IDENTITIES)
"""What a search without an attribute's name looks at."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which contacts are asked for: all conditions hold, all tags are there, and one of SEARCHED contains `text`.

    So do `filters`, joined from the first to the last.
    """

    conditions: tuple[Condition, ...] = ()
    tags: tuple[str, ...] = ()
    text: str | None = None
    filters: tuple[Filter, ...] = ()


def searched_for(text: str) -> tuple[str, ...]:
    """Those of SEARCHED that can contain the text."""
    can_be_phone = set(text) <= set("+0123456789")
    return SEARCHED if can_be_phone else tuple(name for name in SEARCHED if name != "phone")


def number_of(text: str) -> float | None:
    """The number that a condition's text is in JSON."""
    try:
        return msgspec.json.decode(text, type=float)
    except msgspec.MsgspecError:
        return None


def day_of(text: str) -> str:
    """The day in UTC of a condition's datetime."""
    return str(canonical(text))[:10]
