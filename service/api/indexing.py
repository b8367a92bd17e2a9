"""Calls that took long have the projector make the indexes that they could have used."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from time import monotonic

from projections.generations import Generations

SLOW_SECONDS = 0.02


class Indexing:
    """Watches how long calls take."""

    def __init__(self, generations: Generations) -> None:
        self._generations = generations

    @contextmanager
    def watching(self, needed: Callable[[], set[str]]) -> Iterator[None]:
        """Ask for the indexes that are needed if the block takes over SLOW_SECONDS."""
        began = monotonic()
        yield
        if monotonic() - began > SLOW_SECONDS:
            with suppress(OSError):  # a full disk must not spoil an answer that is there
                self._generations.asked().ask(needed())
