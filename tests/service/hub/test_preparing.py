"""What the first page would wait for is made ready when a worker starts."""

from service.wiring.api import hub, prepare, services
from tests.examples import ASHA
from tests.world import World


def test_a_worker_gets_ready_over_a_ledger_without_a_state(tmp_path):
    world = World(tmp_path / "data")
    parts = services(world.deployment)
    prepare(parts, hub(world.deployment, parts))
    world.close()


def test_what_was_prepared_is_told_until_the_state_changes(world, clock):
    world.track(phone=ASHA, city="Pune")
    world.settle()
    parts = services(world.deployment, clock)
    prepare(parts, hub(world.deployment, parts))
    (attributes, _), position = parts.catalogue.attributes()
    assert "city" in {one["name"] for one in attributes}
    world.track(phone=ASHA, Plan="gold")
    world.settle()
    (attributes, _), later = parts.catalogue.attributes()
    assert "Plan" in {one["name"] for one in attributes}
    assert later > position
