"""A moment is refused to equal a whole day, and what was meant is said (R34)."""

import re
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.conditions.condition import BadCondition, parse
from service.queries.filters.whole_days import refuse_whole_days

days = st.dates(date(2026, 1, 1), date(2026, 1, 9))
times = st.datetimes(datetime(2025, 12, 31), datetime(2026, 1, 11)).map(lambda one: f"{one.isoformat()}Z")
names = st.sampled_from(["created_at", "modified_at"])


def refusal(name, condition):
    try:
        refuse_whole_days(name, parse(condition))
    except BadCondition as fault:
        return str(fault)
    return None


def meant(name, op, told):
    """The days and the times of the conditions that a refusal proposes."""
    found, at = set(), set()
    for first, last, time in re.findall(rf"{name}{op}(?:day:([\d-]+)(?:,(\d[\d-]+))?|(\S+Z))", told):
        if time:
            at.add(time)
            continue
        ends = date.fromisoformat(first), date.fromisoformat(last or first)
        found |= {ends[0] + timedelta(days=more) for more in range((ends[1] - ends[0]).days + 1)}
    return found, at


@given(names, st.sampled_from(["=", "!="]), st.sets(days, max_size=4), st.lists(times, max_size=1))
def test_each_day_and_time_is_asked_for_by_what_is_proposed(name, op, asked, at):
    told = refusal(name, f"{name}{op}in:{','.join([*map(str, asked), *at])}")
    assert (told is not None) is bool(asked)
    if told is not None:
        assert meant(name, op, told) == (asked, set(at))
        assert ("other" in told or "all of" in told) is (op == "!=")


@given(names, st.sampled_from(["=", "!=", ">", ">=", "<", "<="]), days.map(str) | times)
def test_a_day_is_more_or_less_than_a_moment_and_never_equal(name, op, value):
    assert (refusal(name, f"{name}{op}{value}") is not None) is (op in ("=", "!=") and len(value) == 10)
    assert refusal(name, f"{name}={value}") == refusal(name, f"{name}=is:{value}")


@pytest.mark.parametrize(
    "rest", ["in:2026-01-01,soon", "soon", "2026-02-30", "day:2026-01-01", "last:1", "empty:", "any:"]
)
def test_what_is_no_moment_or_no_comparison_is_left_to_its_own_rule(rest):
    assert refusal("created_at", f"created_at={rest}") is None


def test_of_many_days_some_are_named():
    told = refusal("created_at", "created_at=in:" + ",".join(f"2026-01-{day:02}" for day in range(1, 29, 2)))
    assert told.endswith("created_at=day:2026-01-07, created_at=day:2026-01-09 and so on")
