"""Parts of `contacts serve`, and `serve` itself, are killed while calls are made: each comes back, nothing is lost."""

import os
import signal
from random import Random

import pytest

from tests.crash.callers import Callers, assert_acknowledged_once
from tests.crash.conftest import FULL
from tests.crash.evidence import assert_state_is_right, message_ids, taken
from tests.shipped import eventually

ROUNDS = 25 if FULL else 1
PARTS = ("api", "consume", "project", "serve")


@pytest.fixture
def bus_url():
    """The embedded bus: what a kill does to Kafka's clients, test_kills.py tries part by part."""
    return


def test_what_is_killed_comes_back_and_nothing_acknowledged_is_lost(served, seed):
    rng = Random(seed)
    with Callers(served) as callers:
        for part in rng.sample(PARTS * ROUNDS, len(PARTS) * ROUNDS):
            before, work = len(callers.acknowledged()), rng.randrange(5, 40)
            eventually(lambda: len(callers.acknowledged()) >= before + work, "calls are taken")  # noqa: B023
            if part == "serve":
                served.process.kill()
                served.start_again()
                eventually(lambda: all(map(served.child, PARTS[:3])), "its parts are started")
            else:
                killed = served.child(part)
                os.kill(killed, signal.SIGKILL)
                eventually(lambda: served.child(part) not in (None, killed), f"{part} is started again")  # noqa: B023
    served.shipped.settle()
    entries = taken(served.shipped.data)
    assert_acknowledged_once(callers.acknowledged(), message_ids(entries))
    assert_state_is_right(served.shipped, entries)
