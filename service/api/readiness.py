"""Whether the parts behind the API are usable, and how far each lags."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock

FRESH_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Readiness:
    """`parts` maps each part to None, or to a sentence on what is wrong with it; `lags` are numbers by name."""

    parts: Mapping[str, str | None]
    lags: Mapping[str, float]

    @property
    def ready(self) -> bool:
        """Whether no part has a fault."""
        return not any(self.parts.values())


class Remembered:
    """A readiness asked for at most once a second, however many ask: a check talks to the bus."""

    def __init__(self, check: Callable[[], Readiness]) -> None:
        self._check = check
        self._lock = Lock()
        self._until = 0.0
        self._last = Readiness({}, {})

    def __call__(self) -> Readiness:
        """The readiness of now, or of less than a second ago."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._last = self._check()
                self._until = time.monotonic() + FRESH_SECONDS
            return self._last
