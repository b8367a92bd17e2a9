"""Values on days of the business: a date by itself, and a time by the moments at which its days begin."""

from collections.abc import Callable
from datetime import date

from ledger.events import moments
from projections.conditions.filters import Not, Test, Together
from projections.state.questions import AttributeTypes
from service.queries.filters.attribute_names import RECORDED

Compared = Callable[[str, str], Test]
"""The test of an attribute by an operator and a date or moment."""


def has_moments(name: str, is_member: bool, types: AttributeTypes) -> bool:
    """Whether a value by this name may be a moment: of members, those that say when; of attributes, datetimes."""
    if is_member:
        return name in RECORDED
    return types.of(name) == "datetime" or "datetime" in types.shares(name)


def within_days(has_time: Test, compared: Compared, days: tuple[date, date], starts: tuple[int, int]) -> Test:
    """From the first of two days to before the second; `starts` are when they begin, in microseconds since the epoch.

    `has_time` tells values with a time from dates.
    """

    def within(since: str, until: str) -> tuple[Test, Test]:
        return compared(">=", since), compared("<", until)

    begun = [moments.text(one) for one in starts]
    midnights = [f"{day.isoformat()}T00:00:00Z" for day in days]  # where a date compares as a moment does
    if begun[0] <= midnights[0] and begun[1] <= midnights[1]:
        return Together("and", within(*begun))  # east of Greenwich no date is in another one's hours
    of_dates = Together("or", (has_time, Together("and", within(days[0].isoformat(), days[1].isoformat()))))
    of_times = Together("or", (Not(has_time), Together("and", within(*begun))))
    around = within(min(begun[0], midnights[0]), max(begun[1], midnights[1]))
    return Together("and", (*around, of_dates, of_times))
