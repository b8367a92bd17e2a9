"""Publishes an import's messages in order, and never more than the appender takes in one batch ahead of the log."""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from ledger.bus.port import Message, NotConfirmed, Publisher, Unavailable
from service.imports.ledger.ports import Pace

MOST_AHEAD = 25_000
"""Messages that may be on the bus and not yet in the log: under a second's appending, so imports are fair to others."""

_MADE_AHEAD = 4
_TIMEOUT = 10.0
_LONGEST_WAIT = 2.0
_LOOK_AGAIN = 0.01
_Result = TypeVar("_Result")


class Stalled(Exception):
    """The log has taken no message for too long: is a consumer running? The import can be resumed."""


class Feed:
    """Sends batch after batch; a few are waiting to be published while the caller makes the next.

    `backlog()` says how many messages are on the bus that the log has not taken yet, ours or not; it may raise
    Unavailable. It is asked from another thread, always the same.
    """

    def __init__(
        self, publisher: Publisher, backlog: Callable[[], int], pace: Pace, most_ahead: int = MOST_AHEAD
    ) -> None:
        self._publisher = publisher
        self._backlog = backlog
        self._pace = pace
        self._most_ahead = most_ahead
        self._room = 0
        self._fault: Exception | None = None
        self._is_closed = False
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="import-feed")
        self._waiting: deque[tuple[Future[None], Callable[[], None]]] = deque()

    def send(self, messages: Sequence[Message], when_durable: Callable[[], None] = lambda: None) -> None:
        """Have the batch published; `when_durable` is called, from a later call, once it is.

        Raises a BusError when the bus stays away, Stalled when the log does; it may be an earlier batch's. After a
        batch that failed none is published.
        """
        while len(self._waiting) >= _MADE_AHEAD or (self._waiting and self._waiting[0][0].done()):
            self._finish_one()
        self._waiting.append((self._worker.submit(self._publish, messages), when_durable))

    def finish(self) -> None:
        """Return when every batch is durable. Raises as `send` does."""
        while self._waiting:
            self._finish_one()

    def close(self) -> None:
        """Stop waiting; a publish that is under way is waited for, and nothing is published after it."""
        self._is_closed = True
        self._worker.shutdown(wait=True, cancel_futures=True)

    def _finish_one(self) -> None:
        sending, when_durable = self._waiting.popleft()
        sending.result()
        when_durable()

    def _publish(self, messages: Sequence[Message]) -> None:
        if self._fault is not None:
            raise self._fault
        try:
            if messages:
                self._wait_for_room(len(messages))
                # a batch that was not confirmed may be there twice then: the log takes each message once
                self._patiently(lambda: self._publisher.publish(messages, _TIMEOUT))
        except Exception as fault:
            self._fault = fault
            raise

    def _wait_for_room(self, coming: int) -> None:
        least, since = self._most_ahead, self._pace.clock()
        while self._room < coming:
            behind = self._patiently(self._backlog)
            self._room = self._most_ahead - behind
            if self._room >= min(coming, self._most_ahead):
                break
            if behind < least:
                least, since = behind, self._pace.clock()
            elif self._pace.clock() - since > self._pace.patience:
                raise Stalled(f"The log has taken no message for {self._pace.patience:g} s; is a consumer running?")
            self._rest(_LOOK_AGAIN)
        self._room -= coming

    def _patiently(self, ask: Callable[[], _Result]) -> _Result:
        since, wait = self._pace.clock(), 0.05
        while True:
            try:
                return ask()
            except (Unavailable, NotConfirmed):
                if self._pace.clock() - since > self._pace.patience:
                    raise
            self._rest(wait)
            wait = min(2 * wait, _LONGEST_WAIT)

    def _rest(self, seconds: float) -> None:
        if self._is_closed:
            raise Stalled("The import was broken off; it can be resumed.")
        self._pace.sleep(seconds)
