"""What the first page would wait for is made ready when a worker starts."""

import sqlite3
from contextlib import closing

import pytest
from jinja2 import BytecodeCache

from service.wiring.api import FIRST_TEMPLATES, hub, prepare, services
from tests.examples import ASHA
from tests.world import World


class Compiling(BytecodeCache):
    """Notes which templates are compiled, in `names`."""

    def __init__(self):
        self.names = []

    def get_cache_key(self, name, filename=None):
        self.names.append(name)
        return super().get_cache_key(name, filename)

    def load_bytecode(self, bucket):
        pass

    def dump_bytecode(self, bucket):
        pass


@pytest.fixture
def empty(tmp_path):
    """A ledger that has no log and no state yet."""
    made = World(tmp_path / "empty")
    yield made
    made.close()


def test_the_templates_of_the_first_pages_are_compiled(world):
    parts, compiling = services(world.deployment), Compiling()
    pages = hub(world.deployment, parts)
    pages.jinja_env.bytecode_cache = compiling
    prepare(parts, pages)
    assert set(FIRST_TEMPLATES) <= set(compiling.names)


def test_the_attributes_and_tags_are_known_before_anybody_asks(world):
    world.track(phone=ASHA, city="Pune")
    world.tag("vip", phone=ASHA)
    world.settle()
    parts = services(world.deployment)
    prepare(parts, hub(world.deployment, parts))
    with closing(sqlite3.connect(parts.readers.states.current_path())) as state, state:
        state.execute("DELETE FROM contacts")  # as nobody does; who looks now finds none
    (attributes, _), _ = parts.catalogue.attributes()
    (tags, _), _ = parts.catalogue.tags()
    assert "city" in {one["name"] for one in attributes}
    assert [one["tag"] for one in tags] == ["vip"]


def test_a_worker_gets_ready_over_a_ledger_without_a_state(empty):
    parts = services(empty.deployment)
    prepare(parts, hub(empty.deployment, parts))


def test_a_worker_gets_ready_over_a_state_that_cannot_be_read(empty):
    (empty.deployment.data / "state" / "current").mkdir(parents=True)
    parts = services(empty.deployment)
    prepare(parts, hub(empty.deployment, parts))
