"""A merge component in log order: its events in, and out what each of them did. Pure; all who replay stand on it.

A component is a contact with all that were ever merged with it. From the position of an undo on, the events of its
import stop counting; from that of a redo on they count again (decision 9, R32). What a contact is then is the fold of
the events that count, as if the others had never been.
"""

from collections.abc import Iterable, Iterator
from operator import attrgetter

import msgspec

from ledger.log.undo import Undoing, Undoings
from projections.fold.event import Event
from projections.fold.evolve import evolve
from projections.fold.state import ContactState, differ

States = dict[int, ContactState]
"""Contacts by number."""


class Step(msgspec.Struct, frozen=True, gc=False):
    """What an event, or an undo or redo of an import, did to a contact.

    `before` None: the contact was not there. `after` None: no event makes it any more, or a skipped one was about a
    contact that is not there. `absorbed` is the contact that a merge took in. `has_lost`: one of the event's values
    lost to a newer one (R4).
    """

    cause: Event | Undoing
    contact: int
    before: ContactState | None
    after: ContactState | None
    absorbed: ContactState | None
    has_changed: bool
    has_lost: bool


def take(states: States, event: Event) -> Step:
    """Fold an event into `states`, which hold every contact that it touches as it was just before, if it existed.

    Raises ValueError for an event about a contact that no entry before it created.
    """
    contact = event.contact
    before = states.get(contact)
    if event.is_skipped:
        return Step(event, contact, before, before, None, False, False)
    if event.absorbed is None:
        after, has_changed, has_lost = evolve(before, event)
        states[contact] = after
        return Step(event, contact, before, after, None, has_changed, has_lost)
    absorbed = states.pop(event.absorbed)
    if before is None and event.contact_id is not None:
        # all that was there of the two is the one that is merged away
        survivor = msgspec.structs.replace(absorbed, contact=contact, id=event.contact_id)
        after, has_changed, has_lost = evolve(survivor, event)
    else:
        after, has_changed, has_lost = evolve(before, event, absorbed)
    states[contact] = after
    return Step(event, contact, before, after, absorbed, has_changed, has_lost)


def steps(events: Iterable[Event], undoings: Undoings, states: States) -> Iterator[Step]:
    """Fold the events of one component, with the undos and redos of its imports at their places.

    `states` is empty at first, and then has the contacts as the last step left them.
    """
    taken: list[Event] = []
    waiting: list[Undoing] = []
    sources: set[int | None] = set()
    for event in events:
        while waiting and waiting[0].position < event.position:
            yield from _undone(waiting.pop(0), taken, undoings, states)
        if event.source in undoings and event.source not in sources:
            sources.add(event.source)
            waiting += [one for one in undoings.of([event.source]) if one.position > event.position]
            waiting.sort(key=attrgetter("position"))
        yield take(states, event)
        if not event.is_skipped:
            taken.append(event)
    for undoing in waiting:
        yield from _undone(undoing, taken, undoings, states)


def _undone(undoing: Undoing, taken: Iterable[Event], undoings: Undoings, states: States) -> Iterator[Step]:
    """What an undo or a redo makes of the contacts that the import has events about; `taken` are all events before."""
    anew: States = {}
    for event in counting(taken, undoings, undoing.position):
        take(anew, event)
    for contact in _survivors(taken, undoing.source):
        before, after = states.pop(contact, None), anew.get(contact)
        has_changed = differ(before, after)
        if after is not None:
            modified = undoing.recorded if has_changed else (before or after).modified
            after = msgspec.structs.replace(after, modified=modified, position=undoing.position)
            states[contact] = after
        yield Step(undoing, contact, before, after, None, has_changed, False)


def _survivors(taken: Iterable[Event], source: int) -> set[int]:
    """The contacts that the source's events are about, by what they have been merged into."""
    into = {event.absorbed: event.contact for event in taken if event.absorbed is not None}
    found = set()
    for contact in {event.contact for event in taken if event.source == source}:
        while contact in into:
            contact = into[contact]
        found.add(contact)
    return found


def counting(taken: Iterable[Event], undoings: Undoings, at: int) -> Iterator[Event]:
    """The events that make up a component as of position `at`, each as it would be if the others were not.

    `taken` are those of the component that are not skipped. One that merged two contacts stays, though without what it
    says, if it does not count itself: who is who is not undone. The first of a contact carries its id.
    """
    ids: dict[int, bytes] = {}
    there: set[int] = set()
    for event in taken:
        if event.contact_id is not None:
            ids[event.contact] = event.contact_id
        absorbed = event.absorbed if event.absorbed in there else None
        if not undoings.count(event.source, event.position, at):
            if absorbed is None:
                continue
            event = msgspec.structs.replace(event, phone=None, user_id=None, traits=None, tags=None)
        id = event.contact_id if event.contact in there else ids[event.contact]
        if (absorbed, id) != (event.absorbed, event.contact_id):
            event = msgspec.structs.replace(event, absorbed=absorbed, contact_id=id)
        there.add(event.contact)
        there.discard(absorbed or 0)
        yield event
