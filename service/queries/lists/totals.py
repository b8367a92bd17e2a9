"""Exact totals of lists, each counted once for a state of the contacts."""

from collections import OrderedDict
from contextlib import nullcontext
from threading import Lock

from ledger.storage import TookTooLong
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
        found = self.soon(stored, state, wanted, None)
        assert found is not None
        return found

    def soon(self, stored: StoredState, state: StateReader, wanted: Wanted, seconds: float | None) -> int | None:
        """The same; None where that is not known, and so many seconds are not enough to count them."""
        key = stored, state.stage(), wanted
        found = self._found.get(key)
        if found is None:
            try:
                with nullcontext() if seconds is None else state.for_at_most(seconds):
                    found = pages.total(state, wanted)
            except TookTooLong:
                return None
            with self._lock:
                self._found[key] = found
                while len(self._found) > _KEPT:
                    self._found.popitem(last=False)
        return found
