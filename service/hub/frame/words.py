"""How the hub says things: sources, operators, rights, numbers; values and moments as every page shows them."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import phonenumbers

from service.http.shown.shown_values import Moments as Moments
from service.http.shown.shown_values import value as value
from service.http.shown.shown_values import visible as visible
from service.queries.contact.origins import NAMES

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


def in_order(names: Iterable[str]) -> list[str]:
    """Attributes as they are offered: the default ones as the guides list them, then the others as they come."""
    given = list(names)
    return [*(name for name in TITLES if name in given), *(name for name in given if name not in TITLES)]


def consent(name: str, found: Any) -> str | None:
    """Consent to WhatsApp messages in words; None for the value of another attribute, and for what is no consent."""
    if name != "whatsapp_opted" or not isinstance(found, bool):
        return None
    return "Opted in" if found else "Opted out"


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
    if by == "retention":
        return "the rule for contacts without an event"
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


def date(day: str) -> str:
    """A day, such as `12 Oct 2026`, from `2026-10-12`."""
    parsed = datetime.fromisoformat(day)
    return f"{parsed.day} {parsed:%b %Y}"


def days(first: str, last: str) -> str:
    """A day, a whole month such as `October 2026`, or from one day to another."""
    begin, end = datetime.fromisoformat(first), datetime.fromisoformat(last)
    if first == last:
        return date(first)
    if begin.day == 1 and (begin.year, begin.month) == (end.year, end.month) and (end + timedelta(days=1)).day == 1:
        return f"{begin:%B %Y}"
    return f"{date(first)} to {date(last)}"


def origin(source: Mapping[str, Any]) -> str:
    """What a source of contacts is called: our own ways in by their words, any other as it is."""
    name = str(source["name"])
    return NAMES.get(name) or visible(name) or "not known any more"


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
