"""The buses of the crash suites, and the seed that replays a run."""

import os
import uuid
from random import Random

import pytest

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
