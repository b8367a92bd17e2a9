"""Calls under an idempotency key are repeated until they are taken, while the API is killed: each is there once."""

import json
import os
import signal
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from tests.crash.conftest import FULL
from tests.crash.evidence import log_position, message_ids, taken
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


def test_each_line_of_a_repeated_batch_is_in_the_log_once_when_the_api_is_killed_in_the_middle(served):
    """Some of its messages are on the bus then, and some are not."""
    repeaters, told = Repeaters(served), []
    with ThreadPoolExecutor(1) as pool:
        for number in range(KILLS):
            before = log_position(served.shipped.data)
            lines = [{"userId": f"u-{number}-{line}", "traits": {"n": line}, "tags": ["vip"]} for line in range(3000)]
            content = b"\n".join(json.dumps(line).encode() for line in lines)
            batch = pool.submit(repeaters.repeat, "/v1/contacts/batch", content, f"batch {number}", 202)
            eventually(lambda: log_position(served.shipped.data) > before, "its first messages are taken")  # noqa: B023
            kill_api(served)
            first, again = batch.result(300)
            assert first["results"] == again["results"]
            told += [id for result in first["results"] for id in result["ids"]]
    served.shipped.settle()
    assert Counter(message_ids(taken(served.shipped.data))) == Counter(told)
