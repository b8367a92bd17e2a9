"""The spine in one go, on the embedded bus: messages in, state and history out."""

import pytest

from tests.examples import GAVIN
from tests.world import World


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path / "data")
    yield made
    made.close()


def test_a_message_published_by_anyone_becomes_a_contact(world):
    world.track(phone=GAVIN, user_id="u1", name="Gavin Roberts", dob="1996-12-01")
    world.tag("new customer", phone=GAVIN)
    world.settle()
    contact = world.contact(GAVIN)
    assert contact["user_id"] == "u1"
    assert contact["traits"] == {"name": "Gavin Roberts", "dob": "1996-12-01"}
    assert contact["tags"] == ["new customer"]
