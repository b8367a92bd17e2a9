"""Exact totals of lists, each counted once for a state of the contacts."""

from collections import OrderedDict
from threading import Lock

from projections.conditions.wanted import Wanted
from projections.lists import pages
from projections.state.port import StateReader, StoredState

_KEPT = 256


class Totals:
    """Remembers what was counted until the state changes. Safe for threads."""

    def __init__(self) -> None:
        self._found: OrderedDict[tuple[StoredState, tuple[int, int], Wanted], int] = OrderedDict()
        self._lock = Lock()

    def of(self, stored: StoredState, state: StateReader, wanted: Wanted) -> int:
        """How many contacts the list has in this state, which `state` reads and has frozen."""
        key = stored, state.stage(), wanted
        found = self._found.get(key)
        if found is None:
            found = pages.total(state, wanted)
            with self._lock:
                self._found[key] = found
                while len(self._found) > _KEPT:
                    self._found.popitem(last=False)
        return found
