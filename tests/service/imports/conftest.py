import pytest

from tests.service.imports.desk import Desk


@pytest.fixture
def desk(world):
    made = Desk(world)
    yield made
    made.close()
