"""What stands behind the `=` of a condition beside one value: several between commas, days, and days of any year."""

import csv
from datetime import date, timedelta

from ledger.events import moments
from ledger.events.traits import is_datetime
from projections.conditions.condition import BadCondition
from projections.conditions.wanted import number_of

DAYS = ("day", "last", "next")
ANNIVERSARY = "anniversary"
WORDS = ("in", "all", "between", "empty", "any", "is", *DAYS, ANNIVERSARY)
"""What can stand before a colon behind `=` and `!=`, in place of a value."""

_OF_A_DATE = len("2026-10-12")
_MOST_DAYS = 36_500
_MOST_ANNIVERSARIES = 366


def values_between_commas(text: str) -> list[str]:
    """Values; one that holds a comma is in double quotes. Raises BadCondition."""
    try:
        rows = list(csv.reader([text], skipinitialspace=True))
    except csv.Error:
        raise BadCondition(f"{text[:40]!r} cannot be parted at its commas: take line breaks and quotes out") from None
    return [value for row in rows for one in row if (value := one.strip())]


def ends_of(written: str, rest: str) -> tuple[str, str]:
    """The two values of `between:5,10`. Raises BadCondition, also where no value can be between them."""
    ends = values_between_commas(rest)
    if len(ends) != 2:
        raise BadCondition(f"{written} needs two values, such as {written}5,10")
    least, most = ends
    if _is_more(least, most):
        raise BadCondition(f"{written} has the greater value first: write {written}{most},{least}")
    return least, most


def _is_more(one: str, other: str) -> bool:
    """Whether a value is a greater number, or a later date or time, than another; a date is compared with no time."""
    numbers = number_of(one), number_of(other)
    if numbers[0] is not None and numbers[1] is not None:
        return numbers[0] > numbers[1]
    are_alike = (len(one) == _OF_A_DATE) is (len(other) == _OF_A_DATE)
    if not (are_alike and is_datetime(one) and is_datetime(other)):
        return False
    return moments.parse(one) > moments.parse(other)


def days_meant(written: str, word: str, rest: str, today: date) -> tuple[date, date]:
    """The first and the last day of `day:2026-10-12`, `day:2026-10-01,2026-10-12`, `last:30` and `next:7`.

    Raises BadCondition.
    """
    if word == "day":
        try:
            ends = [date.fromisoformat(one) for one in values_between_commas(rest)]
        except ValueError:
            ends = []
        if not 1 <= len(ends) <= 2 or date.max in ends:
            raise BadCondition(f"{written} needs a day, or the first and the last one, such as {written}2026-10-01")
        if ends[0] > ends[-1]:
            raise BadCondition(f"{written} has the later day first: write {written}{ends[1]},{ends[0]}")
        return ends[0], ends[-1]
    many = int(rest) if rest.isascii() and rest.isdigit() and len(rest) < 6 else 0
    if not 1 <= many <= _MOST_DAYS:
        raise BadCondition(f"{written} needs a number of days, such as {written}30; today is the first of them")
    reach = timedelta(days=many - 1)
    return (today - reach, today) if word == "last" else (today, today + reach)


def days_of_the_year(written: str, rest: str, today: date) -> tuple[str, ...]:
    """The days that `anniversary:today`, `anniversary:week` (Monday to Sunday) and `anniversary:30` mean, as `12-31`.

    Today is the first of a number of days. 29 February is 28 February in years that have none. Raises BadCondition.
    """
    first, many = today, int(rest) if rest.isascii() and rest.isdigit() and len(rest) < 4 else 0
    if rest == "today":
        many = 1
    elif rest == "week":
        first, many = today - timedelta(days=today.weekday()), 7
    if not 1 <= many <= _MOST_ANNIVERSARIES:
        raise BadCondition(f"{written} needs today, week, or a number of days up to {_MOST_ANNIVERSARIES}")
    days = [first + timedelta(days=one) for one in range(many)]
    found = {f"{day:%m-%d}" for day in days}
    if any((day.month, day.day) == (2, 28) and (day + timedelta(days=1)).month == 3 for day in days):
        found.add("02-29")
    return tuple(sorted(found))
