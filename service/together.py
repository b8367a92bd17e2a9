"""Items of many threads, done together by one thread of its own: group commit for whatever is cheaper in company."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")

MOST = 100
"""Items done together at most."""

GATHER_SECONDS = 0.001
"""After items that had company, how long the next ones gather: fewer and larger groups cost less each."""

GRACE_SECONDS = 0.5
"""What the work may take beyond an item's deadline, so that it is the work that says what became of the item."""


class NotBegun(Exception):
    """Time ran out before anything was done about the item."""


class NotFinished(Exception):
    """Time ran out while somebody was at it: it may still be done."""


class _Call(Generic[Item]):
    """An item whose thread waits for `done` to be let go of."""

    __slots__ = ("deadline", "done", "fault", "item")

    def __init__(self, item: Item, deadline: float) -> None:
        self.item = item
        self.deadline = deadline
        self.fault: Exception | None = None
        self.done = threading.Lock()
        self.done.acquire()


class Together(Generic[Item]):
    """While the thread is at `act`, further items gather, and are then done in one go. An idle one begins at once.

    `act(items, seconds)` does them within so many seconds, and gives for each None or its fault; what it raises is
    everybody's fault. The thread begins with the first item, so each process after a fork has its own.
    """

    def __init__(self, act: Callable[[Sequence[Item], float], Sequence[Exception | None]]) -> None:
        self._act = act
        self._mutex = threading.Lock()
        self._waiting: deque[_Call[Item]] = deque()
        self._is_begun = False
        self._is_idle = False
        self._wake = threading.Semaphore(0)

    def do(self, item: Item, seconds: float) -> None:
        """Return once the item is done.

        Raises its fault; NotBegun when the time has run out; NotFinished GRACE_SECONDS later.
        """
        call = _Call(item, time.monotonic() + seconds)
        with self._mutex:
            if not self._is_begun:
                self._begin()
            self._waiting.append(call)
            wakes, self._is_idle = self._is_idle, False
        if wakes:
            self._wake.release()
        if not call.done.acquire(timeout=seconds):
            self._give_up(call)
        if call.fault is not None:
            raise call.fault

    def _begin(self) -> None:
        """Where no thread can be had, nothing has begun, and the next item tries again."""
        threading.Thread(target=self._work, name="together", daemon=True).start()
        self._is_begun = True

    def _give_up(self, call: _Call[Item]) -> None:
        """Take back a call that waits too long; one that is under way has its grace."""
        with self._mutex:
            if call in self._waiting:
                self._waiting.remove(call)
                raise NotBegun
        if not call.done.acquire(timeout=GRACE_SECONDS):
            raise NotFinished

    def _work(self) -> None:
        while True:
            group = self._take()
            for call, fault in zip(group, self._faults(group), strict=True):
                call.fault = fault
                call.done.release()
            if len(group) > 1:
                time.sleep(GATHER_SECONDS)

    def _take(self) -> Sequence[_Call[Item]]:
        while True:
            with self._mutex:
                group = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST))]
                self._is_idle = not group
            if group:
                return group
            self._wake.acquire()

    def _faults(self, group: Sequence[_Call[Item]]) -> Sequence[Exception | None]:
        """The group has as long as its newest member."""
        try:
            return self._act([call.item for call in group], max(0.0, group[-1].deadline - time.monotonic()))
        except Exception as fault:
            return [fault] * len(group)
