"""The rate limit: calls counted per key over all of this host's worker processes, in a small shared file."""

import fcntl
import mmap
import os
import struct
from collections.abc import Callable
from math import ceil
from pathlib import Path
from threading import Lock

from service.settings import Rate

SECOND = 1_000_000
_SLOTS = 4096
_PROBES = 16
_slot = struct.Struct("<12sqq")
"""A key's id, when its window began (microseconds since the epoch), and the calls since then."""


class RateExceeded(Exception):
    """The key has used up its calls (429); `retry_after` is in whole seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("Rate limit exceeded for this resource")
        self.retry_after = retry_after


class Rates:
    """Counts calls by key. A window begins with a key's first call and lasts the rate's seconds.

    Safe for threads and processes that open the same file. `clock` gives microseconds since the epoch.
    """

    def __init__(self, path: Path, rate: Rate, clock: Callable[[], int]) -> None:
        self._rate = rate
        self._clock = clock
        self._lock = Lock()
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if os.fstat(self._file).st_size < _SLOTS * _slot.size:
            os.ftruncate(self._file, _SLOTS * _slot.size)
        self._table = mmap.mmap(self._file, _SLOTS * _slot.size)

    def count(self, key_id: str) -> None:
        """Count a call of this key. Raises RateExceeded instead when the window is full."""
        name = key_id.encode()[:12].ljust(12, b"\0")
        with self._lock:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                self._count(name)
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go of the file."""
        self._table.close()
        os.close(self._file)

    def _count(self, name: bytes) -> None:
        now, length = self._clock(), self._rate.seconds * SECOND
        place, begun, calls = self._find(name)
        if not 0 <= now - begun < length:
            begun, calls = now, 0
        if calls >= self._rate.calls:
            raise RateExceeded(max(1, ceil((begun + length - now) / SECOND)))
        _slot.pack_into(self._table, place, name, begun, calls + 1)

    def _find(self, name: bytes) -> tuple[int, int, int]:
        """The key's slot, or the one among its places whose window began longest ago."""
        first = int.from_bytes(name[:8]) % _SLOTS
        oldest = (0, 0)
        for step in range(_PROBES):
            place = (first + step) % _SLOTS * _slot.size
            found, begun, calls = _slot.unpack_from(self._table, place)
            if found == name:
                return place, begun, calls
            if step == 0 or begun < oldest[0]:
                oldest = (begun, place)
        return oldest[1], 0, 0
