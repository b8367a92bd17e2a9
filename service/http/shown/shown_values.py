"""Values and moments as pages show them to a person: moments in the business's time zone, nothing in disguise."""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import Any

from ledger.events.traits import is_datetime


def value(found: Any) -> str:
    """A value of an attribute as text; '' for none."""
    match found:
        case None:
            return ""
        case bool():
            return "Yes" if found else "No"
        case float() if found.is_integer():
            return f"{int(found):,}"
        case int() | float():
            return f"{found:,}"
        case list():
            return ", ".join(map(value, found))
    return visible(str(found))


def visible(text: str) -> str:
    """A text whose control and direction marks are signs that can be seen, so that no value can disguise itself."""
    return text.translate(_VISIBLE)


_VISIBLE = {code: chr(0x2400 + code) for code in range(0x20) if code not in (0x09, 0x0A)} | {
    0x7F: "\u2421",
    **{
        code: f"[U+{code:04X}]"
        for code in (0x061C, *range(0x200E, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
    },
}


class Moments:
    """Moments as the pages show them, in the business's time zone (None: the host's).

    `clock` gives microseconds since the epoch.
    """

    def __init__(self, zone: tzinfo | None, clock: Callable[[], int]) -> None:
        self._zone = zone
        self._clock = clock

    def value(self, found: Any) -> str:
        """A value of an attribute as text, a datetime in the business's zone; '' for none."""
        if isinstance(found, str) and "T" in found and is_datetime(found):
            return self.full(found)
        return value(found)

    def full(self, moment: str) -> str:
        """RFC 3339 text as day, time to the second and zone."""
        local = self._local(moment)
        return f"{local.day} {local:%b %Y, %H:%M:%S} {local.tzname()}"

    def day(self, moment: str) -> str:
        """The day of a moment."""
        local = self._local(moment)
        return f"{local:%A}, {local.day} {local:%B %Y}"

    def time(self, moment: str) -> str:
        """The time of day of a moment."""
        return f"{self._local(moment):%H:%M}"

    def ago(self, moment: str) -> str:
        """How long ago a moment was: `3 min ago` up to a day, then its date."""
        now = datetime.fromtimestamp(self._clock() / 1e6, UTC)
        local = self._local(moment)
        seconds = (now - local).total_seconds()
        if seconds < 60:
            return "just now"
        if seconds < 3600:
            return f"{int(seconds // 60)} min ago"
        if seconds < 86400:
            return f"{int(seconds // 3600)} h ago"
        year = "" if local.year == now.astimezone(self._zone).year else f" {local.year}"
        return f"{local.day} {local:%b}{year}"

    def _local(self, moment: str) -> datetime:
        return datetime.fromisoformat(moment).astimezone(self._zone)
