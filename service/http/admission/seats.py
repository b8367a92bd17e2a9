"""How much of a worker a caller may hold, whether bodies come slowly or the bus is slow: so many seats.

The server gives a call a thread once it has its headers, and that thread waits for the body and for the bus. So whoever
makes a thread wait must take a seat first. Reads take none: the threads for which there is no seat are theirs (R39).
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from service.http.admission.body import LARGEST
from service.http.admission.rates import RATE_EXCEEDED
from service.http.problem import Problem

THREADS = 256
"""Of a worker; they are started when they are needed."""

FOR_READS = 32
"""Threads that nobody's bodies can take."""

SEATS = THREADS - FOR_READS

FOR_A_FILE = 8
"""Seats of an upload: it needs little memory, but room on the disk before anybody can say whether it is kept."""

_RETRY = {"Retry-After": "1"}


class Seats:
    """So many seats, shared by all keys of a worker. Safe for threads.

    A key may take seats while it then holds at most one more than are left free (the *dynamic threshold* of buffers
    that are shared): one alone gets half of them, two get a third each, and each that comes still finds some. There is
    no share to be set, and none that nobody uses.
    """

    def __init__(self, count: int) -> None:
        self._free = count
        self._held: defaultdict[str, int] = defaultdict(int)
        self._lock = Lock()

    @contextmanager
    def taken(self, key: str, seats: int = 1) -> Iterator[None]:
        """Hold so many seats. Raises Problem at once where they cannot be had: 429 for the key's own, else 503."""
        self.take(key, seats)
        try:
            yield
        finally:
            self.leave(key, seats)

    def take(self, key: str, seats: int = 1) -> None:
        """Hold so many seats until `leave`. Raises Problem, as `taken` does."""
        with self._lock:
            held = self._held.get(key, 0)
            if held + seats <= self._free - seats + 1:
                self._free -= seats
                self._held[key] = held + seats
                return
        if held:
            text = (
                "this API key has as many calls under way here as it may: wait for their answers before you send more; "
                "nothing was published"
            )
            raise Problem(429, RATE_EXCEEDED, headers=_RETRY, reason="too_many_at_once", detail=text)
        raise Problem(
            503, "too many calls are under way here; nothing was published", headers=_RETRY, reason="too_many_at_once"
        )

    def leave(self, key: str, seats: int = 1) -> None:
        """Give back what was taken."""
        with self._lock:
            self._free += seats
            self._held[key] -= seats
            if not self._held[key]:
                del self._held[key]


def seats_of(length: int | None) -> int:
    """The seats of a call whose body is announced with so many bytes: one for each 256 KiB in memory."""
    return 1 if not length else 1 + (length - 1) // LARGEST
