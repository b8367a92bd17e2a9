"""What an accepted entry says of who is who. Pure."""

from typing import Protocol

import msgspec

from ledger.events import types


class Told(Protocol):
    """An accepted entry about a contact, as far as it says who is who."""

    @property
    def position(self) -> int:
        """Its place in the log."""

    @property
    def type(self) -> str | None:
        """The event's type."""

    @property
    def source(self) -> int | None:
        """The number of its import, if it is of one."""

    @property
    def contact(self) -> int:
        """The contact it was about when the log took it."""

    @property
    def contact_id(self) -> bytes | None:
        """Set on the one that created a contact: `made_by` says which."""

    @property
    def absorbed(self) -> int | None:
        """The contact that it merges in, or splits off."""

    @property
    def phone(self) -> str | None:
        """E.164."""

    @property
    def user_id(self) -> str | None:
        """The sender's own id of the contact."""


class IdentityEvent(msgspec.Struct, frozen=True, gc=False):
    """A `Told`, and what no fold of a contact needs."""

    position: int
    type: str | None
    source: int | None
    contact: int
    contact_id: bytes | None
    absorbed: int | None
    phone: str | None
    user_id: str | None
    gives_up: int | None = None
    """Of a changed number: the position of an entry that names the phone before, where that is given up."""


def emptied(one: IdentityEvent) -> IdentityEvent:
    """What is left of an event that says nothing any more: whom it was taken for."""
    return msgspec.structs.replace(one, phone=None, user_id=None)


def made_by(one: Told) -> int | None:
    """The contact that an entry created: its own, or that of a number which was nobody's; None: it created none."""
    if one.contact_id is None:
        return None
    return one.absorbed if one.type == types.NUMBER_CHANGED else one.contact
