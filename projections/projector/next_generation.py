"""A rebuilt generation on its way into use: folded on, and given what lists and searches need, before anybody reads it.

Otherwise the first pages after a rebuild of half a million contacts would take seconds each.
"""

import time
from collections.abc import Callable

from ledger.log.port import LogReader
from projections.projector.projector import Projector
from projections.state.generations import Generations
from projections.state.indexes import ALWAYS

LONGEST_SECONDS = 20.0
"""After so long it is used as it is: whoever had the state rebuilt waits for it, and lists work without an index."""

_ENTRIES_A_TURN = 1_000
BLOCKS_A_TURN = 8
CONTACTS_A_TURN = 256
"""Some 10 ms of work each: what a lone call then waits for at most."""


class NextGeneration:
    """The generation `number`, open to be written beside the one in use."""

    def __init__(
        self, log: LogReader, generations: Generations, number: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.number = number
        self.store = generations.state(number).writer()
        self.projector = Projector(log, self.store)
        self._clock = clock
        self._since = clock()
        self.store.index(generations.asked().all() | ALWAYS)

    def is_due(self) -> bool:
        """Whether it has been made ready long enough."""
        return self._clock() - self._since > LONGEST_SECONDS

    def go_on(self) -> bool:
        """Do a turn's work on it; False once nothing is left to do."""
        return bool(
            self.projector.advance(limit=_ENTRIES_A_TURN)
            or self.projector.refold()
            or self.store.make_blocks(BLOCKS_A_TURN)
            or self.store.refresh_full_text(CONTACTS_A_TURN)
        )

    def reach(self, position: int, beat: Callable[[], None]) -> None:
        """Fold it to this position, at least."""
        while self.projector.checkpoint.position < position and self.projector.advance(until=position):
            beat()
