"""What every room's tests may use."""

import pytest
from hypothesis import settings

from tests.brokers import ContainerBroker, NoBroker, find_broker, missing, own_broker
from tests.world import World

settings.register_profile("any machine", deadline=None)  # how fast a slow or busy machine is, is not a property
if settings.get_current_profile_name() == "default":  # not Hypothesis's own "ci", nor one asked for
    settings.load_profile("any machine")


@pytest.fixture(scope="session")
def kafka_broker():
    """A running Apache Kafka; mark tests that use it `kafka`."""
    try:
        broker = find_broker()
    except NoBroker as fault:
        missing(str(fault))
    yield broker
    broker.close()


@pytest.fixture(scope="session")
def stoppable_broker(kafka_broker):
    """A running Apache Kafka that a test may stop, kill and start; it must leave it running."""
    if kafka_broker.can_stop:
        yield kafka_broker
        return
    try:
        broker = own_broker()
    except NoBroker as fault:
        missing(str(fault))
    yield broker
    broker.close()


@pytest.fixture(scope="session")
def container_broker():
    """A running Apache Kafka in a container; mark tests that use it `containers`."""
    try:
        broker = ContainerBroker()
    except NoBroker as fault:
        missing(str(fault))
    try:
        broker.start()
        yield broker
    finally:
        broker.close()


@pytest.fixture
def world(tmp_path):
    """A whole deployment on the embedded bus, moved by hand."""
    made = World(tmp_path / "data")
    yield made
    made.close()
