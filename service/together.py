"""Items of many threads, done together by one thread of its own: group commit for whatever is cheaper in company."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import structlog

_log = structlog.get_logger()

Item = TypeVar("Item")
Tell = Callable[[Exception | None], None]
"""Is told what became of an item: None when it is done, else its fault."""

MOST = 100
"""Items done together at most."""

GATHER_SECONDS = 0.001
"""After items that had company, how long the next ones gather: fewer and larger groups cost less each."""

LOOK_SECONDS = 0.2
"""Between two looks for items whose time has run out."""

GRACE_SECONDS = 0.5
"""What the work may take beyond an item's deadline, so that it is the work that says what became of the item."""


class NotBegun(Exception):
    """Time ran out before anything was done about the item."""


class NotFinished(Exception):
    """Time ran out while somebody was at it: it may still be done."""


@dataclass(slots=True, eq=False)
class _Call(Generic[Item]):
    item: Item
    deadline: float
    tell: Tell

    def tell_safely(self, fault: Exception | None) -> None:
        """Whoever cannot be told (his connection is gone, say) must not end the thread that works for all others."""
        try:
            self.tell(fault)
        except Exception as untold:
            _log.warning("an answer could not be given", fault=type(untold).__name__)


class Together(Generic[Item]):
    """While the thread is at `act`, further items gather, and are then done in one go. An idle one begins at once.

    `act(items, seconds)` does them within so many seconds, and gives for each None or its fault; what it raises is
    everybody's fault. The threads begin with the first item, so each process after a fork has its own.
    """

    def __init__(self, act: Callable[[Sequence[Item], float], Sequence[Exception | None]]) -> None:
        self._act = act
        self._mutex = threading.Lock()
        self._waiting: deque[_Call[Item]] = deque()
        self._at_hand: list[_Call[Item]] = []
        self._is_begun = False
        self._is_idle = False
        self._wake = threading.Semaphore(0)

    def ask(self, item: Item, seconds: float, tell: Tell) -> None:
        """Return at once. `tell` is called once, in another thread.

        It is told the item's fault; NotBegun within LOOK_SECONDS after the deadline; or NotFinished, GRACE_SECONDS
        later.
        """
        call = _Call(item, time.monotonic() + seconds, tell)
        with self._mutex:
            if not self._is_begun:
                self._begin()
            self._waiting.append(call)
            wakes, self._is_idle = self._is_idle, False
        if wakes:
            self._wake.release()

    def _begin(self) -> None:
        """Where no thread can be had, nothing has begun, and the next item tries again."""
        for work in (self._watch, self._work):
            threading.Thread(target=work, name=work.__name__, daemon=True).start()
        self._is_begun = True

    def do(self, item: Item, seconds: float) -> None:
        """Return once the item is done. Raises what `ask` tells."""
        told: list[Exception | None] = []
        woken = threading.Lock()
        woken.acquire()

        def tell(fault: Exception | None) -> None:
            told.append(fault)
            woken.release()

        self.ask(item, seconds, tell)
        woken.acquire()
        if told[0] is not None:
            raise told[0]

    def _work(self) -> None:
        while True:
            group = self._take()
            faults = self._faults(group)
            with self._mutex:
                untold = set(self._at_hand)
                self._at_hand = []
            for call, fault in zip(group, faults, strict=True):
                if call in untold:
                    call.tell_safely(fault)
            if len(group) > 1:
                time.sleep(GATHER_SECONDS)

    def _take(self) -> Sequence[_Call[Item]]:
        while True:
            with self._mutex:
                group = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST))]
                self._at_hand = [*group]
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

    def _watch(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            for call, fault in self._overdue(time.monotonic()):
                call.tell_safely(fault)

    def _overdue(self, now: float) -> Sequence[tuple[_Call[Item], Exception]]:
        """The calls whose time has run out, which from now on count as told."""
        with self._mutex:
            unbegun = [call for call in self._waiting if call.deadline <= now]
            unfinished = [call for call in self._at_hand if call.deadline + GRACE_SECONDS <= now]
            for call in unbegun:
                self._waiting.remove(call)
            for call in unfinished:
                self._at_hand.remove(call)
        return [*((call, NotBegun()) for call in unbegun), *((call, NotFinished()) for call in unfinished)]
