"""A change under `If-Match` when an import that told something of the contact is undone (R26, R32)."""

from contextlib import closing

import pytest

from service.imports.registry.import_order import Order
from tests.examples import GAVIN
from tests.service.api.test_new_contact import settling
from tests.service.imports.imported import WorldImports


@pytest.fixture
def imports(world):
    with closing(WorldImports(world)) as made:
        yield made


@pytest.fixture
def brought(imports, world):
    """An import that gave a known contact another city."""
    world.track(phone=GAVIN, city="Agra", time="2020-01-01T00:00:00Z")
    world.settle()
    return imports.bring(f"Name,Phone,City\nGavin,{GAVIN},Pune\n")["id"]


def undo(imports, id):
    imports.importer.order(id, Order(is_redo=False, by="cli:asha", reason="the wrong file"))


def change(client, world, path, reading):
    with settling(world):
        return client.patch(path, {"traits": {"area": "Old town"}}, headers={"If-Match": reading})


@pytest.mark.parametrize("is_shown", [True, False])
def test_what_was_read_before_the_undo_is_412(client, world, imports, brought, is_shown):
    """Also when the state does not show the undo yet: the append decides."""
    path = f"/v1/contacts/{world.contact(GAVIN)['id']}"
    before = client.read(path).headers["ETag"]
    undo(imports, brought)
    if is_shown:
        world.settle()
    answer = change(client, world, path, before)
    assert answer.status_code == 412, answer.json
    assert answer.json["contact"]["traits"] == {"city": "Agra"}


def test_what_was_read_after_it_is_changed(client, world, imports, brought):
    undo(imports, brought)
    world.settle()
    path = f"/v1/contacts/{world.contact(GAVIN)['id']}"
    answer = change(client, world, path, client.read(path).headers["ETag"])
    assert (answer.status_code, answer.json["traits"]) == (200, {"city": "Agra", "area": "Old town"})
