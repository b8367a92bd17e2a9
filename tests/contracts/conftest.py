"""Every test here that takes `place`, `stoppable_place`, `by_hand`, `storage` or `kept` runs once for each driver."""

from contextlib import closing

import pytest

from ledger.bus.port import Message
from tests.contracts.logs import LogByHand, SqliteLogPlace, entry
from tests.contracts.places import KafkaPlace, SqlitePlace
from tests.contracts.states import Kept, SqliteStorage

KINDS = [
    "sqlite",
    pytest.param("kafka", marks=pytest.mark.kafka),
    pytest.param("container", marks=pytest.mark.containers),
]


def _place(request, folder, kafka):
    if request.param == "sqlite":
        return SqlitePlace(folder)
    return KafkaPlace(request.getfixturevalue("container_broker" if request.param == "container" else kafka))


@pytest.fixture(params=KINDS)
def place(request, tmp_path):
    """A bus nobody else uses."""
    made = _place(request, tmp_path, "kafka_broker")
    yield made
    made.close()


@pytest.fixture(params=KINDS)
def stoppable_place(request, tmp_path):
    """A bus nobody else uses, which can be stopped and started."""
    made = _place(request, tmp_path, "stoppable_broker")
    yield made
    made.close()


@pytest.fixture(params=KINDS, scope="module")
def stopped(request, tmp_path_factory):
    """A bus that is away, and a publisher that has used it; one for all tests of a file, as stopping takes long."""
    made = _place(request, tmp_path_factory.mktemp("stopped"), "stoppable_broker")
    publisher = made.bus().publisher()
    publisher.publish([Message(None, b"before")])
    made.stop()
    yield made, publisher
    publisher.close()
    made.start()
    made.close()


@pytest.fixture
def opened():
    """Call it with a publisher or reader to have that closed after the test."""
    things = []

    def keep(thing):
        things.append(thing)
        return thing

    yield keep
    for thing in reversed(things):
        thing.close()


LOGS = {"sqlite": SqliteLogPlace}


@pytest.fixture(params=LOGS)
def log_place(request, tmp_path):
    """Where a log may be made; there is none yet."""
    return LOGS[request.param](tmp_path)


@pytest.fixture
def by_hand(log_place):
    """An empty log nobody else uses."""
    with closing(LogByHand(log_place)) as made:
        yield made


@pytest.fixture
def new_entry():
    return entry


@pytest.fixture(params=[SqliteStorage])
def storage(request, tmp_path):
    """Where nothing is stored yet. A second driver is one more parameter."""
    return request.param(tmp_path)


@pytest.fixture
def kept(storage):
    with closing(Kept(storage)) as made:
        yield made
