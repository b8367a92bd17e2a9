"""Days of an overview put together by month, for a time of which nobody would read each day."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

_SUMMED = ("new", "merged", "undone", "redone", "erased", "events")


def by_month(days: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """An overview's days as its months: each like a day, with the first day in `day` and the last one in `until`.

    The first and the last one may be a part of a month.
    """
    return [_month(list(of_month)) for _, of_month in groupby(days, key=lambda day: str(day["day"])[:7])]


def _month(days: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    last = days[-1]
    return {
        "day": days[0]["day"],
        "until": last["day"],
        "contacts": last["contacts"],
        "opted_in": last["opted_in"],
        **{name: sum(day[name] for day in days) for name in _SUMMED},
        "sources": _sources(source for day in days for source in day["sources"]),
    }


def _sources(told: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each source once, the one of the most new contacts first."""
    found: dict[tuple[str, str, str | None], dict[str, Any]] = {}
    for source in told:
        one = found.setdefault(
            (source["kind"], source["name"], source.get("import")), {**source, "new": 0, "undone": 0, "redone": 0}
        )
        for name in ("new", "undone", "redone"):
            one[name] += source[name]
    return sorted(found.values(), key=lambda one: (-one["new"], one["name"]))
