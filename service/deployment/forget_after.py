"""For how long a contact without an event is kept, as `CONTACTS_FORGET_AFTER` says it (R31). Pure."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

Unit = Literal["day", "month", "year"]

LEAST_DAYS, MOST_DAYS = 30, 36_500
_DAYS: dict[Unit, int] = {"day": 1, "month": 30, "year": 365}
_read = re.compile(r"(\d{1,5})\s*(d|y|(?:day|month|year)s?)", re.ASCII | re.IGNORECASE).fullmatch


@dataclass(frozen=True, slots=True)
class ForgetAfter:
    """A time in whole days, or in months or years of the calendar."""

    count: int
    unit: Unit

    def before(self, today: date) -> date:
        """The day so long before another; the last of its month where that has no such day, as 30 February."""
        if self.unit == "day":
            return today - timedelta(days=self.count)
        months = today.year * 12 + today.month - 1 - self.count * (12 if self.unit == "year" else 1)
        year, month = divmod(months, 12)
        return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))

    def __str__(self) -> str:
        return f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"


def forget_after(text: str) -> ForgetAfter:
    """Read such a time. Raises ValueError with the rule."""
    found = _read(text.strip())
    if found is not None:
        unit = next(one for one in get_args(Unit) if one[0] == found[2][0].lower())
        if LEAST_DAYS <= int(found[1]) * _DAYS[unit] <= MOST_DAYS:
            return ForgetAfter(int(found[1]), unit)
    raise ValueError(f"is {text[:40]!r}; it must be days, months or years, from 30 days to 100 years, such as 3 years")
