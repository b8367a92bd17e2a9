"""UUIDv7 (RFC 9562): ids that sort by the time they were made."""

import struct
from collections.abc import Callable, Iterator
from hashlib import blake2b
from itertools import accumulate
from threading import Lock
from uuid import UUID

_TAIL_BITS = 74
_STEP_BITS = 32
_STEP = (1 << _STEP_BITS) - 1
_TAIL = (1 << _TAIL_BITS) - 1
_LOW = (1 << 62) - 1
_LAST_EIGHT = (1 << 64) - 1
_TAILS_AT_ONCE = 64
"""Random tails fetched together: each visit to the system lets go of the interpreter, and another thread takes it."""


class Ids:
    """Makes UUIDv7 texts, each greater than the one before from the same object, even when the clock stands or falls.

    `clock` gives microseconds since the epoch, `random_bits(n)` an integer of n random bits. Safe for threads; after a
    fork each process needs its own.
    """

    def __init__(self, clock: Callable[[], int], random_bits: Callable[[int], int]) -> None:
        self._clock = clock
        self._random_bits = random_bits
        self._lock = Lock()
        self._last = 0
        self._tails = 0
        self._tails_left = 0

    def __call__(self) -> str:
        """The next id, as 36 characters in lower case."""
        return _text(self._next())

    def stream(self) -> Iterator[str]:
        """Ids as text, without end, for whoever takes many: each costs a third of one by one."""
        while True:
            for id in self.raw(_TAILS_AT_ONCE):
                yield _dashed(id.hex())

    def raw(self, count: int) -> list[bytes]:
        """The next ids, as 16 bytes each: many at once cost a tenth of one by one."""
        fresh = (self._clock() // 1000) << _TAIL_BITS | self._random_bits(_TAIL_BITS)
        random = self._random_bits(_STEP_BITS * count).to_bytes(_STEP_BITS // 8 * count)
        steps = [step + 1 for step in struct.unpack(f">{count}I", random)]
        with self._lock:
            start = max(fresh, self._last)
            if (start & _LOW) + sum(steps) > _LOW:
                start = (start | _LOW) + 1  # so that all of them have the same first eight bytes
            first = _whole(start)
            front, lows = (first >> 64).to_bytes(8), list(accumulate(steps, initial=first & _LAST_EIGHT))[1:]
            self._last = start + sum(steps)
        return [front + low.to_bytes(8) for low in lows]

    def _next(self) -> int:
        with self._lock:
            if not self._tails_left:
                self._tails, self._tails_left = self._random_bits(_TAIL_BITS * _TAILS_AT_ONCE), _TAILS_AT_ONCE
            fresh = (self._clock() // 1000) << _TAIL_BITS | self._tails & _TAIL
            self._tails >>= _TAIL_BITS
            self._tails_left -= 1
            if fresh >> _TAIL_BITS > self._last >> _TAIL_BITS:
                self._last = fresh
            else:
                self._last += 1 + (fresh & _STEP)
            return _whole(self._last)


def derived(first: str, count: int) -> list[str]:
    """`count` ids that follow from the first, which is one of them: the same ones whenever they are asked for.

    They are of the first one's millisecond, in no order.
    """
    opening = UUID(first).int >> 80 << _TAIL_BITS
    tails = (
        int.from_bytes(blake2b(f"{first}/{number}".encode(), digest_size=10).digest()) & _TAIL
        for number in range(1, count)
    )
    return [first, *(_text(_whole(opening | tail)) for tail in tails)]


def _text(number: int) -> str:
    return _dashed(f"{number:032x}")


def _dashed(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _whole(number: int) -> int:
    """`number` is 48 bits of milliseconds and 74 of tail; version and variant go between."""
    milliseconds, tail = number >> _TAIL_BITS, number & ((1 << _TAIL_BITS) - 1)
    return milliseconds << 80 | 7 << 76 | (tail >> 62) << 64 | 2 << 62 | tail & ((1 << 62) - 1)
