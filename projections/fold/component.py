"""A merge component in log order: its events in, and out what each of them did. Pure; all who replay stand on it.

A component is a contact with all that were ever merged with it. From the position of an undo on, the events of its
import stop counting; from that of a redo on they count again (decision 9, R32). From that of a split on, its events go
to the two contacts as if they had never been merged. What a contact is then is the fold of the events that count for
it, as if the others had never been.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from operator import attrgetter

import msgspec

from ledger.events import types
from ledger.log import revisions
from ledger.log.revisions import survivors_of
from ledger.log.undo import Undoing, Undoings
from projections.fold.event import Event
from projections.fold.evolve import evolve
from projections.fold.state import ContactState, differ

States = dict[int, ContactState]
"""Contacts by number."""


class Split(msgspec.Struct, frozen=True, gc=False):
    """A contact that was merged into another and is itself again from `event` on, which is about both.

    `is_new`: it is one for the first time, since a number that was nobody's was given to the other.
    """

    event: Event
    is_new: bool = False

    @property
    def position(self) -> int:
        """Its place in the log."""
        return self.event.position

    @property
    def recorded(self) -> int:
        """When the log took it, in microseconds since the epoch."""
        return self.event.recorded


Revision = Undoing | Split
"""What makes earlier events come to something else than they did."""


class Step(msgspec.Struct, frozen=True, gc=False):
    """What an event or a revision did to a contact: an undo or redo of an import, or a split.

    `before` None: the contact was not there. `after` None: no event makes it any more, or a skipped one was about a
    contact that is not there. `absorbed` is the contact that a merge took in. `has_lost`: one of the event's values
    lost to a newer one (R4).
    """

    cause: Event | Revision
    contact: int
    before: ContactState | None
    after: ContactState | None
    absorbed: ContactState | None
    has_changed: bool
    has_lost: bool


MadeByNumber = Callable[[int], bytes | None]
"""The id of a contact that a changed number made, by its number; None for any other contact."""


def take(states: States, event: Event, made_by_number: MadeByNumber = lambda _: None) -> Step:
    """Fold an event into `states`, which hold every contact that it touches as it was just before, if it existed.

    A contact that a changed number made begins with the first that is said by the number. An event that an erasure has
    emptied may be about somebody of whom nothing else is left, and then does nothing. Raises ValueError for any other
    about a contact that no entry before it created.
    """
    contact = event.contact
    before = states.get(contact)
    if event.is_skipped:
        return Step(event, contact, before, before, None, False, False)
    is_nobodys = before is None and event.contact_id is None
    if is_nobodys and not _is_empty(event):
        if (id := made_by_number(contact)) is None:
            raise ValueError(f"position {event.position} is about contact {contact}, which no entry before it created")
        event, is_nobodys = msgspec.structs.replace(event, contact_id=id), False
    if event.absorbed is None or event.absorbed == event.position:  # whom it made has nothing that is taken in
        if is_nobodys:
            return Step(event, contact, None, None, None, False, False)
        after, has_changed, has_lost = evolve(before, event)
        states[contact] = after
        return Step(event, contact, before, after, None, has_changed, has_lost)
    absorbed = states.pop(event.absorbed, None)
    if is_nobodys:
        return Step(event, contact, None, None, absorbed, False, False)
    if absorbed is None and not _is_empty(event):
        raise ValueError(f"position {event.position} merges contact {event.absorbed}, which no entry before it created")
    if before is None and event.contact_id is not None and absorbed is not None:
        # all that was there of the two is the one that is merged away
        survivor = msgspec.structs.replace(absorbed, contact=contact, id=event.contact_id)
        after, has_changed, has_lost = evolve(survivor, event)
    else:
        after, has_changed, has_lost = evolve(before, event, absorbed)
    states[contact] = after
    return Step(event, contact, before, after, absorbed, has_changed, has_lost)


def _is_empty(event: Event) -> bool:
    """Whether an event says nothing, as one that an erasure has emptied, or an order to merge."""
    return event.phone is None and event.user_id is None and not event.traits and not event.tags


def steps(events: Iterable[Event], undoings: Undoings, states: States) -> Iterator[Step]:
    """Fold the events of one component, splits among them, with the undos and redos of its imports at their places.

    `states` is empty at first, and then has the contacts as the last step left them. Raises ValueError as `take`.
    """
    taken: list[Event] = []
    made: dict[int, bytes] = {}
    waiting: list[Undoing] = []
    sources: set[int | None] = set()
    for event in events:
        while waiting and waiting[0].position < event.position:
            yield from _undone(waiting.pop(0), taken, undoings, states)
        if event.source in undoings and event.source not in sources:
            sources.add(event.source)
            waiting += [one for one in undoings.of([event.source]) if one.position > event.position]
            waiting.sort(key=attrgetter("position"))
        if event.type == types.CONTACTS_SPLIT:
            is_new = event.absorbed == max((one.position for one in taken if one.absorbed == event.absorbed), default=0)
            taken.append(event)
            yield from _revised(Split(event, is_new), (event.contact, event.absorbed or 0), taken, undoings, states)
            continue
        if event.type == types.NUMBER_CHANGED and event.contact_id is not None:
            made[event.position] = event.contact_id
        yield take(states, event, made.get)
        if not event.is_skipped:
            taken.append(event)
    for undoing in waiting:
        yield from _undone(undoing, taken, undoings, states)


def _undone(undoing: Undoing, taken: Sequence[Event], undoings: Undoings, states: States) -> Iterator[Step]:
    """What an undo or a redo makes of the contacts that the import has events about; `taken` are all events before."""
    return _revised(undoing, survivors_of(taken, undoing.source, undoing.position), taken, undoings, states)


def _revised(
    cause: Revision, contacts: Collection[int], taken: Sequence[Event], undoings: Undoings, states: States
) -> Iterator[Step]:
    """What a revision makes of these contacts; `taken` are all events before it."""
    anew: States = {}
    for event in counting(taken, undoings, cause.position):
        take(anew, event)
    for contact in contacts:
        before, after = states.pop(contact, None), anew.get(contact)
        has_changed = differ(before, after)
        if after is not None:
            modified = cause.recorded if has_changed else (before or after).modified
            after = msgspec.structs.replace(after, modified=modified, position=cause.position)
            states[contact] = after
        yield Step(cause, contact, before, after, None, has_changed, False)


def counting(taken: Sequence[Event], undoings: Undoings, at: int) -> Iterator[Event]:
    """The events that make up a component as of position `at`, as `ledger.log.revisions.counting` says."""
    return revisions.counting(taken, undoings, at, _emptied)


def _emptied(event: Event) -> Event:
    return msgspec.structs.replace(event, phone=None, user_id=None, traits=None, tags=None)
