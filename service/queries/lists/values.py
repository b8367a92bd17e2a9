"""Which values an attribute has, with how many contacts have each: what a filter suggests."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any

from projections.conditions.condition import as_trait
from projections.state.answers import ValueShares
from projections.state.indexes import of_attribute
from service.queries.filters.attribute_names import TAGS, Names
from service.queries.lists.indexing import Indexing
from service.queries.lists.kept import KeptAnswer
from service.queries.lists.kept_catalogue import Catalogue
from service.queries.readers import Readers

_KEPT = 64
"""Questions whose answers are kept."""

_Asked = tuple[str, str, int]
"""An attribute, a part of its values, and how many of them."""


class Values:
    """Values of attributes in the state in use. Safe for threads.

    What took long has the index made that it needs. `once` says whether an attribute was ever named (R34).
    """

    def __init__(self, readers: Readers, catalogue: Catalogue, once: Callable[[str], bool], indexing: Indexing) -> None:
        self._readers = readers
        self._catalogue = catalogue
        self._once = once
        self._indexing = indexing
        self._kept: OrderedDict[_Asked, KeptAnswer[ValueShares]] = OrderedDict()
        self._lock = Lock()

    def of(self, attribute: str, part: str, limit: int, at_least: int = 0) -> dict[str, Any]:
        """Up to `limit` values that contain a text, the most frequent first, and whether there are `more`: as of
        `position`, which is `at_least` this one. What took long to count is given again for some time.

        `newest`: the counts are of so many of the newest contacts only, until the index is made. `attribute` can be
        `tags`. Raises BadCondition for one that nobody ever had.
        """
        if attribute == TAGS:
            (tags, _), _ = self._catalogue.tags(at_least)
            found = [one for one in tags if part.casefold() in one["tag"].casefold()]
            found.sort(key=lambda one: -one["contacts"])
            chosen = [{"value": one["tag"], "count": one["contacts"]} for one in found[:limit]]
            return {"values": chosen, "more": len(found) > limit}
        with self._readers.states.in_use().reading() as state:
            state.freeze()
            name, is_member = Names(state.attribute_types(), self._once).meant(attribute)
        shares, position = self._shares(name if is_member else as_trait(name), part, limit)(at_least)
        if shares.newest is not None:
            self._indexing.ask({of_attribute(name)})
        document = {
            "values": [{"value": value, "count": count} for value, count in shares.values],
            "more": shares.has_more,
            "position": position,
        }
        return document | ({} if shares.newest is None else {"newest": shares.newest})

    def _shares(self, name: str, part: str, limit: int) -> KeptAnswer[ValueShares]:
        asked = name, part, limit
        with self._lock:
            found = self._kept.pop(asked, None)
            if found is None:
                found = KeptAnswer(self._readers.states.in_use, lambda state: state.values(*asked))
            self._kept[asked] = found
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found
