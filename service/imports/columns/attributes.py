"""The default attributes and the headers that mean them (R2, R19)."""

import re

from ledger.events.traits import WHATSAPP_OPTED

PHONE_NUMBER = "phone_number"
COUNTRY_CODE = "country_code"
USER_ID = "user_id"
IDENTITY = (COUNTRY_CODE, PHONE_NUMBER, USER_ID)

NAME = "name"
FIRST_NAME = "first_name"
LAST_NAME = "last_name"
NAMES = (NAME, FIRST_NAME, LAST_NAME)

TYPES = ("string", "number", "boolean", "datetime", "list")

TITLES = {
    NAME: "Name",
    COUNTRY_CODE: "Country Code",
    PHONE_NUMBER: "Phone Number",
    "email": "Email",
    WHATSAPP_OPTED: "WhatsApp Opted",
    USER_ID: "User ID",
    "area": "Area",
    "city": "City",
    FIRST_NAME: "First Name",
    LAST_NAME: "Last Name",
}
"""Wire names and what people call them."""

_SYNONYMS = {
    "full name": NAME,
    "email address": "email",
    "e-mail": "email",
    "email id": "email",
    "mobile": PHONE_NUMBER,
    "phone": PHONE_NUMBER,
    "phone no": PHONE_NUMBER,
    "contact number": PHONE_NUMBER,
    "whatsapp number": PHONE_NUMBER,
    "dialling code": COUNTRY_CODE,
    "opt in": WHATSAPP_OPTED,
}

_REMARK = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_LOOSE = re.compile(r"[\s_]+")


def fold(header: str) -> str:
    """A header without what does not count: letter case, spaces, `_` and a bracketed remark."""
    return _LOOSE.sub("", _REMARK.sub("", header)).casefold() or _LOOSE.sub("", header).casefold()


_BY_TITLE = {fold(title): name for name, title in TITLES.items()}
_BY_FOLD = _BY_TITLE | {fold(synonym): name for synonym, name in _SYNONYMS.items()}


def says_title(header: str) -> bool:
    """Whether a header is a default attribute's own name, and not a synonym of it."""
    return fold(header) in _BY_TITLE


def default_attribute(header: str) -> str | None:
    """The default attribute that a header, or an attribute's name in `--map`, means."""
    return _BY_FOLD.get(fold(header))


def default_type(attribute: str) -> str | None:
    """The fixed type of a default attribute (R3), None for a custom one."""
    if attribute == WHATSAPP_OPTED:
        return "boolean"
    return "string" if attribute in TITLES else None
