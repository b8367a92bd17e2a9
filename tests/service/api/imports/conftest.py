import pytest

from service.wiring.imports import importing
from tests.service.api.imports.calls import FILE, PATH
from tests.service.imports.imported import silent


@pytest.fixture
def work(world):
    """What the importer does for an import, and then consumer and projector."""

    def work(id):
        with importing(world.deployment) as importer:
            importer.go_on(id, silent)
        world.settle()

    return work


@pytest.fixture
def uploaded(client):
    return client.upload(FILE).json["id"]


@pytest.fixture
def checked(client, work):
    def make(content=FILE):
        id = client.upload(content).json["id"]
        assert client.put(f"{PATH}/{id}/mapping", {}).status_code == 200
        assert client.post(f"{PATH}/{id}/check", raw=b"").status_code == 202
        work(id)
        return id

    return make
