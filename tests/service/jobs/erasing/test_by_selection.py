"""Everybody whom a filter finds is erased everywhere, and nobody else (R31)."""

from contextlib import closing
from dataclasses import replace

import pytest

from service.commands.erase_contact import ReasonUnfit
from service.imports.record.named_once import named_once
from service.jobs.erasing.by_selection import ErasingSelected, EverybodyMeant
from service.jobs.erasing.places import is_done
from service.queries.selection import Selection
from service.wiring.erasing import erasing
from service.wiring.ledger import verification
from tests.service.imports.imported import WorldImports
from tests.world import World

GOA = Selection(where=("city=Goa",))


@pytest.fixture
def world(tmp_path):
    with closing(World(tmp_path)) as made:
        yield made


def phone(number):
    return f"+9198330{number:05}"


def people(world, city, numbers):
    for number in numbers:
        world.track(phone=phone(number), user_id=f"{city}-user-{number}", name=f"Somebody {number}", city=city)
    world.settle()


def with_work(world, do, after=lambda: None):
    """What `do` gives, called with what erases two at once; `after` is called when a step's orders are taken."""
    with erasing(world.deployment, "/cli") as work:

        def publish(messages):
            work.publish(messages)
            world.settle()
            after()

        states = world.drivers.generations()
        once = named_once(states, world.drivers.store)
        return do(
            ErasingSelected(
                replace(work, publish=publish), states, world.drivers.log_reader, once, world.drivers.days(), at_once=2
            )
        )


def erase(world, asked=GOA, after=lambda: None, told=None):
    told = [] if told is None else told

    def do(many):
        return many.erase(asked, many.count(asked), "asha", "contract has ended", told.append, seconds=5.0)

    return with_work(world, do, after)


def traces(world, *needles):
    """The files of the data folder that hold one of these."""
    files = [path for path in world.folder.rglob("*") if path.is_file()]
    return {path.name for path in files for needle in needles if needle.encode() in path.read_bytes()}


def test_they_are_counted_before_anybody_is_erased(world):
    people(world, "Goa", range(5))
    people(world, "Pune", range(5, 8))
    assert with_work(world, lambda many: many.count(GOA).count) == 5
    assert len(world.contacts()) == 8


def test_no_byte_of_any_of_them_is_left_in_any_file_and_the_others_stay(world):
    rows = "".join(f"{'Goa' if number < 5 else 'Pune'},91,{phone(number)[3:]}\n" for number in range(8))
    with closing(WorldImports(world)) as imports:
        imports.bring(f"City,Country Code,Phone Number\n{rows}")
    people(world, "Goa", range(5))
    people(world, "Pune", range(5, 8))
    gone = [*(phone(number)[3:] for number in range(5)), "Goa"]
    assert traces(world, *gone)
    assert erase(world).is_done
    assert traces(world, *gone) == set()
    assert {contact["phone"] for contact in world.contacts()} == {phone(number) for number in range(5, 8)}
    assert traces(world, phone(6)[3:])
    assert verification(world.deployment).run().faults == ()


def test_it_is_told_after_each_step_how_many_are_erased(world):
    people(world, "Goa", range(5))
    told = []
    assert erase(world, told=told).count == 5
    assert told == [2, 4, 5]


def test_after_a_crash_the_same_filter_finds_those_who_are_left(world):
    people(world, "Goa", range(5))

    def crash():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        erase(world, after=crash)
    assert with_work(world, lambda many: many.count(GOA).count) == 3
    assert erase(world).count == 3
    assert with_work(world, lambda many: many.work.table.pending()) == []
    assert traces(world, "Goa-user", *(phone(number)[3:] for number in range(5))) == set()


def test_orders_that_a_crash_kept_from_the_bus_are_given_by_the_same_command(world):
    people(world, "Goa", range(2))
    ids = [contact["id"] for contact in world.contacts()]

    def crash(_messages):
        raise KeyboardInterrupt

    with erasing(world.deployment, "/cli") as work, pytest.raises(KeyboardInterrupt):
        replace(work, publish=crash).order_all(ids, "asha", "contract has ended")
    assert len(world.contacts()) == 2
    assert erase(world).is_done
    assert world.contacts() == []


def test_who_came_to_be_after_they_were_counted_stays(world):
    people(world, "Goa", range(3))

    def come():
        if not any(contact["phone"] == phone(9) for contact in world.contacts()):
            people(world, "Goa", [9])

    assert erase(world, after=come).count == 3
    assert [contact["phone"] for contact in world.contacts()] == [phone(9)]


def test_a_reason_that_names_one_of_them_is_refused_before_anybody_is_erased(world):
    people(world, "Goa", range(5))
    with pytest.raises(ReasonUnfit):
        with_work(world, lambda many: many.count(GOA, f"as {phone(4)} wanted"))
    assert len(world.contacts()) == 5


def test_without_a_condition_a_tag_or_a_text_nobody_is_meant(world):
    people(world, "Goa", range(2))
    with pytest.raises(EverybodyMeant):
        with_work(world, lambda many: many.count(Selection()))


def test_what_came_back_between_two_orders_is_left(world):
    """A message about the first, published after their order and before the second's, is about somebody new."""
    people(world, "Goa", range(2))
    ids = {contact["phone"]: contact["id"] for contact in world.contacts()}
    with erasing(world.deployment, "/cli") as work:
        first = work.order_all([ids[phone(0)]], "asha", "contract has ended")
        world.track(phone=phone(0), name="Newcomer")
        second = work.order_all([ids[phone(1)]], "asha", "contract has ended")
        world.settle()
        assert is_done(work.finish_all([*first, *second], 5.0))
    assert traces(world, phone(1)[3:]) == set()
    assert "bus.db" in traces(world, phone(0)[3:])
    assert [contact["traits"]["name"] for contact in world.contacts()] == ["Newcomer"]
