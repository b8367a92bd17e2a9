"""Contacts without an event for too long are erased, once a day; too many wait for a person's yes (R31)."""

from datetime import UTC, datetime

import pytest

from service.deployment.forget_after import ForgetAfter
from service.jobs.erasing.retention import Retention, needs_yes
from service.queries.business_days import BusinessDays
from service.wiring.drivers import now
from tests.clock import SECOND
from tests.service.jobs.erasing.bulk import Bulk, people, phone, traces

DAY = 24 * 3600 * SECOND
RULE = ForgetAfter(30, "day")


class Kept:
    """A rule over a world, with a clock that can be put on."""

    def __init__(self, make_bulk, rule=RULE):
        self.later = 0
        self.bulk: Bulk = make_bulk(clock=self.clock)
        eraser = self.bulk.eraser
        days = BusinessDays(UTC, self.clock)
        ids = self.bulk.world.drivers.ids()
        self.retention = Retention(rule, eraser.table, eraser.selected, days, ids, self.clock)

    def clock(self):
        return now() + self.later

    def after(self, days):
        """What is listed when the clock is so many days on, and all has been done."""
        self.later = days * DAY
        self.retention.turn()
        for _ in range(3):
            self.bulk.eraser.turn()
        return self.bulk.asked.newest()


@pytest.fixture
def kept(world, make_bulk):
    people(world, "Goa", range(3))
    return Kept(make_bulk)


def test_nobody_is_erased_before_the_time_is_over(world, kept):
    assert kept.after(29) == []
    assert len(world.contacts()) == 3


def test_they_are_erased_when_it_is_and_the_entry_names_the_rule(world, kept):
    (one,) = kept.after(31)
    assert (one["state"], one["erased"], one["by"]) == ("done", 3, "retention")
    assert one["reason"] == "no event for 30 days (CONTACTS_FORGET_AFTER)"
    assert traces(world, "Goa-user") == set()
    assert kept.bulk.eraser.table.retention().due == 3
    assert kept.after(32) == [one]


def test_too_many_wait_for_a_yes_and_are_counted_anew_each_day(world, kept):
    people(world, "Pune", range(10, 22))
    (one,) = kept.after(31)
    assert (one["state"], one["contacts"], one["allowed"]) == ("counted", 15, ["confirm", "cancel"])
    assert len(world.contacts()) == 15
    anew, before = kept.after(32)
    assert (before["state"], anew["state"]) == ("cancelled", "counted")
    kept.bulk.asked.confirm(anew["id"], 15, "asha")
    assert kept.bulk.ended(anew["id"])["erased"] == 15


def test_who_has_an_event_after_the_count_stays(world, kept):
    people(world, "Pune", range(10, 22))
    (one,) = kept.after(31)
    based_on = kept.bulk.eraser.table.get(one["id"]).based_on
    world.track(phone=phone(1), city="Goa")
    world.settle()
    assert based_on == 15
    kept.bulk.asked.confirm(one["id"], 15, "asha")
    ended = kept.bulk.ended(one["id"])
    assert (ended["erased"], ended["gone"]) == (14, 1)
    assert [contact["phone"] for contact in world.contacts()] == [phone(1)]


def test_another_rule_ends_what_the_one_before_began(world, kept, make_bulk):
    people(world, "Pune", range(10, 22))
    (one,) = kept.after(31)
    other = Kept(make_bulk, ForgetAfter(90, "day"))
    assert [found["state"] for found in other.after(31)] == ["cancelled"]
    none = Kept(make_bulk, None)
    none.after(31)
    assert none.bulk.eraser.table.retention() is None
    assert len(world.contacts()) == 15
    assert one["state"] == "counted"


def test_a_state_that_lags_behind_the_log_is_waited_for(world, kept):
    world.track(phone=phone(5))
    world.consume()
    assert kept.after(31) == []
    world.project()
    assert kept.after(31)[0]["erased"] == 4


@pytest.mark.parametrize(
    ("due", "contacts", "waits"),
    [(0, 0, False), (10, 10, False), (11, 110, False), (11, 109, True), (1_000, 10_000, False), (1_001, 10_000, True)],
)
def test_more_than_a_tenth_of_all_wait_unless_they_are_few(due, contacts, waits):
    assert needs_yes(due, contacts) is waits


def test_a_day_is_one_of_the_business(world, make_bulk):
    people(world, "Goa", range(1))
    kept = Kept(make_bulk)
    since = kept.retention.days.start(RULE.before(kept.retention.days.today()))
    assert datetime.fromtimestamp(since / SECOND, UTC).hour == 0
