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
    """Where a list goes on: behind the contact with this key or, with `is_back`, before it.

    `begun` is the state's position when the list began, `newest` the newest change then. `is_rest`: all that was there
    then is through, and what has changed since comes.
    """

    key: int | float | str | None
    contact: int
    begun: int
    newest: int
    is_rest: bool = False
    is_back: bool = False


@dataclass(frozen=True, slots=True)
class ListPage:
    """Some contacts in order, where the list goes on, None at its end, and where the page before it is, None at its
    beginning and where only what has changed meanwhile is shown.
    """

    contacts: list[ContactState]
    following: ListPlace | None
    previous: ListPlace | None = None


def page(
    state: StateReader, wanted: Wanted, sort: Sort, place: ListPlace | None, limit: int, most: int = MOST_CANDIDATES
) -> ListPage:
    """Up to `limit` contacts; `place` None begins the list. `state` should be frozen.

    An index that leaves up to `most` contacts is used.
    """
    listed = state.listed(wanted, most)
    if place is not None and place.is_back:
        before = listed.page(sort, (place.key, place.contact), None, limit + 1, is_back=True)
        if len(before) > limit:
            shown = before[1:]
            begun = replace(place, is_back=False)
            return ListPage(shown, _at(listed, sort, shown[-1], begun), _before(listed, sort, shown, begun))
        place = None  # the first page, and whole
    begun = place or _beginning(state)
    found: list[ContactState] = []
    previous = None
    if not begun.is_rest:
        found = listed.page(sort, None if place is None else (place.key, place.contact), None, limit + 1)
        previous = None if place is None else _before(listed, sort, found, begun)
        if len(found) > limit:
            return ListPage(found[:limit], _at(listed, sort, found[limit - 1], begun), previous)
        if sort != "-modified":
            return ListPage(found, None, previous)
        begun = replace(begun, key=begun.newest, contact=-1, is_rest=True)
    return replace(_rest(listed, found, begun, limit), previous=previous)


def _rest(listed: Listed, found: list[ContactState], begun: ListPlace, limit: int) -> ListPage:
    """What has changed since the list began, behind what was found."""
    left = limit - len(found)
    since = listed.page("modified", (begun.key, begun.contact), begun.begun, left + 1)
    if len(since) <= left:
        return ListPage(found + since, None)
    return ListPage(found + since[:left], _at(listed, "modified", since[left - 1], begun) if left else begun)


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


def _at(listed: Listed, sort: Sort, contact: ContactState, begun: ListPlace) -> ListPlace:
    key, number = listed.place(sort, contact)
    return replace(begun, key=key, contact=number)


def _before(listed: Listed, sort: Sort, found: list[ContactState], begun: ListPlace) -> ListPlace | None:
    return replace(_at(listed, sort, found[0], begun), is_back=True) if found else None
