"""Calls under an idempotency key are repeated until they are taken, while the API is killed: each is there once."""

import os
import signal
from collections import Counter

from tests.crash.conftest import FULL
from tests.crash.repeaters import Repeaters, events_in_log
from tests.shipped import eventually

KILLS = 20 if FULL else 2


def kill_api(served):
    """SIGKILL, and another one runs when this returns."""
    killed = served.child("api")
    os.kill(killed, signal.SIGKILL)
    eventually(lambda: served.child("api") not in (None, killed), "the API is started again")


def test_each_repeated_call_is_in_the_log_once_however_often_the_api_is_killed(served):
    with Repeaters(served) as repeaters:
        for _ in range(KILLS):
            goal = len(repeaters.told) + 20
            eventually(lambda: len(repeaters.told) >= goal, "calls are taken")  # noqa: B023
            kill_api(served)
    served.shipped.settle()
    assert Counter(events_in_log(served)) == Counter(repeaters.told)
