"""The one field table: the members of every message's data and of every track call, and the rules between them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, get_args

from ledger.events import types, user_ids
from ledger.events.identity import Match
from ledger.events.kinds.kind import Kind, digits_of, is_given
from ledger.events.kinds.phone_and_user_id import FullPhone, PhoneDigits, UserId
from ledger.events.kinds.plain import Choice, Fixed, LineOfText, Moment, Position
from ledger.events.kinds.tag_list import Tags
from ledger.events.kinds.trait_map import EventTraits, Traits

MOST_EVENT_CHARACTERS = 200
MOST_ID_CHARACTERS = 512
"""Of a message's id."""


class Breach(NamedTuple):
    """What breaks a rule between members: the member by its wire name, "" for the whole, and what is wrong."""

    member: str
    message: str
    reason: str = "invalid"


Between = Callable[[Mapping[str, object]], list[Breach]]


@dataclass(frozen=True)
class Shape:
    """An object's members by wire name, and the rules between members."""

    name: str
    members: dict[str, Kind]
    between: Between
    subject: str = "data"
    """What a fault of the whole is said of."""


def _identity_of_data(data: Mapping[str, object]) -> list[Breach]:
    found: list[Breach] = []
    if is_given(data.get("phone")):
        return found
    if not is_given(data.get("userId")):
        found.append(Breach("", "says no contact: give phone (with country code), userId, or both"))
    if data.get("match") == "phone":
        found.append(Breach("match", 'is "phone" but there is no phone: give one'))
    return found + _nobodys("userId", data)


def _identity_of_call(body: Mapping[str, object]) -> list[Breach]:
    has_parts, has_full = is_given(body.get("phoneNumber")), is_given(body.get("fullPhoneNumber"))
    if has_parts and has_full:
        return [Breach("fullPhoneNumber", "is given beside phoneNumber: give one of the two")]
    if has_parts or has_full:
        return []
    if not is_given(body.get("userId")):
        return [Breach("", "says no contact: give userId, or phoneNumber with countryCode, or fullPhoneNumber")]
    return _nobodys("userId", body)


def _identity_of_contact(body: Mapping[str, object]) -> list[Breach]:
    if is_given(body.get("phone")):
        return []
    if not is_given(body.get("user_id")):
        return [Breach("", "says no contact: give phone (with country code), user_id, or both")]
    return _nobodys("user_id", body)


def _something_to_change(body: Mapping[str, object]) -> list[Breach]:
    if any(is_given(body.get(name)) and body[name] not in ({}, []) for name in ("traits", "tags", "user_id")):
        return _nobodys("user_id", body)
    return [Breach("", "says nothing to change: give traits, tags or user_id")]


NOBODYS = 'is what programs write for "nothing", and nobody\'s user id'


def _nobodys(member: str, given: Mapping[str, object]) -> list[Breach]:
    """The fault of a user id that is nobody's, where there is no phone beside it (R6)."""
    text = digits_of(given.get(member))
    if isinstance(text, str) and user_ids.is_nobodys(user_ids.clean(text)):
        return [Breach(member, f"{NOBODYS}: give the contact's own", "user_id_placeholder")]
    return []


def _user_id() -> Kind:
    return UserId(metadata={"description": "Your own id of the contact, fixed for ever"})


def _who() -> dict[str, Kind]:
    return {
        "phone": FullPhone(metadata={"description": "Country code and number, such as +919967536783"}),
        "userId": _user_id(),
        "match": Choice(
            *get_args(Match),
            metadata={"description": "Never merge: phone identifies by phone alone, either by both phone and userId"},
        ),
        "basedOn": Position(metadata={"description": "Accept only if the contact has no event after this position"}),
        "follows": LineOfText(
            MOST_ID_CHARACTERS,
            metadata={"description": "Accept only if the message with this id, of the same source, was accepted"},
        ),
    }


def _who_calls() -> dict[str, Kind]:
    return {
        "userId": _user_id(),
        "phoneNumber": PhoneDigits(metadata={"description": "The number without its country code"}),
        "countryCode": PhoneDigits(metadata={"description": "Of phoneNumber, with or without +"}),
        "fullPhoneNumber": FullPhone(metadata={"description": "Instead of phoneNumber and countryCode"}),
        "createdAt": Moment(metadata={"description": "The time the facts are stated for; absent: now"}),
    }


_TRAITS = {"description": "Attributes by name: string, number, boolean, datetime or list; null clears one"}
_TAGS = {"description": "Tags to add; a tag is never taken away"}
_EVENT = {"description": "What happened, such as Order placed"}
_EVENT_TRAITS = {"description": "About the event; they never change the contact's attributes"}

_DATA: dict[str, Shape] = {
    types.USER_TRACKED: Shape(
        types.USER_TRACKED, {**_who(), "traits": Traits(metadata=_TRAITS)}, between=_identity_of_data
    ),
    types.TAGS_ADDED: Shape(
        types.TAGS_ADDED, {**_who(), "tags": Tags(required=True, metadata=_TAGS)}, between=_identity_of_data
    ),
    types.EVENT_TRACKED: Shape(
        types.EVENT_TRACKED,
        {
            **_who(),
            "event": LineOfText(MOST_EVENT_CHARACTERS, required=True, metadata=_EVENT),
            "traits": EventTraits(metadata=_EVENT_TRAITS),
        },
        between=_identity_of_data,
    ),
}

DATA = types.complete(_DATA, types.OPEN, "ledger/events/fields")
"""Members of `data` by message type, as any publisher may send them; members not named here are kept, unread.

What imports add to their own signed messages (`mode`, `fill`, `row`, `line`, `rowend`) means nothing in anybody else's.
"""

NEW_CONTACT = Shape(
    "NewContact",
    {
        "phone": FullPhone(metadata={"description": "Country code and number, such as +919967536783"}),
        "user_id": _user_id(),
        "traits": Traits(metadata=_TRAITS),
        "tags": Tags(metadata=_TAGS),
    },
    between=_identity_of_contact,
)
"""The body of `POST /v1/contacts` (R25)."""

_FIXED = "cannot be changed, for a contact's phone is fixed once it is set"

CONTACT_PATCH = Shape(
    "ContactPatch",
    {
        "traits": Traits(metadata=_TRAITS),
        "tags": Tags(metadata=_TAGS),
        "user_id": _user_id(),
        **{name: Fixed(_FIXED) for name in ("phone", "country_code", "phone_number")},
    },
    between=_something_to_change,
    subject="the body",
)
"""The body of `PATCH /v1/contacts/{id}` (R1, R26)."""

TRACK_USER = Shape(
    "TrackUser",
    {**_who_calls(), "traits": Traits(metadata=_TRAITS), "tags": Tags(metadata=_TAGS)},
    between=_identity_of_call,
    subject="the body",
)
"""The body of `POST /v1/public/track/users/` (R6)."""

TRACK_EVENT = Shape(
    "TrackEvent",
    {
        **_who_calls(),
        "event": LineOfText(MOST_EVENT_CHARACTERS, required=True, metadata=_EVENT),
        "traits": EventTraits(metadata=_EVENT_TRAITS),
    },
    between=_identity_of_call,
    subject="the body",
)
"""The body of `POST /v1/public/track/events/` (R9)."""
