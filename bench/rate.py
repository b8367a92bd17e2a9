"""How fast something went: by the clock, and by the processor time it took."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Rate:
    """Events (or rows, calls) a second by the clock; `cpu` is microseconds of processor time for each."""

    events: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.events:,.0f}/s ({self.cpu:.1f} us CPU each)"


def median_rate(rates: Sequence[Rate]) -> Rate:
    """The median of each of the two."""
    return Rate(median(one.events for one in rates), median(one.cpu for one in rates))
