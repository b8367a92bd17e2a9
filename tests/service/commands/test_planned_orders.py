"""Orders that were planned before something else came first: planned anew for the same contacts alone (R33)."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from service.commands.contact_orders import CannotMerge, OrderRefused, Tries
from service.commands.merge_contacts import MergeSaid
from service.commands.renumber_contact import CannotRenumber, NumberWanted
from service.queries.contact.find import find
from service.wiring.merging import contact_merges, number_changes
from tests.examples import ASHA, GAVIN, MEERA, RAVI
from tests.service.api.test_rejected import settling

SAID = MergeSaid("tests", "one person")


@pytest.fixture
def numbers(world):
    with number_changes(world.deployment, "/tests") as made:
        yield made


@pytest.fixture
def merges(world):
    with contact_merges(world.deployment, "/tests") as made:
        yield made


@pytest.fixture
def three(world):
    """Gavin, Asha and Ravi, as documents."""
    for phone, name in ((GAVIN, "Gavin"), (ASHA, "Asha"), (RAVI, "Ravi")):
        world.track(phone=phone, name=name)
    world.settle()
    return [world.contact(phone) for phone in (GAVIN, ASHA, RAVI)]


def found(world, who):
    with closing(world.log()) as log:
        return find(log, who)


def head_of(world):
    with closing(world.log()) as log:
        return log.head().position


def new_number(phone):
    return NumberWanted(phone, "tests", "a new phone")


def outcome(order, *given):
    try:
        return order(*given)
    except (CannotRenumber, OrderRefused) as refused:
        return refused


@pytest.mark.usefixtures("three")
def test_of_two_contacts_that_are_given_a_number_at_once_one_has_it_and_none_is_merged(world, numbers):
    wanted = new_number(MEERA)
    plans = [numbers.plan(found(world, phone), wanted) for phone in (GAVIN, ASHA)]
    with settling(world), ThreadPoolExecutor(2) as pool:
        told = list(pool.map(lambda plan: outcome(numbers.order, plan, wanted), plans))
    (refused,) = [one for one in told if isinstance(one, CannotRenumber)]
    (first,) = [one for one in told if one is not refused]
    assert world.contact(MEERA)["id"] == first.plan.contact
    assert str(refused) == (
        f"{MEERA} is a phone of contact {first.plan.contact} by now, which would be merged in. Nothing was done: order"
        " it again if that is what is wanted"
    )
    assert sorted(one["traits"]["name"] for one in world.contacts()) == ["Asha", "Gavin", "Ravi"]


def test_nobody_is_merged_in_who_came_by_the_number_after_another_had_it(world, numbers, three):
    wanted = new_number(RAVI)
    plan = numbers.plan(found(world, GAVIN), wanted)
    left = NumberWanted(MEERA, "tests", None, old_begins_anew=True)
    with settling(world):
        numbers.order(numbers.plan(found(world, RAVI), left), left)
        with pytest.raises(CannotRenumber, match=f"{RAVI[1:]} is not a phone of contact {three[2]['id']} any more"):
            numbers.order(plan, wanted)
    world.track(phone=RAVI, name="Somebody else")
    world.settle()
    with settling(world), pytest.raises(CannotRenumber, match="by now, which would be merged in"):
        numbers.order(plan, wanted)
    assert [world.contact(phone)["phone"] for phone in (GAVIN, RAVI, MEERA)] == [GAVIN, RAVI, MEERA]


def test_a_contact_that_was_merged_away_since_leaves_the_other_its_number(world, numbers, merges, three):
    wanted = new_number(MEERA)
    plan = numbers.plan(found(world, GAVIN), wanted)
    with settling(world):
        merges.order(merges.plan_merge(found(world, ASHA), found(world, GAVIN)), SAID)
        with pytest.raises(OrderRefused, match=f"the contact {three[0]['id']} is merged into another"):
            numbers.order(plan, wanted)
    assert world.contact(GAVIN)["phone"] == ASHA


def test_the_same_contact_is_merged_in_whatever_was_said_of_it_meanwhile(world, numbers, three):
    wanted = new_number(RAVI)
    plan = numbers.plan(found(world, GAVIN), wanted)
    world.track(phone=RAVI, city="Agra")
    with settling(world):
        ordered = numbers.order(plan, wanted)
    assert ordered.plan.absorbed == three[2]["id"]
    assert world.contact(GAVIN)["traits"] == {"name": "Ravi", "city": "Agra"}


def test_an_order_that_was_planned_anew_is_known_again_by_the_ids_of_its_call(world, merges, three):
    """R33: the first of the two was refused."""
    tries = Tries(["first", "second"])
    plan = merges.plan_merge(found(world, GAVIN), found(world, RAVI))
    world.track(phone=RAVI, city="Agra")
    with settling(world):
        ordered = merges.order(plan, SAID, tries)
        head = head_of(world)
        assert merges.ordered(tries) == ordered
    assert ordered.plan.absorbed == three[2]["id"]
    assert head_of(world) == head
    with pytest.raises(OrderRefused):
        merges.ordered(Tries(["first", "third"], is_firm=True))


def test_of_two_merges_of_one_contact_at_once_one_is_done_and_no_third_is_merged(world, merges, three):
    ravi = found(world, RAVI)
    plans = [merges.plan_merge(found(world, phone), ravi) for phone in (GAVIN, ASHA)]
    with settling(world), ThreadPoolExecutor(2) as pool:
        told = list(pool.map(lambda plan: outcome(merges.order, plan, SAID), plans))
    (refused,) = [one for one in told if isinstance(one, OrderRefused)]
    assert str(refused) == f"the contact {three[2]['id']} is merged into another"
    assert world.contact(GAVIN)["id"] != world.contact(ASHA)["id"]


def test_a_contact_is_split_only_from_the_one_that_it_was_planned_to_be_split_from(world, merges, three):
    with settling(world):
        merges.order(merges.plan_merge(found(world, GAVIN), found(world, RAVI)), SAID)
        plan = merges.plan_split(found(world, three[2]["id"]))
        merges.order(merges.plan_merge(found(world, ASHA), found(world, GAVIN)), SAID)
        with pytest.raises(CannotMerge, match=f"the contact {three[0]['id']} has been merged into {three[1]['id']}"):
            merges.order(plan, SAID)
    assert world.contact(RAVI)["id"] == three[1]["id"]
