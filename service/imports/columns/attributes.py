"""The default attributes and the headers that mean them (R2, R19)."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence, Set

from ledger.events.traits import WHATSAPP_OPTED

PHONE_NUMBER = "phone_number"
COUNTRY_CODE = "country_code"
USER_ID = "user_id"
IDENTITY = (COUNTRY_CODE, PHONE_NUMBER, USER_ID)

TAGS = "tags"
"""What a column is mapped to whose cells are tags of their row; as a column's type it tells that from a trait's."""

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

_MORE_SYNONYMS = {
    "mobile number": PHONE_NUMBER,
    "mobile no": PHONE_NUMBER,
    "contact no": PHONE_NUMBER,
    "telephone": PHONE_NUMBER,
    "tel": PHONE_NUMBER,
    "cell": PHONE_NUMBER,
    "whatsapp": PHONE_NUMBER,
    "whatsapp no": PHONE_NUMBER,
    "e-mail address": "email",
}
"""Count where no column has a title or a synonym above: files that have both were imported before there were these."""

_OF_EXPORTS = {
    PHONE_NUMBER: (
        *("Phone 1 - Value", "Mobile Phone", "Mobile Phone Number", "WhatsApp Phone Number", "iPhone"),
        *("Phone (mobile)", "Primary Phone", "Default Address Phone"),
    ),
    "email": ("E-mail 1 - Value", "Email 1", "Email (home)", "Email (work)"),
    NAME: ("Display Name", "Customer Name"),
    FIRST_NAME: ("Given Name",),
    LAST_NAME: ("Family Name",),
    "city": ("Address 1 - City", "Home City", "Default Address City", "Business City"),
}
"""Headers of Google, Outlook, iPhone, Shopify, HubSpot and Mailchimp exports, the better first: a file has several."""

_REMARK = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_LOOSE = re.compile(r"[\s_\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]+")


_ENDS = "*.:#"
"""What forms put behind a header: that it is required, or short."""


def fold(header: str) -> str:
    """A header without what does not count: letter case, spaces, `_`, what nobody sees, and a bracketed remark."""
    return _LOOSE.sub("", _REMARK.sub("", header)).casefold() or _LOOSE.sub("", header).casefold()


_BY_TITLE = {fold(title): name for name, title in TITLES.items()}
_BY_FOLD = _BY_TITLE | {fold(synonym): name for synonym, name in _SYNONYMS.items()}
_BY_MORE = {fold(synonym): name for synonym, name in _MORE_SYNONYMS.items()}
_BY_EXPORT = {
    name: {place: rank for rank, place in enumerate(map(str.casefold, headers))}
    for name, headers in _OF_EXPORTS.items()
}


def _bare(header: str) -> str:
    return fold(header.strip().strip(_ENDS))


def says_title(header: str) -> bool:
    """Whether a header is a default attribute's own name, and not a synonym of it."""
    return fold(header) in _BY_TITLE or fold(header) == TAGS


def default_attribute(header: str) -> str | None:
    """The default attribute that a header, or an attribute's name in `--map`, means."""
    return _BY_FOLD.get(fold(header)) or _BY_FOLD.get(_bare(header))


def found_by_title(headers: Mapping[int, str]) -> dict[int, str]:
    """Headers, by their place, that mean a default attribute.

    Of several that only a remark tells apart, such as Phone (mobile) and Phone (home), none does by itself.
    """
    found = {place: name for place, header in headers.items() if (name := default_attribute(header)) is not None}
    counts = Counter(found.values())
    return {place: name for place, name in found.items() if counts[name] == 1 or _REMARK.search(headers[place]) is None}


def says_tags(header: str) -> bool:
    """Whether a header says that its column is tags."""
    return _bare(header) == TAGS


def less_sure(headers: Sequence[str], taken: Set[str]) -> dict[int, str]:
    """Headers, by their place, that mean a default attribute if nothing better does; `taken` are those that have one.

    Synonyms go before the headers of exports, of which the best is taken alone.
    """
    found: dict[int, str] = {}
    for place, header in enumerate(headers):
        attribute = _BY_MORE.get(_bare(header))
        if attribute is not None and attribute not in taken:
            found[place] = attribute
    for attribute, ranks in _BY_EXPORT.items():
        is_named = NAME in {*taken, *found.values()}
        is_parted = bool({FIRST_NAME, LAST_NAME} & {*taken, *found.values()})
        if attribute in taken or attribute in found.values():
            continue
        if (attribute in (FIRST_NAME, LAST_NAME) and is_named) or (attribute == NAME and is_parted):
            continue
        ranked = [
            (ranks[spaced], place) for place, header in enumerate(headers) if (spaced := _spaced(header)) in ranks
        ]
        if ranked:
            found[min(ranked)[1]] = attribute
    return found


def _spaced(header: str) -> str:
    """Exports spell their headers in one way, but for case, `_` and spaces."""
    return " ".join(header.replace("_", " ").split()).casefold()


def default_type(attribute: str) -> str | None:
    """The fixed type of a default attribute (R3), None for a custom one."""
    if attribute == WHATSAPP_OPTED:
        return "boolean"
    return "list" if attribute == TAGS else "string" if attribute in TITLES else None
