"""Whether the parts behind the API are usable, and how far each lags."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock

FRESH_SECONDS = 1.0

FOR_CALLS = ("disk", "bus", "service")
"""The parts without which no call can be taken."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """`parts` maps each part to None, or to a sentence on what is wrong with it; `lags` are numbers by name.

    `beats` are the seconds since each process last showed work.
    """

    parts: Mapping[str, str | None]
    lags: Mapping[str, float]
    beats: Mapping[str, float]

    @property
    def ready(self) -> bool:
        """Whether no part has a fault."""
        return not any(self.parts.values())

    def for_calls(self) -> "Readiness":
        """What a call needs and no more: a load balancer that sends calls elsewhere mends nothing else (R38)."""
        return Readiness({name: self.parts.get(name) for name in FOR_CALLS}, self.lags, self.beats)


class Remembered:
    """A readiness asked for at most once a second, however many ask: a check talks to the bus."""

    def __init__(self, check: Callable[[], Readiness]) -> None:
        self._check = check
        self._lock = Lock()
        self._until = 0.0
        self._last = Readiness({}, {}, {})

    def __call__(self) -> Readiness:
        """The readiness of now, or of less than a second ago."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._last = self._check()
                self._until = time.monotonic() + FRESH_SECONDS
            return self._last
