"""Lists of contacts, a page at a time, that stay right while the state changes.

A page begins where the one before ended, by the sort key itself and not by a count, so that nothing is shown twice or
left out because others came or went. Sorted by newest change first, a contact that changes meanwhile moves to the
front, which is past already: such contacts come at the end, with their new values.
"""

from dataclasses import dataclass, replace

from projections.conditions.wanted import Sort, Wanted
from projections.fold.state import ContactState
from projections.state.port import StateReader
from projections.state.questions import Listed

MOST_CANDIDATES = 5_000
"""With more of them it is quicker to walk along the order than to sort."""

_MOST_COUNTED = 50_000
"""With more of them it is quicker to look at all contacts than to look these up."""


@dataclass(frozen=True, slots=True)
class ListPlace:
    """Where a list goes on: behind the contact with this key.

    `begun` is the state's position when the list began, `newest` the newest change then. `is_rest`: all that was there
    then is through, and what has changed since comes.
    """

    modified: int
    contact: int
    begun: int
    newest: int
    is_rest: bool = False


@dataclass(frozen=True, slots=True)
class ListPage:
    """Some contacts in order, and where the list goes on, None at its end."""

    contacts: list[ContactState]
    following: ListPlace | None


def page(
    state: StateReader, wanted: Wanted, sort: Sort, place: ListPlace | None, limit: int, most: int = MOST_CANDIDATES
) -> ListPage:
    """Up to `limit` contacts; `place` None begins the list. `state` should be frozen.

    An index that leaves up to `most` contacts is used.
    """
    listed = state.listed(wanted, most)
    begun = place or _beginning(state)
    found: list[ContactState] = []
    if not begun.is_rest:
        found = listed.page(sort, None if place is None else (place.modified, place.contact), None, limit + 1)
        if len(found) > limit:
            return ListPage(found[:limit], _behind(found[limit - 1], begun))
        if sort != "-modified":
            return ListPage(found, None)
        begun = replace(begun, modified=begun.newest, contact=-1, is_rest=True)
    return _rest(listed, found, begun, limit)


def _rest(listed: Listed, found: list[ContactState], begun: ListPlace, limit: int) -> ListPage:
    """What has changed since the list began, behind what was found."""
    left = limit - len(found)
    since = listed.page("modified", (begun.modified, begun.contact), begun.begun, left + 1)
    if len(since) <= left:
        return ListPage(found + since, None)
    return ListPage(found + since[:left], _behind(since[left - 1], begun) if left else begun)


def _beginning(state: StateReader) -> ListPlace:
    """Where a list begins. What an undo has yet to move is met again at the end, even if it moves meanwhile (R32)."""
    position, newest = state.checkpoint().position, state.newest_change()
    undoing = state.oldest_undoing()
    if undoing is not None:
        position, newest = undoing[0] - 1, min(newest, undoing[1] - 1)
    return ListPlace(0, 0, position, newest)


def window(state: StateReader, wanted: Wanted, offset: int, limit: int) -> list[ContactState]:
    """Up to `limit` contacts after the first `offset`, oldest first, for callers that count."""
    return state.listed(wanted, _MOST_COUNTED).window(offset, limit)


def total(state: StateReader, wanted: Wanted) -> int:
    """How many contacts the whole list has."""
    return state.count() if wanted == Wanted() else state.total(wanted, _MOST_COUNTED)


def _behind(last: ContactState, begun: ListPlace) -> ListPlace:
    return replace(begun, modified=last.modified, contact=last.contact)
