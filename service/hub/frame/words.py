"""How the hub says things: moments in the business's time zone, values, sources, operators, rights."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

import phonenumbers

from ledger.events.traits import is_datetime
from service.queries.origins import NAMES

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
    "last_change": "Last change",
    "import": "Import",
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

MAY = {
    "read": "contacts, their history, and views",
    "track": "add contacts, edit their values, add tags",
    "import": "files, changes of many contacts, and taking them back",
    "export": "files of contacts",
    "audit": "the records: checks, refused updates, who did what",
    "erase": "remove a person from everything, for good",
    "admin": "who may use the hub, and keys for programs",
}
"""What each right is about; in the order in which pages offer them."""

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


def title(name: str) -> str:
    """What an attribute is called on a page: the guides' word for a default one, any other as it is."""
    return TITLES.get(name) or visible(name)


def capital(text: str) -> str:
    """A text that begins with a capital."""
    return f"{text[:1].upper()}{text[1:]}"


def sentence(fault: object) -> str:
    """What a fault says, as a sentence."""
    return f"{capital(str(fault))}."


def person(by: str) -> str:
    """Who did something: a person or key by name, the command line and the server in words."""
    if by == "serve":
        return "the server's first start"
    return (
        f"{visible(by.removeprefix('cli:'))}, command line"
        if by.startswith("cli:")
        else visible(by.removeprefix("key:"))
    )


def size(number: int) -> str:
    """So many bytes, as files are told: `753 bytes`, `12 kB`, `3.4 MB`."""
    if number < 1_000:
        return f"{number} bytes"
    return f"{number / 1_000:.0f} kB" if number < 1_000_000 else f"{number / 1_000_000:,.1f} MB"


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
    return NAMES.get(name) or visible(name) or "not known any more"


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


def came_from(document: Mapping[str, Any]) -> tuple[str, str]:
    """Where an event came from: the kind it is drawn as, and words: a person, a key, a file with a line, a service.

    A change of contacts by hand is drawn as what people do on a contact's page is.
    """
    found = document["origin"]
    kind, name, by = found["kind"], visible(found["name"]), found["by"]
    if kind == "file":
        line = found["import"]["line"]
        return kind, name if line is None else f"{name}, line {line}"
    if kind == "edit":
        return "hub", "By hand" if by is None else f"By hand · {person(by)}"
    return kind, name if by is None or kind not in ("hub", "ledger") else f"{name} · {person(by)}"
