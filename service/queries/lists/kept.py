"""Answers that cost a walk over all contacts, kept until the state changes, or as long as making one is worth."""

import time
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from projections.state.port import StateReader, StoredState

_T = TypeVar("_T")

_SLOW = 0.05
"""Seconds. What is made sooner is made anew whenever the state has changed."""

_WORTH = 10
"""What is slow is kept for so many times as long as it took, so that it takes a tenth of the time at most."""


class KeptAnswer(Generic[_T]):
    """What `compute` finds in the state, together with the position it is as of. Safe for threads.

    One thread at a time computes; the others get what was found before, if anything was, and if that is new enough for
    them. What took long is given again for some time. `in_use` gives the state, `clock` seconds.
    """

    def __init__(
        self,
        in_use: Callable[[], StoredState],
        compute: Callable[[StateReader], _T],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._in_use = in_use
        self._compute = compute
        self._clock = clock
        self._computing = Lock()
        self._until = 0.0
        self._last: tuple[StoredState, tuple[int, int], _T] | None = None

    def __call__(self, at_least: int = 0) -> tuple[_T, int]:
        """The newest answer and its position, which is `at_least` this one, where the state has it.

        Raises StorageFault as opening the state does.
        """
        stored = self._in_use()
        with stored.reading() as state:
            state.freeze()
            stage = state.stage()
            last = self._last
            if last is None or last[:2] != (stored, stage):
                last = self._newer(stored, stage, state, at_least)
            return last[2], last[1][0]

    def _newer(
        self, stored: StoredState, stage: tuple[int, int], state: StateReader, at_least: int
    ) -> tuple[StoredState, tuple[int, int], _T]:
        before = self._last
        if before is not None and before[1][0] >= at_least:
            if before[0] == stored and self._clock() < self._until:
                return before
            if not self._computing.acquire(blocking=False):
                return before
        else:
            self._computing.acquire()
        try:
            if self._last is None or self._last[0] != stored or self._last[1] < stage:
                began = self._clock()
                self._last = stored, stage, self._compute(state)
                now = self._clock()
                self._until = now + _WORTH * (now - began) if now - began >= _SLOW else now
            return self._last
        finally:
            self._computing.release()
