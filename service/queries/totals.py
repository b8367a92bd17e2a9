"""Exact totals of lists, each counted once for a state of the contacts."""

from collections import OrderedDict
from pathlib import Path
from threading import Lock

from projections.lists import pages
from projections.state.sqlite.predicates import Wanted
from projections.state.sqlite.reader import StateReader

_KEPT = 256


class Totals:
    """Remembers what was counted until the state changes. Safe for threads."""

    def __init__(self) -> None:
        self._found: OrderedDict[tuple[Path, tuple[int, int], Wanted], int] = OrderedDict()
        self._lock = Lock()

    def of(self, path: Path, state: StateReader, wanted: Wanted) -> int:
        """How many contacts the list has in this state file, which `state` reads and has frozen."""
        key = path, state.stage(), wanted
        found = self._found.get(key)
        if found is None:
            found = pages.total(state, wanted)
            with self._lock:
                self._found[key] = found
                while len(self._found) > _KEPT:
                    self._found.popitem(last=False)
        return found
