"""Which values an attribute has, with how many contacts have each: what a filter suggests."""

from collections.abc import Callable
from typing import Any

from projections.conditions.condition import as_trait
from projections.state.indexes import of_attribute
from service.queries.filters.attribute_names import TAGS, Names
from service.queries.lists.indexing import Indexing
from service.queries.lists.kept_catalogue import Catalogue
from service.queries.readers import Readers


class Values:
    """Values of attributes in the state in use. Safe for threads.

    What took long has the index made that it needs. `once` says whether an attribute was ever named (R34).
    """

    def __init__(self, readers: Readers, catalogue: Catalogue, once: Callable[[str], bool], indexing: Indexing) -> None:
        self._readers = readers
        self._catalogue = catalogue
        self._once = once
        self._indexing = indexing

    def of(self, attribute: str, part: str, limit: int) -> dict[str, Any]:
        """Up to `limit` values that contain a text, the most frequent first, and whether there are `more`.

        `newest`: the counts are of so many of the newest contacts only, until the index is made. `attribute` can be
        `tags`. Raises BadCondition for one that nobody ever had.
        """
        if attribute == TAGS:
            (tags, _), _ = self._catalogue.tags()
            found = [one for one in tags if part.casefold() in one["tag"].casefold()]
            found.sort(key=lambda one: -one["contacts"])
            chosen = [{"value": one["tag"], "count": one["contacts"]} for one in found[:limit]]
            return {"values": chosen, "more": len(found) > limit}
        with self._readers.states.in_use().reading() as state:
            state.freeze()
            name, is_member = Names(state.attribute_types(), self._once).meant(attribute)
            shares = state.values(name if is_member else as_trait(name), part, limit)
            position = state.checkpoint().position
        if shares.newest is not None:
            self._indexing.ask({of_attribute(name)})
        document = {
            "values": [{"value": value, "count": count} for value, count in shares.values],
            "more": shares.has_more,
            "position": position,
        }
        return document | ({} if shares.newest is None else {"newest": shares.newest})
