"""A moment and a date without a time, which is a whole day: it is within that, or not, and never equals it (R34)."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from ledger.events import moments
from ledger.events.traits import is_datetime
from projections.conditions.condition import BadCondition, Said
from service.queries.filters.condition_words import WORDS, values_between_commas

_OF_A_DATE = len("2026-10-12")
_DAY = timedelta(days=1)
_MOST_SHOWN = 5


def is_whole_day(value: str) -> bool:
    """Whether what a moment is compared with is a date without a time. Raises ValueError for what is no moment."""
    moments.parse(value)
    return len(value) == _OF_A_DATE


def reaching(op: str, value: str) -> str:
    """What a datetime is compared with by `op`: up to a day is up to its last moment (in UTC), and not its first."""
    is_up_to_day = op == "<=" and len(value) == _OF_A_DATE and is_datetime(value)
    return f"{value}T23:59:59.999999999Z" if is_up_to_day else value


def are_days(*ends: str) -> bool:
    """Whether each is a date without a time."""
    return all(len(end) == _OF_A_DATE and is_datetime(end) for end in ends)


def refuse_whole_days(name: str, said: Said) -> None:
    """Of a member that is a moment: raises BadCondition where it would have to equal a whole day, or not to."""
    word, colon, rest = said.value.partition(":")
    if not colon or word not in WORDS:
        word, rest = "is", said.value
    if said.op not in ("=", "!=") or word not in ("is", "in"):
        return
    values = values_between_commas(rest) if word != "is" else [rest.strip()]
    try:
        days = {date.fromisoformat(value) for value in values if is_whole_day(value)}
    except ValueError:  # a value that is no moment at all: whoever compares it says so
        return
    if days:
        times = [value for value in values if not is_whole_day(value)]
        raise BadCondition(
            f"{name} is a moment, which no whole day equals: {_advice(name, said.op, sorted(days), times)}"
        )


def _advice(name: str, op: str, days: Sequence[date], times: Sequence[str]) -> str:
    """The conditions that were meant: each run of days is one."""
    runs = [f"{first}" if first == last else f"{first},{last}" for first, last in _runs(days)]
    asked = [*(f"{name}{op}day:{run}" for run in runs), *(f"{name}{op}{time}" for time in dict.fromkeys(times))]
    if len(asked) > 1:
        shown = ", ".join(asked[:_MOST_SHOWN]) + (" and so on" if len(asked) > _MOST_SHOWN else "")
        return f"ask for {'any' if op == '=' else 'all'} of {shown}"
    if op == "!=":
        return f"{asked[0]} is every other day"
    return f"{asked[0]} is {'that day' if len(days) == 1 else 'those days'}"


def _runs(days: Sequence[date]) -> Iterator[tuple[date, date]]:
    """The first and the last day of each run without a gap, of days in order."""
    first = last = days[0]
    for day in days[1:]:
        if day - last > _DAY:
            yield first, last
            first = day
        last = day
    yield first, last
