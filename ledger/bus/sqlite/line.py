"""The line before the writer: calls of many threads wait here and are written together (group commit)."""

import threading
import time
from collections import deque
from dataclasses import dataclass, field
from itertools import pairwise

from ledger.bus.port import BusError, NotConfirmed, Unavailable

Row = tuple[bytearray | str | int, bytearray, bytearray | str | int]
"""Key, value, headers, as parameters of the insert."""


def _locked() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


@dataclass(slots=True, eq=False)
class Call:
    """One `publish`: its rows, how many of them are durable or being written, and how it ended."""

    rows: list[Row]
    deadline: float
    durable: int = 0
    in_flight: int = 0
    fault: BusError | None = None
    settled: threading.Lock = field(default_factory=_locked)
    following: "Call | None" = None
    """The call settled with this one that this one's thread wakes."""


@dataclass(frozen=True, slots=True)
class Share:
    """The rows of one call that go into one transaction."""

    call: Call
    rows: list[Row]


class Line:
    """Calls in the order they came. Any thread may `publish`; one writer takes and settles."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._arrival = threading.Condition(self._mutex)
        self._calls: deque[Call] = deque()
        self._closed = False

    def wait_for(self, call: Call) -> None:
        """Queue the call and return once all of it is durable. Raises Unavailable or NotConfirmed by its deadline."""
        with self._arrival:
            if self._closed:
                raise Unavailable("the publisher is closed")
            self._calls.append(call)
            self._arrival.notify()
        if not call.settled.acquire(timeout=max(0.0, call.deadline - time.monotonic())):
            self._withdraw(call)
        if call.following is not None:
            call.following.settled.release()
        if call.fault is not None:
            raise call.fault

    def _withdraw(self, call: Call) -> None:
        with self._mutex:
            if call in self._calls:
                self._calls.remove(call)
            if call.settled.acquire(blocking=False):
                return
            if call.durable >= len(call.rows):
                return
            if call.durable or call.in_flight:
                call.fault = NotConfirmed(f"{call.durable} of {len(call.rows)} messages were confirmed in time")
            else:
                call.fault = Unavailable(
                    "the bus could not be written in time: others write to it, or the disk is slow"
                )

    def wait_for_call(self) -> float | None:
        """Wait until somebody is in the line; the latest deadline among them, or None when closed and empty."""
        with self._arrival:
            while not self._calls:
                if self._closed:
                    return None
                self._arrival.wait()
            return max(call.deadline for call in self._calls)

    def take(self, limit: int) -> list[Share]:
        """Up to `limit` rows, a share of each waiting call in turn; a call that has more rows lines up again."""
        shares: list[Share] = []
        with self._mutex:
            waiting, room = len(self._calls), limit
            for _ in range(waiting):
                if room == 0:
                    break
                call = self._calls.popleft()
                rows = call.rows[call.durable : call.durable + room]
                call.in_flight = len(rows)
                room -= len(rows)
                shares.append(Share(call, rows))
        return shares

    def confirm(self, shares: list[Share]) -> None:
        """The shares are durable: settle the calls that are complete, put the others back at the end.

        Only the first thread is woken, and each wakes the next: woken together, they would fight for the interpreter.
        """
        complete: list[Call] = []
        with self._mutex:
            for share in shares:
                call = share.call
                call.durable += len(share.rows)
                call.in_flight = 0
                if call.fault is not None:
                    continue  # its thread has gone
                (complete if call.durable >= len(call.rows) else self._calls).append(call)
            for call, following in pairwise(complete):
                call.following = following
        if complete:
            complete[0].settled.release()

    def refuse(self, shares: list[Share], why: str, *, uncertain: bool) -> None:
        """The shares were not written (or, `uncertain`, perhaps were): settle their calls with a fault."""
        with self._mutex:
            for share in shares:
                call = share.call
                kind = NotConfirmed if uncertain or call.durable else Unavailable
                call.in_flight = 0
                call.fault = call.fault or kind(why)
                call.settled.release()

    def refuse_all(self, why: str) -> None:
        """Settle every waiting call with the same fault: the bus cannot be written at all now."""
        with self._mutex:
            shares = [Share(call, []) for call in self._calls]
            self._calls.clear()
        self.refuse(shares, why, uncertain=False)

    def close(self) -> None:
        """Take no more calls; those in the line are still written."""
        with self._arrival:
            self._closed = True
            self._arrival.notify_all()
