"""A number that was given up is somebody else's by now: what each said by it goes with whoever said it (R31)."""

from contextlib import closing

import pytest

from service.queries.contact.find import find
from service.wiring.erasing import erasing
from service.wiring.ledger import verification
from tests.examples import GAVIN
from tests.service.jobs.given_up import NEW, two_holders
from tests.world import World


@pytest.fixture
def world(tmp_path):
    with closing(World(tmp_path)) as made:
        yield made


@pytest.fixture
def holders(world):
    """The ids of who gave the number up, and of who has it since; each has said the same four things by it."""
    return two_holders(world)


def erase(world, id, *, keep_out=False):
    with erasing(world.deployment, "/cli") as work:
        pending = work.order(lambda log: find(log, id), "asha", "asked to be forgotten", keep_out=keep_out)
        world.settle()
        work.go_on()
        assert [one for one in work.table.receipt(pending.contact) if one["state"] == "waiting"] == []


def left_of(world, name):
    """What was said under a name and is anywhere in log, bus and imports: (place, word)."""
    words = [f"{name}{word}" for word in ("row", "duplicate", "event", "rejected")]
    places = {"log": "log.db*", "bus": "bus.db*", "imports": "imports/*/*"}
    found = set()
    for place, pattern in places.items():
        content = b"".join(path.read_bytes() for path in world.folder.glob(pattern))
        found |= {(place, word.removeprefix(name)) for word in words if word.encode() in content}
    return found


ALL = {
    *((place, word) for place in ("log", "bus") for word in ("row", "event", "rejected")),
    ("imports", "row"),
    ("imports", "duplicate"),
}


def test_nothing_is_left_of_whoever_gave_it_up_and_all_of_the_new_holder(world, holders):
    assert left_of(world, "Quuxannabel") == left_of(world, "Zedekiah") == ALL
    erase(world, holders[0])
    assert (left_of(world, "Quuxannabel"), left_of(world, "Zedekiah")) == (set(), ALL)
    assert world.contact(GAVIN)["traits"]["name"] == "Zedekiahrow"
    assert verification(world.deployment).run().faults == ()


def test_nothing_is_left_of_the_new_holder_and_all_of_whoever_gave_it_up(world, holders):
    erase(world, holders[1])
    assert (left_of(world, "Quuxannabel"), left_of(world, "Zedekiah")) == (ALL, set())
    assert world.contact(NEW)["traits"]["name"] == "Quuxannabelrow"
    assert verification(world.deployment).run().faults == ()


def test_nothing_is_left_of_either_once_both_are_erased(world, holders):
    for id in holders:
        erase(world, id)
    assert left_of(world, "Quuxannabel") | left_of(world, "Zedekiah") == set()


@pytest.mark.parametrize(("holder", "is_kept_out"), [(0, False), (1, True)])
def test_the_number_is_kept_out_with_whoever_had_it_last(world, holders, holder, is_kept_out):
    erase(world, holders[holder], keep_out=True)
    with closing(world.log()) as log:
        kept_out = log.kept_out(world.drivers.signer(), [GAVIN], [])
    assert (GAVIN in kept_out.phones) == is_kept_out
