"""Contacts that are likely one person: of the same email, or of the same name and area.

Values that several contacts have are read along an attribute's index, so a page costs what it shows. Two that somebody
has split are not told again.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

from ledger.events.phone import split as split_phone
from ledger.log.port import LogReader
from projections.fold.contact_document import contact_document
from projections.fold.state import ContactState
from projections.state.indexes import of_sort
from projections.state.port import StateReader
from service.queries.lists.indexing import Indexing
from service.queries.readers import Readers

KINDS = ("email", "name")
"""The attributes by which contacts are likened, in this order."""

_MOST_ALIKE = 50
"""Of contacts that have one value: a name or a shared address can be that of thousands."""

_MOST_LOOKED_AT = 1_000
"""Values that one page looks at, so that it is bounded where few of them make a pair."""


class BadPairCursor(ValueError):
    """Not the cursor of a page of likely duplicates."""


class _Place(NamedTuple):
    """Where a page goes on: behind the first `seen` pairs of a value, or of all values before it."""

    kind: str
    value: str
    seen: int


class LikelyDuplicates:
    """Finds pairs of contacts that are likely one person. Safe for threads."""

    def __init__(self, readers: Readers, indexing: Indexing) -> None:
        self._readers = readers
        self._indexing = indexing

    def page(self, limit: int, cursor: str | None = None) -> dict[str, Any]:
        """Up to `limit` pairs, each with `why` (an attribute), the `value` and both `contacts`, the older one first.

        `next_cursor` is None at the end; a page can have fewer pairs than there are. `newest`: only so many of the
        newest contacts were looked at, until the index is made. Raises BadPairCursor.
        """
        place = _Place(KINDS[0], "", 0) if cursor is None else _read(cursor)
        pairs: list[dict[str, Any]] = []
        newest: int | None = None
        left = _MOST_LOOKED_AT
        with self._readers.states.in_use().reading() as state, self._readers.log() as log:
            state.freeze()
            while len(pairs) < limit and left > 0:
                shared = state.shared_values(place.kind, place.value, min(left, 100), inclusive=place.seen > 0)
                newest = newest or shared.newest
                for value in shared.values:
                    left -= 1
                    seen = place.seen if place.seen and _same(value, place.value) else 0
                    for pair in islice(_pairs(state, log, place.kind, value), seen, None):
                        pairs.append(pair)
                        seen += 1
                        if len(pairs) == limit:
                            return self._answer(pairs, _Place(place.kind, value, seen), newest)
                    place = _Place(place.kind, value, 0)
                if not shared.values:
                    following = KINDS.index(place.kind) + 1
                    if following == len(KINDS):
                        return self._answer(pairs, None, newest)
                    place = _Place(KINDS[following], "", 0)
        return self._answer(pairs, place, newest)

    def _answer(self, pairs: list[dict[str, Any]], place: _Place | None, newest: int | None) -> dict[str, Any]:
        if newest is not None:
            self._indexing.ask({of_sort(kind) for kind in KINDS})
        answer = {"pairs": pairs, "next_cursor": None if place is None else _written(place)}
        return answer | ({} if newest is None else {"newest": newest})


def _pairs(state: StateReader, log: LogReader, kind: str, value: str) -> Iterator[dict[str, Any]]:
    """Each contact that has the value with the oldest one before it that it is likely the same as."""
    alike = state.contacts(state.contacts_with(kind, value, _MOST_ALIKE))
    numbers = sorted(alike)
    for place, number in enumerate(numbers):
        for other in numbers[:place]:
            if _is_likely(kind, alike[other], alike[number]) and not log.are_apart(other, number):
                both = [contact_document(alike[other]), contact_document(alike[number])]
                yield {"why": kind, "value": alike[number].traits.get(kind), "contacts": both}
                break


def _is_likely(kind: str, one: ContactState, other: ContactState) -> bool:
    """Of one name: also of one city or, where one has none, of one country. Those of one email are told by that."""
    if kind == "email":
        return True
    emails = [_folded(state.traits, "email") for state in (one, other)]
    if emails[0] and emails[0] == emails[1]:
        return False
    cities = [_folded(state.traits, "city") for state in (one, other)]
    if all(cities):
        return cities[0] == cities[1]
    countries = [split_phone(state.phone)[0] for state in (one, other) if state.phone]
    return len(countries) == 2 and countries[0] == countries[1]


def _folded(traits: Mapping[str, Any], name: str) -> str:
    value = traits.get(name)
    return " ".join(value.split()).casefold() if isinstance(value, str) else ""


def _same(one: str, other: str) -> bool:
    return one.lower() == other.lower()


def _written(place: _Place) -> str:
    return f"{place.kind}.{place.seen}.{urlsafe_b64encode(place.value.encode()).decode().rstrip('=')}"


def _read(cursor: str) -> _Place:
    try:
        kind, seen, value = cursor.split(".")
        text = urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode()
        if kind not in KINDS or not (seen.isascii() and seen.isdigit() and len(seen) < 6):
            raise ValueError
    except ValueError:
        raise BadPairCursor("is not the next_cursor of a page of this list: leave it out to begin anew") from None
    return _Place(kind, text, int(seen))
