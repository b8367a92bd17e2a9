"""Contacts as they are at the state's position, also while an undo or a redo has not reached all it touched (R32).

The state should be frozen: a contact, whether it is dirty, and the position must be of one moment.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager

from ledger.log.port import LogReader
from projections.conditions.wanted import Sort, Wanted
from projections.fold.page import ImportIds
from projections.fold.replay import replayed
from projections.fold.state import ContactState
from projections.lists import pages
from projections.state.port import StateReader

OpenLog = Callable[[], AbstractContextManager[LogReader]]
"""Gives the log that the state was folded from; asked only where there is something to replay."""


def contact_now(state: StateReader, log: OpenLog, number: int) -> ContactState | None:
    """The contact with this number; None where there is none, or not any more."""
    if state.dirty_among([number]):
        return _replayed(state, log, [number]).get(number)
    return state.contact(number)


def settled(state: StateReader, log: OpenLog, found: Sequence[ContactState], wanted: Wanted) -> list[ContactState]:
    """These contacts of a list, those that were dirty as they are now, without those that it no longer wants."""
    dirty = state.dirty_among(one.contact for one in found)
    if not dirty:
        return list(found)
    fresh = _replayed(state, log, dirty)
    kept = state.meeting(fresh.values(), wanted)
    return [fresh.get(one.contact, one) for one in found if one.contact not in dirty or one.contact in kept]


def every_page(
    state: StateReader, log: OpenLog, wanted: Wanted, size: int, sort: Sort = "created"
) -> Iterator[list[ContactState]]:
    """All that a list has, in its order, up to `size` at a time. The state is frozen: nothing moves in between."""
    place = None
    while True:
        page = pages.page(state, wanted, sort, place, size)
        yield settled(state, log, page.contacts, wanted)
        if page.following is None:
            return
        place = page.following


def _replayed(state: StateReader, log: OpenLog, contacts: Iterable[int]) -> dict[int, ContactState]:
    until = state.checkpoint().position
    with log() as entries:
        return replayed(entries, entries.undoings(until), contacts, until, ImportIds(entries))
