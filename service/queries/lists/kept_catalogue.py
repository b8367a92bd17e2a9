"""The attributes and the tags that contacts have (R2, R5), each worked out once for a state of the contacts."""

from typing import Any

from projections.lists import catalogue
from projections.state.generations import Generations
from projections.state.indexes import KINDS, SPELLINGS
from projections.state.port import StateReader
from service.queries.lists.indexing import Indexing
from service.queries.lists.kept import KeptAnswer

Listed = tuple[tuple[list[dict[str, Any]], int], int]
"""What was found, with how many contacts an undo has yet to reach (R32), and the position it is as of."""


class Catalogue:
    """Lists attributes and tags. Safe for threads; where it took long, the index is made that it needs."""

    def __init__(self, states: Generations) -> None:
        self._indexing = Indexing(states)
        self._attributes = KeptAnswer(states.in_use, lambda state: (catalogue.attributes(state), _dirty(state)))
        self._tags = KeptAnswer(states.in_use, lambda state: (catalogue.tags(state), _dirty(state)))

    def attributes(self, at_least: int = 0) -> Listed:
        """The default attributes, and every other that some contact has, as of position `at_least` or later."""
        with self._indexing.watching(lambda: {KINDS}):
            return self._attributes(at_least)

    def tags(self, at_least: int = 0) -> Listed:
        """The tags that contacts have, each once, as of position `at_least` or later."""
        with self._indexing.watching(lambda: {SPELLINGS}):
            return self._tags(at_least)


def _dirty(state: StateReader) -> int:
    return state.dirty_count()
