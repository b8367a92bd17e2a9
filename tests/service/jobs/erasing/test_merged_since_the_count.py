"""Nobody is erased along with somebody who was counted, but who was counted too (R31)."""

import pytest

from service.commands.erase_contact import ErasureTerms
from service.jobs.erasing.under_way import ErasuresUnderWay
from service.jobs.verifying import Extent
from service.wiring.erasing import erasing
from service.wiring.ledger import verification
from tests.service.jobs.erasing.bulk import WHY, people, phone


@pytest.fixture
def merge(world):
    """Merges the person of one phone with the person of another, by an order: a merge by hand, or a changed number."""

    def ordered(type, said):
        world.send_signed("/cli", type, f"order-{type}", said)

    ways = {
        "by hand": lambda one, other: ordered("ContactsMerged", {"survivor": id_of(one), "absorbed": id_of(other)}),
        "by a changed number": lambda one, other: ordered("NumberChanged", {"contact": id_of(one), "phone": other}),
    }

    def id_of(phone):
        return next(one["id"] for one in world.contacts() if one["phone"] == phone)

    def merge(one, other, way="by hand"):
        ways[way](one, other)
        world.settle()

    return merge


@pytest.fixture
def confirmed(bulk):
    """Confirms the erasure that was counted, and gives what it is like when it has ended."""

    def confirmed(one):
        bulk.asked.confirm(one["id"], one["contacts"], "asha")
        return bulk.ended(one["id"])

    return confirmed


def phones(world):
    return {contact["phone"] for contact in world.contacts()}


def deep_faults(world):
    return verification(world.deployment).run(Extent(is_deep=True)).faults


@pytest.mark.parametrize("way", ["by hand", "by a changed number"])
def test_who_was_counted_is_left_out_with_whoever_was_merged_in_since(world, bulk, merge, confirmed, way):
    people(world, "Goa", range(2))
    people(world, "Pune", [7])
    one = bulk.counted()
    merge(phone(0), phone(7), way)
    ended = confirmed(one)
    assert (ended["state"], ended["erased"], ended["gone"]) == ("done", 1, 1)
    assert phones(world) == {phone(7) if way == "by a changed number" else phone(0)}
    assert deep_faults(world) == ()


def test_a_merge_by_a_message_leaves_them_out_too(world, bulk, confirmed):
    people(world, "Goa", [0])
    world.track(phone=phone(1), city="Goa")
    world.track(user_id="u7", city="Pune")
    world.settle()
    one = bulk.counted()
    world.track(phone=phone(1), user_id="u7")
    world.settle()
    ended = confirmed(one)
    assert (ended["erased"], ended["gone"], phones(world)) == (1, 1, {phone(1)})


def test_somebody_counted_too_goes_along(world, bulk, merge, confirmed):
    people(world, "Goa", range(3))
    one = bulk.counted()
    merge(phone(0), phone(1))
    ended = confirmed(one)
    assert (ended["erased"], ended["gone"], phones(world)) == (2, 1, set())


def test_a_number_that_was_nobodys_brings_nobody_along(world, bulk, merge, confirmed):
    people(world, "Goa", range(2))
    one = bulk.counted()
    merge(phone(0), phone(8), "by a changed number")
    assert (confirmed(one)["erased"], phones(world)) == (2, set())


def test_what_else_happened_to_somebody_who_was_counted_saves_nobody(world, bulk, confirmed):
    people(world, "Goa", range(2))
    one = bulk.counted()
    world.track(phone=phone(0), city="Delhi")
    world.settle()
    assert (confirmed(one)["erased"], phones(world)) == (2, set())


@pytest.mark.parametrize(("other", "erased", "left"), [(7, 1, {0}), (1, 0, {0, 7})])
def test_the_log_refuses_an_order_that_a_merge_comes_before(world, make_bulk, merge, other, erased, left):
    """The merge is not there when the order is given: the one of two who were counted, too, is left then."""
    people(world, "Goa", range(2))
    people(world, "Pune", [7])
    bulk = make_bulk(before=lambda: merge(phone(0), phone(other)))
    ended = bulk.erase()
    assert (ended["state"], ended["erased"], ended["gone"]) == ("done", erased, 2 - erased)
    assert phones(world) == {phone(number) for number in left}
    assert bulk.eraser.work.table.pending() == []


def test_verify_follows_the_refusal_also_when_they_are_erased_since(world, make_bulk):
    world.track(phone=phone(0), city="Goa")
    world.track(user_id="u7", city="Pune")
    world.settle()

    def before():
        world.track(phone=phone(0), user_id="u7")
        world.settle()

    assert make_bulk(before=before).erase()["gone"] == 1
    with erasing(world.deployment, "/cli") as work:
        orders = work.order_all([one["id"] for one in world.contacts()], ErasureTerms("asha", WHY))
        world.settle()
        work.finish_all(ErasuresUnderWay(orders), 5.0)
    assert phones(world) == set()
    assert deep_faults(world) == ()
