"""WHO on the command line and in routes: a contact's id, a phone in E.164, or a user id."""

import re
from dataclasses import dataclass

from ledger.events import moments
from ledger.events.data import Command, command_of
from ledger.events.phone import PhoneFault, normalise_full
from ledger.log.port import LogReader
from projections.fold.state import ContactState
from projections.past.history import states_at

_e164 = re.compile(r"\+[1-9][0-9]{1,14}").fullmatch


class Unknown(LookupError):
    """Nobody is found by what was given, or not yet at the moment asked for."""


class Erased(Unknown):
    """The contact was erased; what is left is the entry at `position` that says when, by whom and why."""

    def __init__(self, position: int, at: int, said: Command) -> None:
        when = moments.text(at)[:10]
        why = f": {said.reason}" if said.reason else ""
        by = f" by {said.by}" if said.by else ""
        super().__init__(f"this contact was erased on {when}{by}, at position {position}{why}")
        self.position = position


@dataclass(frozen=True, slots=True)
class FoundContact:
    """A contact, as the numbers of all contacts ever merged with it, the surviving one first.

    `asked` is the number that what was given names itself: an id's, or that of the phone's or user id's holder now.
    `is_released`: it is the one that had it last, until an undo.
    """

    component: tuple[int, ...]
    asked: int
    phone: str | None
    user_id: str | None
    is_released: bool = False

    @property
    def contact(self) -> int:
        """The surviving contact's number."""
        return self.component[0]

    def is_by(self, state: ContactState) -> bool:
        """Whether a contact has the phone or the user id that was given."""
        return (self.phone is not None and state.phone == self.phone) or (
            self.user_id is not None and state.user_id == self.user_id
        )


def find(log: LogReader, who: str) -> FoundContact:
    """Who is meant: by id, else by phone when it starts with `+`, else by user id. Raises Unknown, Erased."""
    contact = log.contact_of_id(who)
    _refuse_erased(log, contact)
    phone = _phone(log, who) if who.startswith("+") else None
    if contact is not None:
        return FoundContact(log.component(contact), contact, None, None)
    holder = log.last_holder_of_phone(phone) if phone else log.last_holder_of_user_id(who)
    if holder is None:
        raise Unknown(f"no contact is found by {who!r}: give its id, its phone as +919967536783, or its user id")
    is_released = (log.holder_of_phone(phone) if phone else log.holder_of_user_id(who)) is None
    return FoundContact(log.component(holder.contact), holder.contact, phone, None if phone else who, is_released)


def find_id(log: LogReader, id: str) -> FoundContact:
    """The contact with this id, merged into another or not. Raises Unknown, Erased."""
    contact = log.contact_of_id(id)
    _refuse_erased(log, contact)
    if contact is None:
        raise Unknown(f"there is no contact with the id {id!r}")
    return FoundContact(log.component(contact), contact, None, None)


def _refuse_erased(log: LogReader, contact: int | None) -> None:
    if contact is None:
        return
    position = log.erased_among([contact]).get(contact)
    if position is not None:
        entry = log.entry(position)
        assert entry is not None
        raise Erased(position, entry.recorded, command_of(entry.headers, entry.value))


def at(log: LogReader, found: FoundContact, position: int) -> ContactState:
    """The contact as it was at a position: the one that was found then by what was asked. Raises Unknown.

    That may be another one than now, before a merge, or before an undo made a phone or user id free for others.
    """
    states = states_at(log, found.component, position)
    for state in states.values():
        if found.is_by(state):
            return state
    if found.phone or found.user_id:
        for contact in log.held(found.phone, found.user_id, position):
            for state in states_at(log, log.component(contact), position).values():
                if found.is_by(state):
                    return state
    for contact in (found.asked, found.contact):
        if contact in states:
            return states[contact]
    if len(states) == 1:
        return next(iter(states.values()))
    raise Unknown(f"the contact that it finds now did not exist yet at position {position}")


def _phone(log: LogReader, text: str) -> str | None:
    # one that somebody has as it stands needs no numbering plan, which takes long to load
    if _e164(text) and log.last_holder_of_phone(text) is not None:
        return text
    try:
        return normalise_full(text)
    except PhoneFault:
        return None
