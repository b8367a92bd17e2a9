"""How the hub says things: moments in the business's time zone, values, sources, operators, rights."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any
from urllib.parse import urlsplit

import phonenumbers

from ledger.events import types
from ledger.events.traits import is_datetime

TITLES = {
    "name": "Name",
    "phone": "Phone",
    "user_id": "User ID",
    "email": "Email",
    "whatsapp_opted": "WhatsApp",
    "area": "Area",
    "city": "City",
    "first_name": "First Name",
    "last_name": "Last Name",
    "tags": "Tags",
    "modified": "Changed",
    "created": "Created",
}
"""The guides' words for what every contact can have (R2)."""

OPERATORS = {
    "=": "is",
    "!=": "is not",
    "~": "contains",
    ">": "is more than",
    ">=": "is at least",
    "<": "is less than",
    "<=": "is at most",
}

RIGHTS = {
    "read": "See",
    "track": "Change",
    "import": "Upload and undo",
    "export": "Download",
    "audit": "Audit",
    "erase": "Forget people",
    "admin": "Manage people",
}
"""What each scope lets a person do, in words."""

_SOURCES = {
    "/v1/public/track/users": "Track call",
    "/v1/public/track/events": "Event call",
    "/v1/contacts": "API call",
    "/v1/contacts/batch": "Batch call",
    "/hub": "Hub",
    "/cli": "Command line",
}


def title(name: str) -> str:
    """What an attribute is called on a page: the guides' word for a default one, any other as it is."""
    return TITLES.get(name) or visible(name)


def right(scope: str) -> str:
    """A scope as a right of a person."""
    return RIGHTS[scope]


def phone(number: str) -> str:
    """A phone as people of its country write it, with the country code."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def count(number: int) -> str:
    """A number with its thousands apart."""
    return f"{number:,}"


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


def date(day: str) -> str:
    """A day, such as `12 Oct 2026`, from `2026-10-12`."""
    parsed = datetime.fromisoformat(day)
    return f"{parsed.day} {parsed:%b %Y}"


def origin(source: Mapping[str, Any]) -> str:
    """What a source of contacts is called: our own ways in by their words, any other as it is."""
    name = str(source["name"])
    return _SOURCES.get(name) or visible(name) or "not known any more"


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


def source(document: Mapping[str, Any], files: Callable[[str], str | None]) -> tuple[str, str]:
    """Where an event came from: its kind (`file call hub upstream ledger`) and words; `files` has imports' names."""
    text: str = document.get("source") or ""
    if text.startswith(types.IMPORTS):
        name = files(text.removeprefix(types.IMPORTS)) or "a file"
        line = document.get("line")
        return "file", name if line is None else f"{name}, line {line}"
    if text in _SOURCES:
        by = document.get("by")
        if text == types.HUB:
            return "hub", _SOURCES[text] if by is None else f"{_SOURCES[text]} · {visible(by)}"
        return "call", _SOURCES[text] if by is None else visible(by)
    if not text:
        return "ledger", "not known any more"
    parts = urlsplit(text)
    return "upstream", parts.netloc + parts.path if parts.netloc else visible(text)
