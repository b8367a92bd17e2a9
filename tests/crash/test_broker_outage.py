"""Apache Kafka stopped, or killed, and started again in the middle: nothing lost, nothing twice (R8, decision 19)."""

import uuid
from collections import Counter

import pytest

from tests.crash.callers import Callers, assert_acknowledged_once, assert_refused_well
from tests.crash.evidence import assert_each_once, assert_state_is_right, message_ids, taken
from tests.crash.repeaters import Repeaters, events_in_log
from tests.shipped import eventually

pytestmark = pytest.mark.kafka


@pytest.fixture
def bus_url(stoppable_broker):
    return f"kafka://{stoppable_broker.bootstrap}/outage-{uuid.uuid4().hex[:12]}"


def test_calls_are_answered_503_meanwhile_and_202_again_by_themselves(served, stoppable_broker):
    with Callers(served) as callers:
        eventually(lambda: callers.count(202) >= 30, "calls are taken")
        stoppable_broker.stop()
        try:
            eventually(lambda: callers.count(503) >= 6, "calls are refused while the broker is away")
            assert served.http.get("/readyz").status_code == 503
            assert served.http.get("/healthz").status_code == 200
        finally:
            stoppable_broker.start()
        before = callers.count(202)
        eventually(lambda: callers.count(202) >= before + 30, "calls are taken again")
    assert_refused_well(callers.answers)
    served.shipped.settle()
    assert served.process.exit_code() is None
    eventually(lambda: served.http.get("/readyz").status_code == 200, "the API is ready again")
    entries = taken(served.shipped.data)
    assert_acknowledged_once(callers.acknowledged(), message_ids(entries))
    assert_state_is_right(served.shipped, entries)


def test_calls_repeated_under_their_keys_over_a_killed_broker_are_each_there_once(served, stoppable_broker):
    with Repeaters(served) as repeaters:
        eventually(lambda: len(repeaters.told) >= 20, "calls are taken")
        stoppable_broker.kill()
        try:
            eventually(lambda: repeaters.refused >= 4, "calls are refused while the broker is away")
        finally:
            stoppable_broker.start()
        before = len(repeaters.told)
        eventually(lambda: len(repeaters.told) >= before + 20, "calls are taken again")
    served.shipped.settle()
    assert Counter(events_in_log(served)) == Counter(repeaters.told)


def test_a_killed_broker_loses_and_doubles_nothing(crew, seed, stoppable_broker):
    for part in ("publisher", "consumer"):
        eventually(lambda part=part: crew.progress(part) >= 50, f"the {part} is at work")
    stoppable_broker.kill()
    stoppable_broker.start()
    goal = crew.progress("publisher") + 50
    eventually(lambda: crew.progress("publisher") >= goal, "the publisher goes on")
    crew.finish()
    entries = taken(crew.shipped.data)
    assert_each_once(entries, seed, crew.notes)
    assert_state_is_right(crew.shipped, entries)
