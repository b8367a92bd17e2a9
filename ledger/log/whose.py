"""Which entries of a merge component say something of some of its contacts, for an erasure of these alone (R31). Pure.

After a split each event has a home, which is the fold's rule of whose it is (`ledger.log.revisions`). What is at home
with the person is the person's, whatever number it was taken under; and so is an event of another's that names the
person's user id beside the other's phone: nothing of a message can be taken out, since the log keeps it as it came. An
order about the person and another is emptied with either; but where it made that other one, by the number that was
nobody's, it says whose the number is, and stays with them.
"""

from collections.abc import Collection, Mapping, Sequence

from ledger.events import types
from ledger.log.entry import FoldRow, phone_text
from ledger.log.identity_events import IdentityEvent, emptied, made_by
from ledger.log.questions import ABSORBED, CONTACT, CONTACT_ID, IMPORT, PHONE, POSITION, TYPE, USER_ID
from ledger.log.revisions import Home, homes


def theirs(told: Sequence[IdentityEvent], contacts: Collection[int]) -> set[int]:
    """The positions of the events that are about one of these contacts, or name one; merges and splits of them too.

    `told` are all events of the component that are not skipped, in log order, and `contacts` all that are one person:
    no other is merged with them now. What is left has its home with none of them, also when it is asked alone.
    """
    belonging = homes(told)
    others = {belonging[one.position].contact for one in told if one.type not in types.ABOUT_MERGES} - {*contacts}
    found = {
        one.position
        for one in told
        if one.type in types.ABOUT_MERGES
        and not {one.contact, one.absorbed}.isdisjoint(contacts)
        and made_by(one) not in others
    }
    found |= _at_home(told, belonging, contacts)
    while True:
        left = [emptied(one) if one.position in found else one for one in told]
        more = _at_home(left, homes(left), contacts) - found
        if not more:
            return found
        found |= more


def _at_home(told: Sequence[IdentityEvent], belonging: Mapping[int, Home], contacts: Collection[int]) -> set[int]:
    """The positions of the events that name somebody and have their home with one of these contacts."""
    return {
        one.position
        for one in told
        if (one.phone is not None or one.user_id is not None)
        and (home := belonging.get(one.position)) is not None
        and (home.contact in contacts or home.user_id_of in contacts)
    }


def naming(told: Sequence[IdentityEvent], contacts: Collection[int], phone: str) -> int | None:
    """The position of the newest event that names a phone of one person, who has all these contacts; None: none does.

    Rather one that goes with the person, and that no erasure of another empties, so that it can be asked later.
    """
    belonging = homes(told)

    def how_sure(one: IdentityEvent) -> tuple[bool, bool, int]:
        home = belonging.get(one.position)
        is_theirs = home is not None and home.contact in contacts
        return is_theirs and one.type not in types.ABOUT_MERGES, is_theirs, one.position

    found = max((one for one in told if one.phone == phone), key=how_sure, default=None)
    return None if found is None else found.position


def told_in(row: FoldRow) -> IdentityEvent:
    """What a row of the fold says of who is who."""
    return IdentityEvent(
        row[POSITION], row[TYPE], row[IMPORT], row[CONTACT] or 0, row[CONTACT_ID], row[ABSORBED],
        phone_text(row[PHONE]), row[USER_ID],
    )  # fmt: skip
