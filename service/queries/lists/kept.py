"""Answers that cost a walk over all contacts, kept until the state changes, or as long as making one is worth."""

import time
from collections.abc import Callable
from threading import Lock
from typing import Generic, NamedTuple, TypeVar

from projections.state.port import StateReader, StoredState

_T = TypeVar("_T")

_SLOW = 0.05
"""Seconds. What is made sooner is made anew whenever the state has changed."""

_WORTH = 10
"""What is slow is kept for so many times as long as it took, so that it takes a tenth of the time at most."""

_OLDEST = 60.0
"""Seconds. What was found longer ago is given to nobody while a newer answer is made."""


class _Found(NamedTuple, Generic[_T]):
    """An answer, the state and its stage that it is of, how many were erased by then, and when it was made."""

    answer: _T
    stored: StoredState
    stage: tuple[int, int]
    erased: int
    made: float
    until: float
    """When it is not given again any more just because it took long."""


class KeptAnswer(Generic[_T]):
    """What `compute` finds in the state, together with the position it is as of. Safe for threads.

    One thread at a time computes; the others get what was found before, if anything was, and if that is new enough for
    them. What took long is given again for some time. Nothing is given that was found before somebody was erased (R31).
    `in_use` gives the state, `clock` seconds.
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
        self._last: _Found[_T] | None = None

    def __call__(self, at_least: int = 0) -> tuple[_T, int]:
        """The newest answer and its position, which is `at_least` this one, where the state has it.

        Raises StorageFault as opening the state does.
        """
        stored = self._in_use()
        with stored.reading() as state:
            state.freeze()
            stage = state.stage()
            last = self._last
            if last is None or (last.stored, last.stage) != (stored, stage):
                last = self._newer(stored, stage, state, at_least)
            return last.answer, last.stage[0]

    def _newer(self, stored: StoredState, stage: tuple[int, int], state: StateReader, at_least: int) -> _Found[_T]:
        before, erased = self._last, state.totals().erased
        if before is not None and before.stage[0] >= at_least and before.erased == erased:
            now = self._clock()
            if before.stored == stored and now < before.until:
                return before
            if not self._computing.acquire(blocking=now - before.made >= _OLDEST):
                return before
        else:
            self._computing.acquire()
        try:
            last = self._last
            if last is None or last.stored != stored or last.stage < stage:
                began = self._clock()
                answer = self._compute(state)
                now = self._clock()
                until = now + _WORTH * (now - began) if now - began >= _SLOW else now
                self._last = last = _Found(answer, stored, stage, erased, now, until)
            return last
        finally:
            self._computing.release()
