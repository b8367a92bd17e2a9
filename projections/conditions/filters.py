"""Filters that are joined one after the other by and or or: beside conditions, what only these can ask."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Literal

from ledger.events.traits import is_datetime
from projections.conditions.condition import Condition
from projections.fold.outcomes import Outcome

Join = Literal["and", "or"]


@dataclass(frozen=True, slots=True)
class Recorded:
    """When a contact was made, or changed last; `moment` in microseconds since the epoch, `op` as in a condition."""

    column: Literal["created", "modified"]
    op: str
    moment: int


@dataclass(frozen=True, slots=True)
class FromImport:
    """Whether a row of an import, by its id, had one of these outcomes for a contact."""

    id: str
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class OneOf:
    """Whether it is one of these contacts, by number."""

    contacts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Anniversary:
    """Whether a datetime falls on one of these days of a year, such as `12-31`, whichever year it names.

    Of one with a time it is the day in `zone`, None for that of the host. No item of a list is looked at.
    """

    name: str
    days: tuple[str, ...]
    zone: tzinfo | None

    @property
    def near(self) -> tuple[str, ...]:
        """The days, and those beside them: one of these it is in UTC, wherever it is one of the days."""
        return tuple(sorted({_beside(day, by) for day in self.days for by in (-1, 0, 1)}))

    def holds_for_value(self, found: object) -> bool:
        """Whether a value is a datetime on one of the days."""
        if not isinstance(found, str) or not is_datetime(found):
            return False
        if len(found) == _DATE:
            return found[5:] in self.days
        try:
            return f"{datetime.fromisoformat(found).astimezone(self.zone):%m-%d}" in self.days
        except OverflowError:  # at the ends of time the zone would leave the calendar
            return found[5:_DATE] in self.days


_DATE = 10
_LEAP_YEAR = 2000


def _beside(day: str, by: int) -> str:
    month, number = map(int, day.split("-"))
    return f"{date(_LEAP_YEAR, month, number) + timedelta(days=by):%m-%d}"


@dataclass(frozen=True, slots=True)
class HasTag:
    """Whether a contact has a tag."""

    tag: str


@dataclass(frozen=True, slots=True)
class Exists:
    """Whether a contact has a value of an attribute, or has none."""

    name: str
    is_there: bool


@dataclass(frozen=True, slots=True)
class Contains:
    """Whether a list has an item, or anything else contains a text, in any letter case."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Empty:
    """Whether a contact has no value of an attribute, or a text of blanks or a list without items, or none of these."""

    name: str
    is_empty: bool


@dataclass(frozen=True, slots=True)
class Tagged:
    """Whether a contact has any tag, or has none."""

    has_any: bool


@dataclass(frozen=True, slots=True)
class Not:
    """Whether a test does not hold."""

    test: "Test"


@dataclass(frozen=True, slots=True)
class Together:
    """Whether all of some tests hold (`and`), or at least one (`or`)."""

    join: Join
    tests: tuple["Test", ...]


Test = (
    Condition
    | Recorded
    | FromImport
    | OneOf
    | Anniversary
    | HasTag
    | Exists
    | Contains
    | Empty
    | Tagged
    | Not
    | Together
)


@dataclass(frozen=True, slots=True)
class Filter:
    """Any of `tests` must hold; `join` puts it to all filters before it together."""

    join: Join
    tests: tuple[Test, ...]
