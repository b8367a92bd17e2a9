from contextlib import ExitStack

import pytest

from service.deployment.locks import holding
from service.deployment.parts import CONSUMER, IMPORTER, PROJECTOR
from tests.clock import Clock


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def parts_at_work(world):
    """This process is every part, and shows work as each of them does."""
    with ExitStack() as held:
        for part in (IMPORTER, CONSUMER, PROJECTOR):
            held.enter_context(holding(part.lock(world.deployment.data)))
        yield
