"""Making a contact, and changing one that is known: whom it is about, on which condition, and what became of it.

What is said of the contact travels as a track call's messages do (R25, R26); here stands what is meant by it, for every
way in: a known phone or user id is found and not changed, a change may be based on the contact's newest event, and a
call that is repeated under its idempotency key says what it said the first time.
"""

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, replace

from ledger.events.calls import ContactPatch, TrackUser
from ledger.events.identity import Conflict, Known, resolve
from ledger.log.entry import Entry, public_id
from ledger.log.port import LogReader
from projections.fold.state import ContactState
from service.commands.conflicts import IdentityConflict
from service.commands.idempotency import Claim
from service.commands.track import Terms, Tracker
from service.queries.contact.contact import id_of, state_now
from service.queries.contact.find import find_id
from service.queries.ledger.consistency import Consistency, NotShown, WriteRejected
from service.queries.ledger.erased_messages import MessageErased
from service.queries.readers import Readers

Claiming = Callable[[], Claim | None]
"""Asked once a call is found right, for what its idempotency key makes the messages to be; None without a key."""


class ContactMoved(Exception):
    """The contact was merged into another, whose id is `into`."""

    def __init__(self, into: str) -> None:
        super().__init__("this contact was merged into another")
        self.into = into


class ContactChanged(Exception):
    """Something has happened to the contact that the change was not based on; `current` is the contact as it is now."""

    def __init__(self, current: ContactState) -> None:
        super().__init__("the contact has changed since it was read")
        self.current = current


@dataclass(frozen=True, slots=True)
class Written:
    """The messages of a change, by their ids; `token` is for reads that must show it.

    `entry` is the last one's in the log, once the state has it; None: it is on its way. `is_new`: it made the contact.
    """

    ids: list[str]
    token: str
    entry: Entry | None
    is_new: bool = False


class ContactChanges:
    """Makes and changes contacts. `source` is that of the messages. Safe for threads."""

    def __init__(self, source: str, tracker: Tracker, readers: Readers, consistency: Consistency) -> None:
        self._source = source
        self._tracker = tracker
        self._readers = readers
        self._consistency = consistency

    def make(self, call: TrackUser, by: str, claim: Claiming) -> int | Written:
        """Make a contact, in the name of the key or person `by`.

        Or give the number of the one that is known by the phone, else by the user id, unchanged.

        Raises IdentityConflict where the user id is that of a contact with another phone, and what `claim`,
        `Tracker.publish_call` and `Consistency.wait` raise; MessageErased where its own messages were erased since.
        """
        claimed = claim()
        ids = self._published_before(call, claimed)
        if ids is None:
            known = self._known(call)
            # it may be known by this very call's messages, which came first
            if known is not None and (ids := self._published_before(call, claimed)) is None:
                return known
            ids = ids or self._tracker.publish_call(call, self._source, by, claimed)
        written = self._written(ids)
        if written.entry is None:
            return written
        with self._readers.log() as log:
            first = log.by_message_id(ids[0], self._source)
        # in the same moment somebody else may have made it
        return replace(written, is_new=first is not None and first.position == written.entry.contact)

    def change(
        self, id: str, patch: ContactPatch, by: str, claim: Claiming, based_on: Collection[int] | None = None
    ) -> Written:
        """Change the contact with this id, in the name of the key or person `by`.

        With `based_on` only while its newest event is at one of these positions.

        Raises ContactMoved, ContactChanged, IdentityConflict for a second user id, find.Unknown, WriteRejected,
        MessageErased, and what `claim` and `Tracker.publish_call` raise.
        """
        with self._readers.log() as log:
            found = find_id(log, id)
            if found.asked != found.contact:
                raise ContactMoved(id_of(log, found))
        current = state_now(self._readers, found.contact)
        call, by_phone_alone = _about(current, patch)
        claimed = claim()
        ids = self._published_before(call, claimed)
        if ids is None:
            if patch.user_id is not None and current.user_id not in (None, patch.user_id):
                raise self._second_user_id(patch.user_id)
            position = _condition(current, based_on, is_repeat=claimed is not None and claimed.is_repeat)
            ids = self._tracker.publish_call(call, self._source, by, claimed, Terms(by_phone_alone, position))
        try:
            return self._written(ids)
        except WriteRejected as fault:
            if fault.reason != "precondition_failed":
                raise
            with suppress(NotShown):  # what it lost to came before it
                self._consistency.wait_for(fault.position)
            raise ContactChanged(state_now(self._readers, found.contact)) from None

    def _published_before(self, call: TrackUser, claim: Claim | None) -> list[str] | None:
        """The ids of the messages of a repeated call, once the log has them."""
        return None if claim is None else self._tracker.published_before(call, self._source, claim)

    def _written(self, ids: list[str]) -> Written:
        token = self._consistency.token(self._source, ids[-1])
        try:
            entry = self._consistency.wait(token)
        except NotShown:
            return Written(ids, token, None)
        if entry.is_erased:
            raise MessageErased(entry.position)
        return Written(ids, token, entry)

    def _known(self, call: TrackUser) -> int | None:
        """The contact that is known; None where there is none. A known phone decides alone (R25)."""
        with self._readers.log() as log:
            holder = log.holder_of_phone(call.phone) if call.phone else None
            if holder is None and call.user_id:
                holder = log.holder_of_user_id(call.user_id)
                decision = resolve(call.phone, call.user_id, None, holder)
                if isinstance(decision, Conflict):
                    raise IdentityConflict(decision.message, _held(log, holder))
        return None if holder is None else holder.contact

    def _second_user_id(self, user_id: str) -> IdentityConflict:
        text = "this contact already has a user id, which is fixed once it is set"
        with self._readers.log() as log:
            return IdentityConflict(text, _held(log, log.holder_of_user_id(user_id)))


def _held(log: LogReader, holder: Known | None) -> dict[str, str]:
    """Who holds a user id, as a conflict tells it."""
    return {} if holder is None else {"user_id": public_id(log.ids([holder.contact])[holder.contact])}


def _about(current: ContactState, patch: ContactPatch) -> tuple[TrackUser, bool]:
    """The patch as a call about the contact, and whether it is about the phone's contact alone."""
    if current.phone is not None:
        return TrackUser(current.phone, patch.user_id, patch.traits, patch.tags, None), True
    return TrackUser(None, current.user_id, patch.traits, patch.tags, None), False


def _condition(current: ContactState, based_on: Collection[int] | None, *, is_repeat: bool) -> int | None:
    """The position that the change is conditional on; None: it is not.

    What has happened since may be the call's own first message, when it is sent again: then only the append can tell.
    """
    if based_on is None:
        return None
    if not based_on or (current.position not in based_on and not is_repeat):
        raise ContactChanged(current)
    return max(based_on)
