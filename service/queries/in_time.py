"""Waiting for what somebody else does: looked for again and again, for so long and no longer."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def in_time(
    look: Callable[[], T | None], seconds: float, pause: float = 0.005, is_enough: Callable[[T], bool] = lambda _: True
) -> T | None:
    """What `look` finds, once it is enough, or when so many seconds are over; with 0 there is one look.

    None: it found nothing in time. Between two looks it rests for `pause` seconds, and for as long as the last one
    took: looking takes no more than half of a processor's time.
    """
    deadline = time.monotonic() + seconds
    while True:
        began = time.monotonic()
        found = look()
        ended = time.monotonic()
        if ended >= deadline or (found is not None and is_enough(found)):
            return found
        time.sleep(max(pause, ended - began))
