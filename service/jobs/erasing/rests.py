"""When an erasure that waits is looked at again: soon at first, then ever later, for each look costs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

_FIRST_SECONDS, _MOST_SECONDS = 0.5, 30.0


@dataclass(slots=True)
class Rests:
    """The rest of each erasure, by id. `clock` gives seconds."""

    clock: Callable[[], float] = monotonic
    _due: dict[str, tuple[float, float]] = field(default_factory=dict)

    def is_due(self, id: str) -> bool:
        """Whether to look at an erasure now."""
        return self.clock() >= self._due.get(id, (0.0, 0.0))[0]

    def note(self, id: str, *, waits: bool) -> None:
        """It was looked at: one that waits rests twice as long as before, and another begins anew."""
        if not waits:
            self._due.pop(id, None)
            return
        rest = min(_MOST_SECONDS, 2 * self._due[id][1]) if id in self._due else _FIRST_SECONDS
        self._due[id] = (self.clock() + rest, rest)
