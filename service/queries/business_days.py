"""Days as the business counts them: from midnight to midnight in its time zone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class BusinessDays:
    """The days of `zone` (None: the host's). `clock` gives microseconds since the epoch."""

    zone: tzinfo | None
    clock: Callable[[], int]

    def today(self) -> date:
        """The day that it is now."""
        return self.of(self.clock())

    def of(self, moment: int) -> date:
        """The day that a moment, in microseconds since the epoch, is in."""
        return (_EPOCH + timedelta(microseconds=moment)).astimezone(self.zone).date()

    def start(self, day: date) -> int:
        """When a day begins, in microseconds since the epoch."""
        return (datetime.combine(day, time.min, self.zone).astimezone(UTC) - _EPOCH) // _MICROSECOND

    def end(self, day: date) -> int:
        """When the day after it begins. A day can have 23 or 25 hours."""
        return self.start(day + timedelta(days=1))

    def name(self) -> str:
        """What the zone is called, such as Asia/Kolkata; of the host's, such as IST."""
        return str(self.zone) if self.zone is not None else str(datetime.now().astimezone().tzname())
