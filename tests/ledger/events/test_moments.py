"""Moments, held against the standard library's datetime."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.events.moments import parse, text

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
zones = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=zones)


def micros(moment):
    return (moment - EPOCH) // timedelta(microseconds=1)


@given(moments)
def test_a_date_time_with_a_zone_is_its_microseconds(moment):
    assert parse(moment.isoformat()) == micros(moment)


@given(moments)
def test_a_moment_as_text_is_utc_and_reads_back_the_same(moment):
    written = text(micros(moment))
    assert written.endswith("Z")
    assert datetime.fromisoformat(written) == moment
    assert parse(written) == micros(moment)


@given(st.dates())
def test_a_bare_date_is_its_first_moment_in_utc(date):
    """R29."""
    assert parse(date.isoformat()) == micros(datetime(date.year, date.month, date.day, tzinfo=UTC))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2022-10-31T19:30:00.000+05:30", "2022-10-31T14:00:00Z"),
        ("2022-10-31t14:00:00z", "2022-10-31T14:00:00Z"),
        ("2022-10-31T14:00:00.5Z", "2022-10-31T14:00:00.500Z"),
        ("2022-10-31T14:00:00.123456789Z", "2022-10-31T14:00:00.123456Z"),
        ("2022-10-31T14:00:00-00:00", "2022-10-31T14:00:00Z"),
        ("2022-10-31", "2022-10-31T00:00:00Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_what_is_read_and_how_it_is_written(written, read):
    assert text(parse(written)) == read


@pytest.mark.parametrize(
    "written",
    [
        "",
        "2022",
        "2022-10",
        "2022-10-31T14:00:00",
        "2022-10-31 14:00:00Z",
        "2022-10-31T14:00Z",
        "2022-10-31T14:00:00.Z",
        "2022-10-31T14:00:00.1234567890Z",
        "2022-02-30",
        "2022-13-01T00:00:00Z",
        "2022-10-31T24:00:00Z",
        "2022-10-31T14:00:00+0530",
        "2022-10-31T14:00:00+24:00",
        "2022-10-31T14:00:00+05:60",
        "\u0662\u0660\u0662\u0662-\u0661\u0660-\u0663\u0661",
        " 2022-10-31",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
    ],
)
def test_anything_else_is_refused(written):
    with pytest.raises(ValueError, match=r"."):
        parse(written)
