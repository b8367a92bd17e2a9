"""Waiting for what somebody else does: looked for again and again, for so long and no longer."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def in_time(
    look: Callable[[], T | None], seconds: float, pause: float = 0.005, is_enough: Callable[[T], bool] = lambda _: True
) -> T | None:
    """What `look` finds, once it is enough, or when so many seconds are over; with 0 there is one look.

    None: it found nothing in time. Between two looks it rests for `pause` seconds, and after one that found what the
    one before it had, for as long as that took: looking takes no more than half of a processor's time. One that found
    more has done some work.
    """
    deadline = time.monotonic() + seconds
    before = None
    while True:
        began = time.monotonic()
        found = look()
        ended = time.monotonic()
        if ended >= deadline or (found is not None and is_enough(found)):
            return found
        time.sleep(pause if found != before else max(pause, ended - began))
        before = found
