"""Which contact a message is about (R7): a pure decision over what is known of its phone and its user id."""

from typing import Literal

import msgspec

from ledger.events.quoting import shown


class Known(msgspec.Struct, frozen=True, gc=False):
    """A contact as the identities have it: its number (the position that created it) and what it is found by."""

    contact: int
    phone: str | None
    user_id: str | None


class Create(msgspec.Struct, frozen=True, gc=False):
    """Nobody has these identities: a new contact."""


class Attach(msgspec.Struct, frozen=True, gc=False):
    """The message is about this contact, which also takes the identities it lacks."""

    contact: int


class Merge(msgspec.Struct, frozen=True, gc=False):
    """Two contacts turn out to be one; the older one's id survives."""

    survivor: int
    absorbed: int


class Conflict(msgspec.Struct, frozen=True, gc=False):
    """The identities contradict what is known; nothing changes. `holders` are the contacts concerned."""

    message: str
    holders: tuple[int, ...]

    def quoting(self, phone: str | None, user_id: str | None) -> str:
        """The message with the identities that were given, for a rejection: an erasure empties that."""
        given = (("phone", phone), ("user id", user_id))
        quoted = ", ".join(f"{name} {shown(value)}" for name, value in given if value is not None)
        return f"{self.message} ({quoted})"


Decision = Create | Attach | Merge | Conflict
Mode = Literal["upsert", "create", "update"]
"""`create` leaves out contacts that are known, `update` those that are not."""

Match = Literal["phone", "either"]
"""By what a row is identified: its phone alone, or both its phone and its user id. Neither ever merges (R17)."""

CREATE = Create()

APART = "the phone and the user id belong to two contacts that somebody has split"
_OF_ANOTHER = "this user id belongs to another contact"
_WITHOUT_PHONE = "this user id belongs to a contact that has no phone, and a match by phone alone gives it none"


def resolve(
    phone: str | None,
    user_id: str | None,
    by_phone: Known | None,
    by_user_id: Known | None,
    *,
    by_phone_alone: bool = False,
    may_merge: bool = True,
) -> Decision:
    """Decide by R7, given who holds the phone and the user id now; at least one of the two is wanted.

    `by_phone_alone` is a message's `match: "phone"`: it needs a phone and never merges. `may_merge`: neither the
    setting `CONTACTS_MERGE` nor the message's `match: "either"` forbids it (R17).
    """
    if by_phone is None and by_user_id is None:
        return CREATE
    if by_phone is not None and by_user_id is not None:
        if by_phone.contact == by_user_id.contact:
            return Attach(by_phone.contact)
        return _two_contacts(by_phone, by_user_id, may_merge=may_merge and not by_phone_alone)
    if by_phone is not None:
        if user_id is None or by_phone.user_id is None:
            return Attach(by_phone.contact)
        return Conflict("the contact with this phone already has another user id", (by_phone.contact,))
    assert by_user_id is not None
    if by_phone_alone:
        is_elsewhere = by_user_id.phone is not None
        return Conflict(_OF_ANOTHER if is_elsewhere else _WITHOUT_PHONE, (by_user_id.contact,))
    if phone is None or by_user_id.phone is None:
        return Attach(by_user_id.contact)
    return Conflict("the contact with this user id already has another phone", (by_user_id.contact,))


def is_left_out(decision: Decision, mode: Mode) -> bool:
    """Whether a row is skipped (R18): by whether its contact was known before the row's first message."""
    return mode != "upsert" and isinstance(decision, Create) == (mode == "update")


def claim_fault(
    own: Known, phone: str | None, user_id: str | None, by_phone: Known | None, by_user_id: Known | None
) -> Literal["phone", "user_id"] | None:
    """What keeps `own` from having this phone and this user id again after a redo; None: nothing does (R32)."""
    if phone is not None and ((by_phone or own).contact != own.contact or own.phone not in (None, phone)):
        return "phone"
    if user_id is not None and ((by_user_id or own).contact != own.contact or own.user_id not in (None, user_id)):
        return "user_id"
    return None


def _two_contacts(by_phone: Known, by_user_id: Known, *, may_merge: bool) -> Decision:
    holders = (by_phone.contact, by_user_id.contact)
    if not may_merge:
        return Conflict("the phone and the user id belong to two different contacts", holders)
    if by_phone.user_id is not None:
        return Conflict("the contact with this phone already has another user id", holders)
    if by_user_id.phone is not None:
        return Conflict("the contact with this user id already has another phone", holders)
    return Merge(survivor=min(holders), absorbed=max(holders))
