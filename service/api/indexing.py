"""Lists that took long have the projector make the indexes that they could have used."""

from contextlib import suppress

from projections.candidates import needed
from projections.generations import Generations
from projections.predicates import Wanted

SLOW_SECONDS = 0.02


class Indexing:
    """Told how long each list took."""

    def __init__(self, generations: Generations) -> None:
        self._generations = generations

    def took(self, wanted: Wanted, seconds: float) -> None:
        """Ask for this list's indexes if it took over SLOW_SECONDS."""
        if seconds > SLOW_SECONDS:
            with suppress(OSError):  # a full disk must not spoil an answer that is there
                self._generations.asked().ask(needed(wanted))
