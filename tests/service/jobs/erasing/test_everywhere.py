"""After an erasure no byte of a person is left in any file of the data folder (R31)."""

import random
from contextlib import closing

import pytest

from projections.projector.projection import Projection
from service.queries.find import find
from service.wiring.erasing import erasing
from tests.examples import GAVIN
from tests.world import World

PHONE, NATIONAL = GAVIN, GAVIN[3:]
WORDS = ("Zyxwvutsr", "Qponmlkji", "gavin-user-7731", "zq@hidden.example", "Quaintville")
"""Values of the person that nobody else has."""


@pytest.fixture
def world(tmp_path):
    with closing(World(tmp_path)) as made:
        yield made


def traces(world):
    """(file, what of the person is in it) of every file in the data folder."""
    phone = int(PHONE)
    needles = [
        NATIONAL.encode(),
        *(word.encode() for word in WORDS),
        phone.to_bytes(5, "big"),
        phone.to_bytes(8, "little"),
    ]
    found = []
    for path in world.folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            found += [(path.relative_to(world.folder).as_posix(), needle) for needle in needles if needle in content]
    return found


def gavin(world):
    world.track(phone=PHONE, user_id="gavin-user-7731", name="Zyxwvutsr Qponmlkji", email="zq@hidden.example")
    world.track(user_id="gavin-user-7731", city="Quaintville")
    world.tag("Zyxwvutsr", phone=PHONE)


def others(world, count, seed=1):
    chance = random.Random(seed)
    for number in range(count):
        phone = f"+9198{chance.randrange(10**8):08}"
        world.track(phone=phone, user_id=f"user-{chance.random()}", name=f"Somebody {number}", city="Pune")


def erase(world, who=PHONE):
    """Order it, and finish it as far as it goes."""
    with erasing(world.deployment, "/cli") as work:
        pending = work.order(lambda log: find(log, who), "asha", "asked to be forgotten")
        world.settle()
        work.go_on()
        return work.table.receipt(pending.contact)


def test_no_byte_of_the_person_is_left_in_any_file(world):
    others(world, 50)
    gavin(world)
    others(world, 50, 2)
    world.settle()
    assert traces(world)
    receipt = erase(world)
    assert [one["place"] for one in receipt if one["state"] == "waiting"] == []
    assert traces(world) == []
    assert len(world.contacts()) == 100


def test_nor_where_pages_have_been_split_and_blocks_were_made(world):
    others(world, 1500)
    gavin(world)
    world.settle()
    others(world, 2500, 2)
    world.settle()
    world.rebuild()
    with world.drivers.log_reader() as log:
        projection = Projection(log, world.drivers.generations())
        while projection.use_idle_turn():
            pass
        projection.close()
    erase(world)
    assert traces(world) == []
