"""Calls of many threads, done together by one of them: group commit for whatever is cheaper in company."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Generic, TypeVar

Item = TypeVar("Item")

MOST = 100
"""Items done together at most."""


class NotBegun(Exception):
    """Time ran out before anything was done about the item."""


class NotFinished(Exception):
    """Time ran out while somebody was at it: it may still be done."""


def _locked() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


@dataclass(slots=True, eq=False)
class _Call(Generic[Item]):
    item: Item
    leads: bool = False
    is_done: bool = False
    fault: Exception | None = None
    woken: threading.Lock = field(default_factory=_locked)
    following: "_Call[Item] | None" = None
    """The call done with this one that this one's thread wakes."""


class Together(Generic[Item]):
    """While one thread is at `act`, the items of the others gather, and are then done in one go by one of these.

    `act(items, seconds)` does them within so many seconds, and gives for each None or the fault its caller shall see;
    what it raises is everybody's fault. A lone caller's `act` is called at once, in its own thread.
    """

    def __init__(self, act: Callable[[Sequence[Item], float], Sequence[Exception | None]]) -> None:
        self._act = act
        self._mutex = threading.Lock()
        self._waiting: deque[_Call[Item]] = deque()
        self._is_led = False

    def do(self, item: Item, seconds: float) -> None:
        """Return once the item is done. Raises its fault, or by the deadline NotBegun or NotFinished."""
        call, deadline = _Call(item), time.monotonic() + seconds
        with self._mutex:
            self._waiting.append(call)
            if not self._is_led:
                self._is_led = call.leads = True
        if not call.leads and not call.woken.acquire(timeout=max(0.0, deadline - time.monotonic())):
            self._give_up(call)
        while call.leads:
            self._lead(call, deadline)
        if call.following is not None:
            call.following.woken.release()
        if call.fault is not None:
            raise call.fault

    def _give_up(self, call: _Call[Item]) -> None:
        with self._mutex:
            if call.leads or call.is_done:
                return
            if call in self._waiting:
                self._waiting.remove(call)
                call.fault = NotBegun()
            else:
                call.fault = NotFinished()

    def _lead(self, leader: _Call[Item], deadline: float) -> None:
        with self._mutex:
            group = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST))]
        faults: Sequence[Exception | None] = ()
        try:
            faults = self._act([call.item for call in group], max(0.0, deadline - time.monotonic()))
        except Exception as fault:
            faults = [fault] * len(group)
        finally:
            self._settle(leader, group, faults or [NotFinished()] * len(group))

    def _settle(self, leader: _Call[Item], group: Sequence[_Call[Item]], faults: Sequence[Exception | None]) -> None:
        """Tell everybody, and leave the lead to the newcomer, who has the most time left.

        Of those who are done only the first is woken, and each wakes the next: woken together, they would fight for
        the interpreter.
        """
        with self._mutex:
            for call, fault in zip(group, faults, strict=True):
                if call.fault is None:
                    call.fault, call.is_done = fault, True
            told = [call for call in group if call.is_done and call is not leader]
            for call, following in pairwise(told):
                call.following = following
            leader.leads = not leader.is_done
            heir = self._waiting[-1] if self._waiting and not leader.leads else None
            if heir is not None:
                heir.leads = True
            self._is_led = leader.leads or heir is not None
        if heir is not None:
            heir.woken.release()
        if told:
            told[0].woken.release()
