"""Contacts as the hub's public API has them, and who is meant by a phone there."""

from typing import Any

from ledger.events import moments
from ledger.events.calling_codes import CALLING_CODES
from ledger.events.phone import PhoneFault, normalise, split
from ledger.log.entry import public_id
from ledger.log.port import LogReader
from projections.fold.state import ContactState
from service.queries.contact.find import FoundContact, Unknown, find


class Ambiguous(LookupError):
    """A national number that contacts in several countries have; `codes` are theirs, with `+`."""

    def __init__(self, codes: list[str]) -> None:
        super().__init__(f"contacts with the country codes {', '.join(codes)} have this number: add ?country_code=")
        self.codes = codes


class Released(Unknown):
    """Nobody has the phone or user id any more; `found` is the contact that had it last."""

    def __init__(self, log: LogReader, what: str, found: FoundContact) -> None:
        id = public_id(log.ids([found.asked])[found.asked])
        super().__init__(
            f"no contact has the {what} any more, since an import was undone or the number given up: what the ledger"
            f" has of the one that had it last is at /v1/contacts/{id}/history"
        )
        self.found = found


def customer(state: ContactState) -> dict[str, Any]:
    """The shape of a contact there."""
    country_code, number = split(state.phone) if state.phone else (None, None)
    return {
        "id": public_id(state.id),
        "user_id": state.user_id,
        "phone_number": number,
        "country_code": country_code,
        "traits": state.traits,
        "tags": [spelling for spelling, _ in state.tags.values()],
        "created_at_utc": moments.text(state.created),
        "modified_at_utc": moments.text(state.modified),
    }


def by_phone(log: LogReader, number: str, country_code: str | None) -> int:
    """The number of the contact with this phone: national digits, or the full number with or without `+`.

    Raises Unknown, which is Released where one had it last; Ambiguous where contacts in several countries have it and
    `country_code` (with or without `+`) does not say which.
    """
    digits = number.removeprefix("+")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 15):
        raise Unknown(f"no contact has the phone {number!r}: give digits, with or without the country code")
    possible = _possible(number, digits, country_code)
    holders = log.holders_of_phones(possible)
    if len(holders) > 1:
        raise Ambiguous(sorted(split(phone)[0] for phone in holders))
    for contact in holders.values():
        return contact
    released = log.released_phones(possible)
    if len(released) == 1:
        raise Released(log, f"phone {number!r}", _released(log, *released.values()))
    raise Unknown(f"no contact has the phone {number!r}")


def as_written(log: LogReader, text: str) -> FoundContact:
    """Who is meant: by id, phone or user id, or by a phone as people write it. Raises Unknown, Ambiguous."""
    try:
        return find(log, text)
    except Unknown:
        digits = "".join(sign for sign in text if sign not in " -().")
        if not digits.removeprefix("+").isdigit():
            raise
        try:
            contact = by_phone(log, digits, None)
        except Released as last:
            return last.found
    return FoundContact(log.component(contact), contact, None, None)


def by_user_id(log: LogReader, user_id: str) -> int:
    """The number of the contact with this user id. Raises Unknown, which is Released where one had it last."""
    holder = log.holder_of_user_id(user_id)
    if holder is not None:
        return holder.contact
    last = log.last_holder_of_user_id(user_id)
    if last is not None:
        raise Released(log, f"user id {user_id!r}", _released(log, last.contact))
    raise Unknown(f"no contact has the user id {user_id!r}")


def _released(log: LogReader, contact: int) -> FoundContact:
    return FoundContact(log.component(contact), contact, None, None, is_released=True)


def _possible(number: str, digits: str, country_code: str | None) -> set[str]:
    """The phones in E.164 that can be meant."""
    if country_code is not None:
        try:
            return {normalise(country_code, number)}
        except PhoneFault:
            return set()
    full = {f"+{digits}"}
    return full if number.startswith("+") else full | {f"+{code}{digits}" for code in CALLING_CODES}
