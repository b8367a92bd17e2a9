"""The bodies of the track calls: from JSON as callers send it to one phone, one user id and what is told (R6, R9)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ledger.events import user_ids
from ledger.events.fields import CONTACT_PATCH, NEW_CONTACT, NOBODYS, TRACK_EVENT, TRACK_USER, Shape
from ledger.events.kinds.kind import digits_of, is_given
from ledger.events.phone import PhoneFault, normalise, normalise_full, split
from ledger.events.schema import FieldFault, Invalid, faults_of


@dataclass(frozen=True, slots=True)
class TrackUser:
    """A call about a contact's traits and tags, both as sent; `phone` is E.164; at least one identity is given.

    `notes` tell what of it counts as not given.
    """

    phone: str | None
    user_id: str | None
    traits: dict[str, Any]
    tags: list[str]
    created_at: str | None
    notes: tuple[FieldFault, ...] = ()


@dataclass(frozen=True, slots=True)
class TrackEvent:
    """A call about something a contact did; `phone` is E.164; at least one identity is given. `notes` as above."""

    phone: str | None
    user_id: str | None
    event: str
    traits: dict[str, Any]
    created_at: str | None
    notes: tuple[FieldFault, ...] = ()


@dataclass(frozen=True, slots=True)
class ContactPatch:
    """What is to change of a contact that is known; at least one of them is given."""

    user_id: str | None
    traits: dict[str, Any]
    tags: list[str]


def track_user(body: object, default_country_code: str) -> TrackUser:
    """Read the body of a user call. `default_country_code` serves a phoneNumber that comes without one (R6).

    Raises Invalid with every fault at once.
    """
    given, phone = _read(TRACK_USER, body, default_country_code)
    user_id, notes = _user_id(given, "userId")
    return TrackUser(phone, user_id, given.get("traits", {}), given.get("tags", []), given.get("createdAt"), notes)


def track_event(body: object, default_country_code: str) -> TrackEvent:
    """Read the body of an event call, as `track_user` does. Raises Invalid with every fault at once (R9)."""
    given, phone = _read(TRACK_EVENT, body, default_country_code)
    user_id, notes = _user_id(given, "userId")
    return TrackEvent(phone, user_id, given["event"], given.get("traits", {}), given.get("createdAt"), notes)


def new_contact(body: object) -> TrackUser:
    """Read the body that makes a contact. Raises Invalid with every fault at once (R25)."""
    given = _given(NEW_CONTACT, body)
    phone = normalise_full(given["phone"]) if "phone" in given else None
    user_id, notes = _user_id(given, "user_id")
    return TrackUser(phone, user_id, given.get("traits", {}), given.get("tags", []), None, notes)


def contact_patch(body: object) -> ContactPatch:
    """Read the body that changes a contact. Raises Invalid with every fault at once (R1, R26)."""
    given = _given(CONTACT_PATCH, body)
    return ContactPatch(_user_id(given, "user_id")[0], given.get("traits", {}), given.get("tags", []))


def _user_id(given: Mapping[str, Any], member: str) -> tuple[str | None, tuple[FieldFault, ...]]:
    """A user id in its one form; one that is nobody's counts as not given, since a phone is (R6)."""
    if member not in given:
        return None, ()
    cleaned = user_ids.clean(given[member])
    if not user_ids.is_nobodys(cleaned):
        return cleaned, ()
    return None, (FieldFault(f"/{member}", f"{member} {NOBODYS}: it counts as not given", "user_id_placeholder"),)


def _given(shape: Shape, body: object) -> dict[str, Any]:
    """The members that are given. Raises Invalid."""
    faults = faults_of(shape, body)
    if faults or not isinstance(body, dict):
        raise Invalid(faults)
    return {name: digits_of(value) for name, value in body.items() if is_given(value)}


def _read(shape: Shape, body: object, default_country_code: str) -> tuple[dict[str, Any], str | None]:
    faults = list(faults_of(shape, body))
    if not isinstance(body, dict):
        raise Invalid(tuple(faults))
    given = {name: digits_of(value) for name, value in body.items() if is_given(value)}
    wrong = {fault.pointer for fault in faults}
    phone = None
    try:
        if "phoneNumber" in given and wrong.isdisjoint(("/phoneNumber", "/countryCode")):
            phone = _phone_in_parts(given, default_country_code)
        elif "fullPhoneNumber" in given and wrong.isdisjoint(("/fullPhoneNumber", "/countryCode")):
            phone = _full_phone(given)
    except PhoneFault as fault:
        faults.append(_about_part(fault, given))
    if faults:
        raise Invalid(tuple(faults))
    return given, phone


def _phone_in_parts(given: Mapping[str, Any], default_country_code: str) -> str:
    number = given["phoneNumber"]
    if number.startswith("+") and "countryCode" not in given:
        return normalise_full(number)
    return normalise(given.get("countryCode", default_country_code), number)


def _full_phone(given: Mapping[str, Any]) -> str:
    phone = normalise_full(given["fullPhoneNumber"])
    code = given.get("countryCode")
    if code is not None and split(phone)[0] != "+" + code.removeprefix("+"):
        raise PhoneFault("country_code_invalid", "country_code", "is not that of fullPhoneNumber: leave it out")
    return phone


def _about_part(fault: PhoneFault, given: Mapping[str, Any]) -> FieldFault:
    member, named = ("countryCode", "country code ") if fault.field == "country_code" else ("phoneNumber", "phone ")
    message = fault.quoting(given.get(member, ""))
    return FieldFault(f"/{member}", f"{member} {message.removeprefix(named)}", "phone_invalid")
