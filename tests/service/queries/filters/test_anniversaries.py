"""Days that come round each year, by the days of the business."""

from contextlib import closing
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from projections.conditions.filters import Anniversary, Filter
from projections.conditions.wanted import Wanted
from projections.state.indexes import needed
from projections.state.sqlite.writer import StateStore
from service.queries.business_days import BusinessDays
from tests.clock import SECOND
from tests.examples import ASHA, EMMA, GAVIN, RAVI
from tests.service.queries.filters.selecting import DAYS, found, refused
from tests.world import World


def test_a_day_of_the_business_can_have_23_hours():
    days = BusinessDays(ZoneInfo("Europe/Berlin"), lambda: 0)
    day = date(2026, 3, 29)
    assert days.end(day) - days.start(day) == 23 * 3600 * SECOND
    assert (days.of(days.start(day)), days.of(days.end(day) - 1)) == (day, day)


@pytest.fixture(scope="module")
def born(tmp_path_factory):
    """TODAY is Tuesday, 6 January 2026."""
    made = World(tmp_path_factory.mktemp("born") / "data")
    made.track(phone=GAVIN, birthday="1990-01-06", note="in spring", seen="2001-02-28")
    made.track(phone=ASHA, birthday="1984-01-11T20:00:00Z", seen="2024-02-29")
    made.track(phone=RAVI, birthday="2001-01-05", seen="2001-03-01")
    made.track(phone=EMMA, birthday="1990-01-12", seen=["1990-02-28"])
    made.settle()
    yield made
    made.close()


@pytest.mark.parametrize(
    ("condition", "who"),
    [
        ("birthday=anniversary:today", "gavin"),
        ("birthday=anniversary:1", "gavin"),
        ("birthday=anniversary:week", "gavin ravi"),
        ("birthday=anniversary:7", "gavin asha emma"),
        ("birthday=anniversary:366", "gavin asha ravi emma"),
        ("birthday!=anniversary:week", "asha emma"),
        ("seen=anniversary:54", "gavin asha"),
    ],
)
def test_a_date_comes_round_in_any_year(born, condition, who):
    assert found(born, condition) == who


@pytest.mark.parametrize(
    ("zone", "day", "who"),
    [
        ("Asia/Kolkata", "1984-01-11", ""),
        ("Asia/Kolkata", "1984-01-12", "asha"),
        ("UTC", "1984-01-11", "asha"),
        ("America/New_York", "1984-01-11", "asha"),
        ("America/New_York", "1984-01-12", ""),
        ("Pacific/Auckland", "1984-01-12", "asha"),
        ("Asia/Kolkata", "1990-01-06", "gavin"),
        ("America/New_York", "1990-01-06", "gavin"),
        ("America/New_York", "1990-01-05", ""),
        ("Pacific/Auckland", "1990-01-07", ""),
    ],
)
def test_a_value_with_a_time_is_of_the_day_of_the_business_and_a_date_of_its_own(born, zone, day, who):
    """`birthday` is 1990-01-06 of gavin and 1984-01-11T20:00:00Z of asha."""
    days = BusinessDays(ZoneInfo(zone), DAYS.clock)
    assert found(born, f"birthday=day:{day}", days=days) == who
    assert found(born, f"birthday=day:{day},{day}", "birthday=any:", days=days) == who


@pytest.mark.parametrize(("zone", "who"), [("Asia/Kolkata", "asha emma"), ("America/New_York", "emma")])
def test_a_time_comes_round_on_the_day_of_the_business(born, zone, who):
    at_noon = int(datetime(2026, 1, 12, 17, 0, tzinfo=UTC).timestamp()) * SECOND
    days = BusinessDays(ZoneInfo(zone), lambda: at_noon)
    assert found(born, "birthday=anniversary:today", days=days) == who


def test_29_february_is_its_own_day_in_a_year_that_has_it(born):
    leap = BusinessDays(ZoneInfo("UTC"), lambda: int(datetime(2028, 2, 28, tzinfo=UTC).timestamp()) * SECOND)
    assert found(born, "seen=anniversary:today", days=leap) == "gavin"
    assert found(born, "seen=anniversary:2", days=leap) == "gavin asha"


def test_an_anniversary_by_the_index_finds_the_same(born):
    wanted = Wanted(filters=(Filter("and", (Anniversary("birthday", ("01-05", "01-06"), DAYS.zone),)),))
    with closing(StateStore(born.drivers.generations().current_path())) as store:
        store.index(needed(wanted))
    assert found(born, "birthday=anniversary:week") == "gavin ravi"
    assert found(born, "birthday=anniversary:week", "birthday=anniversary:today") == "gavin"


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("note=anniversary:today", "note is no datetime"),
        ("created_at=anniversary:today", "created_at is no datetime"),
        ("city=anniversary:today", "city is no datetime"),
        ("birthday=anniversary:month", "needs today, week, or a number of days up to 366"),
        ("birthday=anniversary:0", "up to 366"),
    ],
)
def test_what_has_no_anniversary_is_refused(born, condition, said):
    assert said in refused(born, condition)
