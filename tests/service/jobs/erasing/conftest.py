from contextlib import ExitStack, closing

import pytest

from service.wiring.erasing import erasing
from tests.service.jobs.erasing.bulk import Bulk


@pytest.fixture
def make_bulk(world):
    with ExitStack() as opened:

        def make(**options):
            work = opened.enter_context(erasing(world.deployment, "/cli"))
            return Bulk(world, work, opened.enter_context(closing(world.drivers.store())), **options)

        yield make


@pytest.fixture
def bulk(make_bulk):
    return make_bulk()
