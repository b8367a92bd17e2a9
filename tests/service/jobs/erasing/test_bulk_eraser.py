"""Everybody who was counted is erased everywhere, once it is confirmed, and nobody else (R31)."""

from contextlib import closing
from dataclasses import replace

import pytest

from service.commands.erase_contact import ErasureTerms
from service.deployment.tables.bulk_erasure_table import BulkErasureUnknown
from service.jobs.erasing.bulk_erasures import DAY, BulkStateWrong, WrongNumber
from service.jobs.erasing.by_selection import EverybodyMeant
from service.jobs.erasing.places import is_done
from service.jobs.erasing.under_way import ErasuresUnderWay
from service.queries.filters.selection import Selection
from service.wiring.drivers import now
from service.wiring.erasing import erasing
from service.wiring.ledger import verification
from tests.service.imports.imported import WorldImports
from tests.service.jobs.erasing.bulk import WHY, people, phone, traces


def test_they_are_counted_before_anybody_is_erased(world, bulk):
    people(world, "Goa", range(5))
    people(world, "Pune", range(5, 8))
    one = bulk.counted()
    assert (one["state"], one["contacts"], one["erased"], one["allowed"]) == ("counted", 5, 0, ["confirm", "cancel"])
    bulk.eraser.turn()
    assert len(world.contacts()) == 8


def test_no_byte_of_any_of_them_is_left_in_any_file_and_the_others_stay(world, bulk):
    rows = "".join(f"{'Goa' if number < 5 else 'Pune'},91,{phone(number)[3:]}\n" for number in range(8))
    with closing(WorldImports(world)) as imports:
        imports.bring(f"City,Country Code,Phone Number\n{rows}")
    people(world, "Goa", range(5))
    people(world, "Pune", range(5, 8))
    gone = [*(phone(number)[3:] for number in range(5)), "Goa"]
    assert traces(world, *gone)
    one = bulk.erase()
    assert (one["state"], one["erased"], one["gone"]) == ("done", 5, 0)
    assert {place["state"] for place in one["places"]} == {"done", "remains"}
    assert traces(world, *gone) == set()
    assert {contact["phone"] for contact in world.contacts()} == {phone(number) for number in range(5, 8)}
    assert traces(world, phone(6)[3:])
    assert verification(world.deployment).run().faults == ()


def test_nobody_is_erased_under_another_number_than_was_counted(world, bulk):
    people(world, "Goa", range(5))
    one = bulk.counted()
    with pytest.raises(WrongNumber, match="5 contacts were counted, and 4 are confirmed"):
        bulk.asked.confirm(one["id"], 4, "asha")
    bulk.eraser.turn()
    assert len(world.contacts()) == 5


def test_who_came_to_be_or_came_to_fit_after_the_count_stays(world, bulk):
    people(world, "Goa", range(3))
    people(world, "Pune", [7])
    one = bulk.counted()
    people(world, "Goa", [7, 9])
    bulk.asked.confirm(one["id"], 3, "asha")
    assert bulk.ended(one["id"])["erased"] == 3
    assert {contact["phone"] for contact in world.contacts()} == {phone(7), phone(9)}


def test_who_became_one_with_somebody_else_after_the_count_stays(world, bulk):
    people(world, "Goa", range(2))
    people(world, "Pune", [7])
    one = bulk.counted()
    ids = {contact["phone"]: contact["id"] for contact in world.contacts()}
    world.send_signed("/cli", "ContactsMerged", "o1", {"survivor": ids[phone(7)], "absorbed": ids[phone(0)]})
    world.settle()
    bulk.asked.confirm(one["id"], 2, "asha")
    ended = bulk.ended(one["id"])
    assert (ended["erased"], ended["gone"]) == (1, 1)
    assert [contact["phone"] for contact in world.contacts()] == [phone(7)]


@pytest.mark.parametrize("step", [1, 2, 3])
def test_what_a_crash_broke_off_is_finished_by_the_next_process(world, make_bulk, step):
    """The crash comes when the orders of a step are taken, and no place but the log is gone through."""
    people(world, "Goa", range(5))
    steps = []

    def crash():
        steps.append(1)
        if len(steps) == step:
            raise KeyboardInterrupt

    first = make_bulk(after=crash)
    one = first.counted()
    first.asked.confirm(one["id"], 5, "asha")
    with pytest.raises(KeyboardInterrupt):
        first.eraser.turn(5.0)
    ended = make_bulk().ended(one["id"])
    assert (ended["state"], ended["erased"], ended["gone"]) == ("done", 5, 0)
    assert world.contacts() == []
    assert traces(world, "Goa-user", *(phone(number)[3:] for number in range(5))) == set()


def test_orders_that_a_crash_kept_from_the_bus_are_given_by_the_next_process(world, make_bulk):
    people(world, "Goa", range(2))
    first = make_bulk()
    one = first.counted()
    first.asked.confirm(one["id"], 2, "asha")

    def crash(_messages):
        raise KeyboardInterrupt

    first.eraser.work = replace(first.eraser.work, publish=crash)
    with pytest.raises(KeyboardInterrupt):
        first.eraser.turn()
    assert len(world.contacts()) == 2
    assert make_bulk().ended(one["id"])["erased"] == 2
    assert world.contacts() == []


def test_a_cancelled_one_erases_nobody_more_and_finishes_what_was_ordered(world, make_bulk):
    people(world, "Goa", range(5))
    bulk = make_bulk()
    one = bulk.counted()
    bulk.asked.confirm(one["id"], 5, "asha")
    ordered = make_bulk(after=lambda: bulk.asked.cancel(one["id"], "asha"))
    ordered.eraser.turn(5.0)
    for _ in range(3):
        bulk.eraser.turn()
        bulk.eraser.work.go_on()
    ended = bulk.asked.find(one["id"])
    assert (ended["state"], ended["erased"], ended["allowed"]) == ("cancelled", 2, [])
    assert len(world.contacts()) == 3
    assert bulk.eraser.work.table.pending() == []
    with pytest.raises(BulkStateWrong):
        bulk.asked.confirm(one["id"], 5, "asha")


def test_what_nobody_confirms_within_a_day_is_cancelled(world, make_bulk):
    people(world, "Goa", range(2))
    at = [now()]
    bulk = make_bulk(clock=lambda: at[0])
    one = bulk.counted()
    at[0] += DAY + 1
    with pytest.raises(BulkStateWrong, match="more than a day ago"):
        bulk.asked.confirm(one["id"], 2, "asha")
    bulk.eraser.turn()
    assert bulk.asked.find(one["id"])["state"] == "cancelled"
    assert len(world.contacts()) == 2


def test_a_reason_that_names_one_of_them_is_refused_before_anybody_is_erased(world, bulk):
    people(world, "Goa", range(5))
    one = bulk.counted(why=f"as {phone(4)} wanted")
    assert (one["state"], "names the person" in one["failure"]) == ("failed", True)
    assert len(world.contacts()) == 5


def test_a_filter_that_names_somebody_is_gone_when_that_person_is_erased(world, bulk):
    people(world, "Goa", range(2))
    waiting = bulk.counted(Selection(text=phone(0)))
    assert "service.db" in traces(world, phone(0)) or "service.db-wal" in traces(world, phone(0))
    bulk.erase()
    assert traces(world, phone(0)[3:]) == set()
    assert bulk.asked.find(waiting["id"])["selection"] is None


def test_without_a_condition_a_tag_or_a_text_nobody_is_meant(world, bulk):
    people(world, "Goa", range(2))
    with pytest.raises(EverybodyMeant):
        bulk.counted(Selection())


def test_the_audit_trail_says_who_asked_who_confirmed_and_what_came_of_it(world, bulk):
    people(world, "Goa", range(2))
    bulk.erase()
    assert [act.what for act in bulk.acts] == ["bulk erasure asked for", "bulk erasure confirmed"]
    (done,) = [dict(act.detail) for act in world_acts(world) if act.what == "bulk erasure done"]
    assert (done["erased"], done["gone"]) == (2, 0)


def world_acts(world):
    from service.deployment.tables.audit_trail import AuditTable

    with closing(world.drivers.store()) as store:
        return [kept.act for kept in AuditTable(store).newest(100)]


def test_an_unknown_one_is_told_so(bulk):
    with pytest.raises(BulkErasureUnknown):
        bulk.asked.find("0199c0de-4b1d-7c3a-9d2e-8f6a5b4c3d2e")


def test_what_came_back_between_two_orders_is_left(world):
    """A message about the first, published after their order and before the second's, is about somebody new."""
    people(world, "Goa", range(2))
    ids = {contact["phone"]: contact["id"] for contact in world.contacts()}
    with erasing(world.deployment, "/cli") as work:
        first = work.order_all([ids[phone(0)]], ErasureTerms("asha", WHY))
        world.track(phone=phone(0), name="Newcomer")
        second = work.order_all([ids[phone(1)]], ErasureTerms("asha", WHY))
        world.settle()
        assert is_done(work.finish_all(ErasuresUnderWay([*first, *second]), 5.0))
    assert traces(world, phone(1)[3:]) == set()
    assert "bus.db" in traces(world, phone(0)[3:])
    assert [contact["traits"]["name"] for contact in world.contacts()] == ["Newcomer"]
