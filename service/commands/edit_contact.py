"""A change that a person makes to a contact as they saw it on a page: by one rule for all pages (R16, R26).

What others did meanwhile stops it only where it is about the same field. Whoever said no to WhatsApp is opted in again
only after a second yes.
"""

from dataclasses import dataclass

from ledger.events.calls import ContactPatch
from ledger.events.tags import fold
from ledger.events.traits import WHATSAPP_OPTED, consent, same
from ledger.log.port import LogReader
from projections.fold.replay import last_words
from projections.fold.state import ContactState
from service.commands.change_contact import ContactChanged, ContactChanges, ContactMoved, Written
from service.queries.contact.contact import id_of, state_now
from service.queries.contact.find import FoundContact, Unknown, at, find_id
from service.queries.readers import Readers

_TRIES = 5


class FieldsChanged(Exception):
    """Somebody else gave these fields another value after the contact was read; `position` is its newest event."""

    def __init__(self, fields: list[str], position: int) -> None:
        super().__init__(f"changed since the contact was read: {', '.join(fields)}")
        self.fields = fields
        self.position = position


class ConsentNeeded(Exception):
    """The contact's last word on WhatsApp is another than yes: opting it in takes a second yes (R16)."""


@dataclass(frozen=True, slots=True)
class Edited:
    """What became of an edit. `id` is the contact's, which another may have taken in meanwhile.

    `written` None: the contact was like that already, and nothing was sent.
    """

    id: str
    written: Written | None


class ContactEdits:
    """Edits contacts through `changes`, and repeats an edit by itself where others changed other fields."""

    def __init__(self, changes: ContactChanges, readers: Readers) -> None:
        self._changes = changes
        self._readers = readers

    def edit(self, id: str, patch: ContactPatch, by: str, read_at: int, *, is_consent_sure: bool = False) -> Edited:
        """Change the contact that was read at position `read_at`, in the name of `by`.

        Raises FieldsChanged, ConsentNeeded; ContactChanged where others change it all the time; find.Unknown,
        IdentityConflict, WriteRejected, and what `Tracker.publish_call` raises.
        """
        for _ in range(_TRIES):
            with self._readers.log() as log:
                found = find_id(log, id)
                current = state_now(self._readers, found.contact)
                if _has_all(current, patch):
                    return Edited(id_of(log, found), None)
                if current.position != read_at and (moved := _moved(_before(log, found, read_at), current, patch)):
                    raise FieldsChanged(moved, current.position)
                if not is_consent_sure and _opts_in(log, current, patch):
                    raise ConsentNeeded
                target = id_of(log, found)
            try:
                written = self._changes.change(target, patch, by, lambda: None, based_on={current.position})
            except (ContactChanged, ContactMoved) as fault:
                last = fault
            else:
                return Edited(target, written)
        raise last


def _has_all(current: ContactState, patch: ContactPatch) -> bool:
    """Whether the contact is as the patch would make it."""
    return (
        patch.user_id in (None, current.user_id)
        and all(_has(current, name, value) for name, value in patch.traits.items())
        and all(fold(tag) in current.tags for tag in patch.tags)
    )


def _has(current: ContactState, name: str, wanted: object) -> bool:
    return same(current.traits.get(name), consent(wanted) if name == WHATSAPP_OPTED else wanted)


def _before(log: LogReader, found: FoundContact, read_at: int) -> ContactState | None:
    """The contact as it was read; None where it was not there at that position."""
    try:
        return at(log, found, read_at)
    except Unknown:
        return None


def _moved(before: ContactState | None, current: ContactState, patch: ContactPatch) -> list[str]:
    """The fields that others gave another value meanwhile, and not the one that the patch gives; tags only grow."""
    then = {} if before is None else before.traits
    moved = [
        name
        for name, wanted in patch.traits.items()
        if not _has(current, name, wanted) and not same(then.get(name), current.traits.get(name))
    ]
    has_other_user_id = current.user_id not in (None if before is None else before.user_id, patch.user_id)
    return [*moved, "user_id"] if patch.user_id is not None and has_other_user_id else moved


def _opts_in(log: LogReader, current: ContactState, patch: ContactPatch) -> bool:
    """Whether the patch turns WhatsApp on for somebody whose last word, cleared since or not, is another than yes."""
    if consent(patch.traits.get(WHATSAPP_OPTED)) is not True:
        return False
    said = current.traits.get(WHATSAPP_OPTED)
    if said is None and WHATSAPP_OPTED in current.stamps:
        words = last_words(log, [current.contact], WHATSAPP_OPTED, log.head().position)
        said = words.get(current.contact)
    return said not in (None, True)
