"""Deployments for the journeys: the shipped commands as real processes, on each bus."""

import uuid

import pytest

from tests.browser import a_browser
from tests.shipped import serving

KAFKA = pytest.param("kafka", marks=pytest.mark.kafka)
CONTAINER = pytest.param("container", marks=pytest.mark.containers)
BROKERS = {"kafka": "kafka_broker", "container": "container_broker"}


def bus_of(request):
    """None for the default, or a topic of its own on real Kafka."""
    if request.param == "sqlite":
        return None
    broker = request.getfixturevalue(BROKERS[request.param])
    return f"kafka://{broker.bootstrap}/journey-{uuid.uuid4().hex[:12]}"


@pytest.fixture(scope="session", params=["sqlite", KAFKA, CONTAINER])
def served(request, tmp_path_factory):
    """`contacts serve`, answering."""
    with serving(tmp_path_factory.mktemp("journey"), bus_of(request)) as made:
        yield made


@pytest.fixture(scope="module")
def browser():
    """Chromium; skipped where there is none."""
    with a_browser() as found:
        yield found
