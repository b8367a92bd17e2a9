"""Lists of contacts, a page at a time, that stay right while the state changes.

A page begins where the one before ended, by the sort key itself and not by a count, so that nothing is shown twice or
left out because others came or went. Sorted by newest change first, a contact that changes meanwhile moves to the
front, which is past already: such contacts come at the end, with their new values.
"""

import json
from dataclasses import dataclass, replace
from typing import Literal, get_args

from projections.fold.state import ContactState
from projections.lists.candidates import candidates, count
from projections.state.sqlite.predicates import Sql, Wanted
from projections.state.sqlite.reader import StateReader

Sort = Literal["-modified", "modified", "created", "-created"]
SORTS: tuple[Sort, ...] = get_args(Sort)
"""What a list can be sorted by; `-` is newest first."""

_MOST_CANDIDATES = 5_000
"""With more of them it is quicker to walk along the order than to sort."""

_MOST_COUNTED = 50_000
"""With more of them it is quicker to look at all contacts than to look these up."""


@dataclass(frozen=True, slots=True)
class Place:
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
    following: Place | None


def page(state: StateReader, wanted: Wanted, sort: Sort, place: Place | None, limit: int) -> ListPage:
    """Up to `limit` contacts; `place` None begins the list. `state` should be frozen."""
    select = _Selection(state, wanted, _MOST_CANDIDATES)
    begun = place or _beginning(state)
    found: list[ContactState] = []
    if not begun.is_rest:
        found = select(sort, place, "", limit + 1)
        if len(found) > limit:
            return ListPage(found[:limit], _behind(found[limit - 1], begun))
        if sort != "-modified":
            return ListPage(found, None)
        begun = replace(begun, modified=begun.newest, contact=-1, is_rest=True)
    left = limit - len(found)
    since = select("modified", begun, f"position > {begun.begun}", left + 1)
    if len(since) <= left:
        return ListPage(found + since, None)
    return ListPage(found + since[:left], _behind(since[left - 1], begun) if left else begun)


def _beginning(state: StateReader) -> Place:
    """Where a list begins. What an undo has yet to move is met again at the end, even if it moves meanwhile (R32)."""
    position, newest = state.checkpoint().position, state.newest_change()
    undoing = state.oldest_undoing()
    if undoing is not None:
        position, newest = undoing[0] - 1, min(newest, undoing[1] - 1)
    return Place(0, 0, position, newest)


def window(state: StateReader, wanted: Wanted, offset: int, limit: int) -> list[ContactState]:
    """Up to `limit` contacts after the first `offset`, oldest first, for callers that count."""
    return _Selection(state, wanted, _MOST_COUNTED).window(offset, limit)


def total(state: StateReader, wanted: Wanted) -> int:
    """How many contacts the whole list has."""
    if wanted == Wanted():
        return state.count()
    sql = Sql(wanted)
    sql.define(state.define)
    by_index = count(state, wanted, sql.clause, sql.parameters)
    return _Selection(state, wanted, _MOST_COUNTED).count() if by_index is None else by_index


def _behind(last: ContactState, begun: Place) -> Place:
    return replace(begun, modified=last.modified, contact=last.contact)


class _Selection:
    """The contacts that are wanted, for any order and part of them."""

    def __init__(self, state: StateReader, wanted: Wanted, most: int) -> None:
        sql = Sql(wanted)
        sql.define(state.define)
        self._state = state
        self._clause, self._parameters = sql.clause, sql.parameters
        few = candidates(state, wanted, most)
        if few is not None:
            self._clause = f"contact IN (SELECT value FROM json_each(?)) AND {self._clause}"
            self._parameters = [json.dumps(few), *self._parameters]

    def __call__(self, sort: Sort, place: Place | None, beside: str, limit: int) -> list[ContactState]:
        column, way = sort.removeprefix("-"), "DESC" if sort.startswith("-") else "ASC"
        keys = ("modified", "contact") if column == "modified" else ("contact",)
        clause, parameters = self._clause, list(self._parameters)
        if place is not None:
            clause += f" AND ({', '.join(keys)}) {'<' if way == 'DESC' else '>'} ({', '.join('?' * len(keys))})"
            parameters += [place.modified, place.contact][-len(keys) :]
        if beside:
            clause += f" AND {beside}"
        order = ", ".join(f"{key} {way}" for key in keys)
        return self._state.find(f"WHERE {clause} ORDER BY {order} LIMIT ?", [*parameters, limit])

    def window(self, offset: int, limit: int) -> list[ContactState]:
        rest = f"WHERE {self._clause} ORDER BY contact LIMIT ? OFFSET ?"
        return self._state.find(rest, [*self._parameters, limit, offset])

    def count(self) -> int:
        (found,) = self._state.numbers_of(f"SELECT count(*) FROM contacts WHERE {self._clause}", self._parameters)
        return found
