"""Calls that took long have the projector make the indexes that they could have used."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from time import monotonic

from ledger.storage import StorageFault
from projections.state.generations import Generations

SLOW_SECONDS = 0.02


class Indexing:
    """Watches which calls take longer than `slow_seconds`."""

    def __init__(self, generations: Generations, slow_seconds: float = SLOW_SECONDS) -> None:
        self._generations = generations
        self._slow_seconds = slow_seconds

    @contextmanager
    def watching(self, needed: Callable[[], set[str]]) -> Iterator[None]:
        """Ask for the indexes that are needed if the block is slow."""
        began = monotonic()
        yield
        if monotonic() - began > self._slow_seconds:
            # a full disk must not spoil an answer that is there
            self.ask(needed())

    def ask(self, indexes: set[str]) -> None:
        """Have these made where they are missing and would have something in them."""
        with suppress(OSError, StorageFault):
            asked = self._generations.asked()
            missing = indexes - asked.all()
            if missing:  # to look whether anybody has an attribute can take as long as the call did
                with self._generations.in_use().reading() as state:
                    asked.ask(state.worthwhile(missing))
