"""A day of the business stands for its last moment, whoever asks and whenever on a later day."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from service.queries.as_of import BadMoment, end_of_day
from service.queries.business_days import BusinessDays

NOON = int(datetime(2026, 10, 12, 12, 0, tzinfo=UTC).timestamp()) * 1_000_000


def days(zone="Asia/Kolkata"):
    return BusinessDays(ZoneInfo(zone), lambda: NOON)


@pytest.mark.parametrize(
    ("zone", "day", "moment"),
    [
        ("UTC", "2026-10-11", "2026-10-11T23:59:59.999999Z"),
        ("Asia/Kolkata", "2026-10-11", "2026-10-11T18:29:59.999999Z"),
        ("Europe/Berlin", "2026-03-29", "2026-03-29T21:59:59.999999Z"),
        ("America/New_York", "2026-10-11", "2026-10-12T03:59:59.999999Z"),
    ],
)
def test_a_day_is_as_of_its_last_moment_in_the_zone(zone, day, moment):
    assert end_of_day(days(zone), day) == moment


@pytest.mark.parametrize("text", ["17", "2026-10-11T10:00:00Z", "yesterday"])
def test_what_is_no_day_stays_as_it_is(text):
    assert end_of_day(days(), text) == text


@pytest.mark.parametrize("day", ["2026-10-12", "2026-10-13", "9999-12-31"])
def test_a_day_that_has_not_ended_is_refused(day):
    with pytest.raises(BadMoment, match="has not ended"):
        end_of_day(days(), day)


def test_a_day_that_no_calendar_has_is_refused():
    with pytest.raises(BadMoment, match="no day"):
        end_of_day(days(), "2026-02-30")
