import pytest

from tests.service.imports.imported import WorldImports


@pytest.fixture
def imports(world):
    made = WorldImports(world)
    yield made
    made.close()
