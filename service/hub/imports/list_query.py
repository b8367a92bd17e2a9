"""Which imports the list shows: what its address says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from urllib.parse import urlencode

from service.imports.record.counts import STATES
from service.imports.record.wanted_imports import WantedImports


@dataclass(frozen=True, slots=True)
class ListQuery:
    """`state`, `by` and `day` (YYYY-MM-DD of the business's zone) as they were asked, "" for any.

    `before` is the import behind which the page begins; `fault` says what of it is not possible.
    """

    state: str
    by: str
    day: str
    before: str | None
    wanted: WantedImports
    fault: str | None = None

    @classmethod
    def of(cls, given: Mapping[str, str], zone: tzinfo | None) -> "ListQuery":
        """What an address asks for; `zone` None is the host's."""
        state, by, day = (given.get(name, "").strip() for name in ("state", "by", "day"))
        fault, since, until = None, None, None
        if day:
            try:
                since, until = _day(day, zone)
            except ValueError:
                fault = f"The day {day[:40]!r} is not possible: give one such as 2026-10-31."
        known = state if state in STATES else None
        wanted = WantedImports(known, by or None, since, until)
        return cls(known or "", by, day, given.get("before") or None, wanted, fault)

    @property
    def is_filtered(self) -> bool:
        """Whether it asks for some only."""
        return bool(self.state or self.by or self.day)

    def address(self, before: str) -> str:
        """The page that begins behind an import."""
        said = {"state": self.state, "by": self.by, "day": self.day, "before": before}
        return f"/imports?{urlencode({name: text for name, text in said.items() if text})}"


def _day(text: str, zone: tzinfo | None) -> tuple[int, int]:
    """The first microsecond of a day, and that of the next. Raises ValueError."""
    first = date.fromisoformat(text)
    return _start(first, zone), _start(first + timedelta(days=1), zone)


def _start(day: date, zone: tzinfo | None) -> int:
    moment = datetime.combine(day, time(), zone)
    return int((moment if zone is not None else moment.astimezone()).timestamp() * 1_000_000)
