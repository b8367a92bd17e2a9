"""Items of many threads, done together by one of them: group commit for whatever is cheaper in company."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Generic, TypeVar

Item = TypeVar("Item")

MOST = 100
"""Items done together at most."""

GATHER_SECONDS = 0.001
"""After items that had company, how long the next ones gather: fewer and larger groups cost less each."""

GRACE_SECONDS = 0.5
"""What the work may take beyond an item's deadline, so that it is the work that says what became of the item."""


def nothing() -> None:
    """What is to be called where nobody waits to go on."""


class NotBegun(Exception):
    """Time ran out before anything was done about the item."""


class NotFinished(Exception):
    """Time ran out while somebody was at it: it may still be done."""


class _Waiter(Generic[Item]):
    """An item whose thread waits to be woken: it is done then, or `leads` the next ones.

    Who is done wakes the one `after` it, when its own work is done as well: all at once, or any sooner, would only wait
    for Python's interpreter lock a second time. Who has given up (`is_gone`) is passed over.
    """

    __slots__ = ("after", "deadline", "fault", "is_done", "is_gone", "item", "leads", "woken")

    def __init__(self, item: Item, deadline: float) -> None:
        self.item = item
        self.deadline = deadline
        self.fault: Exception | None = None
        self.leads = self.is_done = self.is_gone = False
        self.after: _Waiter[Item] | None = None
        self.woken = threading.Lock()
        self.woken.acquire()


class GroupCommit(Generic[Item]):
    """While one thread is at `act`, further items gather, and are then done in one go by the thread of one of them.

    So no call pays for handing its item to another thread and back, unless it gathers. `act(items, seconds)` does them
    within so many seconds, in one thread at a time, and gives for each None or its fault; what it raises is everybody's
    fault.
    """

    def __init__(
        self,
        act: Callable[[Sequence[Item], float], Sequence[Exception | None]],
        grace_seconds: float = GRACE_SECONDS,
    ) -> None:
        self._act = act
        self._grace_seconds = grace_seconds
        self._mutex = threading.Lock()
        self._waiting: deque[_Waiter[Item]] = deque()
        self._is_led = False
        self._gather_until = 0.0

    def gathered(self) -> int:
        """How many items wait for those under way."""
        return len(self._waiting)

    def do(self, item: Item, seconds: float) -> None:
        """Return once the item is done. Raises what `done` raises."""
        self.done(item, seconds)()

    def done(self, item: Item, seconds: float) -> Callable[[], None]:
        """Return once the item is done, with what the caller must call soon: it lets the next one of the group go on.

        Raises its fault; NotBegun when the time has run out; NotFinished `grace_seconds` later.
        """
        call = _Waiter(item, time.monotonic() + seconds)
        with self._mutex:
            if self._is_led:
                self._waiting.append(call)
            else:
                self._is_led = call.leads = True
        if not call.leads and not call.woken.acquire(timeout=seconds):
            self._give_up(call)
        if call.leads:
            self._lead(call)
        if call.fault is not None:
            self._wake(call.after)
            raise call.fault
        return partial(self._wake, call.after)

    def _give_up(self, call: _Waiter[Item]) -> None:
        """Take back a call that waits too long, unless it has its turn just now; one under way has its grace."""
        with self._mutex:
            if call.leads:
                return
            if call in self._waiting:
                self._waiting.remove(call)
                raise NotBegun
        if not call.woken.acquire(timeout=self._grace_seconds):
            self._leave(call)

    def _leave(self, call: _Waiter[Item]) -> None:
        with self._mutex:
            if not call.is_done:
                call.is_gone = True
                raise NotFinished

    def _lead(self, call: _Waiter[Item]) -> None:
        try:
            gathering = self._gather_until - time.monotonic()
            if gathering > 0:
                time.sleep(gathering)
            with self._mutex:
                group = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST - 1))]
            group.append(call)
            self._settle(group, self._faults(group))
            if len(group) > 1:
                self._gather_until = time.monotonic() + GATHER_SECONDS
        finally:
            self._hand_over()

    def _settle(self, group: Sequence[_Waiter[Item]], faults: Sequence[Exception | None]) -> None:
        """The last of the group is the leader, whom nobody needs to wake, and who wakes the first."""
        *others, _ = group
        afters = (*others[1:], None, others[0]) if others else (None,)
        with self._mutex:
            for one, fault, after in zip(group, faults, afters, strict=True):
                one.fault, one.after, one.is_done = fault, after, True

    def _wake(self, one: _Waiter[Item] | None) -> None:
        while one is not None and one.is_gone:
            one = one.after
        if one is not None:
            one.woken.release()

    def _hand_over(self) -> None:
        """The newest leads next: it has as much time left as anybody whom it does the work for."""
        with self._mutex:
            if self._waiting:
                after = self._waiting.pop()
                after.leads = True
                after.woken.release()
            else:
                self._is_led = False

    def _faults(self, group: Sequence[_Waiter[Item]]) -> Sequence[Exception | None]:
        """The group has as long as its newest member."""
        try:
            seconds = max(one.deadline for one in group) - time.monotonic()
            return self._act([one.item for one in group], max(0.0, seconds))
        except Exception as fault:
            return [fault] * len(group)
