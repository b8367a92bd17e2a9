"""The buses of the crash suites, and the seed that replays a run."""

import os
import uuid
from random import Random

import pytest

from tests.crash.crew import Crew
from tests.shipped import serving

FULL = os.environ.get("CONTACTS_TEST_FULL") == "1"


@pytest.fixture(params=["sqlite", pytest.param("kafka", marks=pytest.mark.kafka)])
def bus_url(request):
    """None for the default, or a topic of its own on real Kafka."""
    if request.param == "sqlite":
        return None
    return f"kafka://{request.getfixturevalue('kafka_broker').bootstrap}/crash-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def seed():
    """Random, or CONTACTS_CRASH_SEED; shown when the test fails."""
    chosen = os.environ.get("CONTACTS_CRASH_SEED") or str(Random().randrange(10**9))
    print(f"CONTACTS_CRASH_SEED={chosen} replays this run")  # noqa: T201
    return chosen


@pytest.fixture
def served(tmp_path, bus_url):
    """`contacts serve` on the bus, ended in order."""
    with serving(tmp_path, bus_url) as made:
        yield made


@pytest.fixture
def crew(tmp_path, bus_url, seed):
    """The parts one by one, to be killed; what they printed is shown when the test fails."""
    made = Crew(tmp_path, bus_url, seed)
    yield made
    made.close()
    print(made.shipped.told())  # noqa: T201
