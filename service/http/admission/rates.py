"""Rate limits: uses counted per name over all of this host's worker processes, in a small shared file."""

import fcntl
import os
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from math import ceil
from pathlib import Path
from threading import Lock

from service.deployment.settings import Rate

SECOND = 1_000_000
RATE_EXCEEDED = "Rate limit exceeded for this resource"
"""What the hub's API says too."""

_SLOTS = 4096
_PROBES = 16
_MARK_BYTES = 12
_slot = struct.Struct(f"<{_MARK_BYTES}sqq")
"""A name's mark, when its window began (microseconds since the epoch), and the uses since then."""

LARGEST_FILE = (_SLOTS + _PROBES - 1) * _slot.size
"""Bytes of the shared file, however many names there are."""


@dataclass(frozen=True, slots=True)
class Quota:
    """What is left of a window: `remaining` uses for `seconds` more seconds."""

    rate: Rate
    remaining: int
    seconds: int


class RateExceeded(Exception):
    """The window is used up (429): `quota.seconds` says when the next one begins."""

    def __init__(self, quota: Quota) -> None:
        super().__init__(RATE_EXCEEDED)
        self.quota = quota


class Rates:
    """Counts uses by name. A window begins with a name's first use and lasts the rate's seconds.

    Safe for threads and processes that open the same file, which is made when it is missing and never grows beyond
    LARGEST_FILE: of names that share their places, the one whose window began longest ago is forgotten. `clock` gives
    microseconds since the epoch.
    """

    def __init__(self, path: Path, rate: Rate, clock: Callable[[], int]) -> None:
        self._rate = rate
        self._clock = clock
        self._lock = Lock()
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def count(self, name: str) -> Quota:
        """Count a use by this name; gives what is left. Raises RateExceeded instead when the window is full."""
        mark = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=_MARK_BYTES).digest()
        with self._lock:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                return self._count(mark)
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)

    def _count(self, mark: bytes) -> Quota:
        now, length = self._clock(), self._rate.seconds * SECOND
        place, begun, uses = self._find(mark)
        if not 0 <= now - begun < length:
            begun, uses = now, 0
        seconds = max(1, ceil((begun + length - now) / SECOND))
        if uses >= self._rate.calls:
            raise RateExceeded(Quota(self._rate, 0, seconds))
        with suppress(OSError):  # a full disk must not turn anybody away
            os.pwrite(self._file, _slot.pack(mark, begun, uses + 1), place)
        return Quota(self._rate, self._rate.calls - uses - 1, seconds)

    def _find(self, mark: bytes) -> tuple[int, int, int]:
        """Where the name's slot is, or that of the name whose window began longest ago; its window and uses."""
        first = int.from_bytes(mark[:8]) % _SLOTS * _slot.size
        read = os.pread(self._file, _PROBES * _slot.size, first)
        slots = list(_slot.iter_unpack(read.ljust(_PROBES * _slot.size, b"\0")))
        for number, (found, begun, uses) in enumerate(slots):
            if found == mark:
                return first + number * _slot.size, begun, uses
        oldest = min(range(_PROBES), key=lambda number: slots[number][1])
        return first + oldest * _slot.size, 0, 0
