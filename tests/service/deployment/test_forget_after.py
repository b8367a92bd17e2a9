"""For how long a contact without an event is kept: read from a setting, and counted back by the calendar."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.deployment.forget_after import ForgetAfter, forget_after

DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))
RULES = st.one_of(
    st.builds(ForgetAfter, st.integers(30, 36_500), st.just("day")),
    st.builds(ForgetAfter, st.integers(1, 1_000), st.just("month")),
    st.builds(ForgetAfter, st.integers(1, 100), st.just("year")),
)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("3 years", ForgetAfter(3, "year")),
        ("1 Year", ForgetAfter(1, "year")),
        ("3y", ForgetAfter(3, "year")),
        ("18 months", ForgetAfter(18, "month")),
        ("400 days", ForgetAfter(400, "day")),
        (" 400d ", ForgetAfter(400, "day")),
    ],
)
def test_days_months_and_years_are_read(text, rule):
    assert forget_after(text) == rule


@given(RULES)
def test_what_it_says_is_read_again_as_the_same(rule):
    assert forget_after(str(rule)) == rule


@pytest.mark.parametrize("text", ["", "3m", "3 moons", "29 days", "36501 days", "३ years"])
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError, match="from 30 days to 100 years, such as 3 years"):
        forget_after(text)


@pytest.mark.parametrize(
    ("rule", "today", "before"),
    [
        (ForgetAfter(1, "year"), date(2024, 2, 29), date(2023, 2, 28)),
        (ForgetAfter(1, "month"), date(2026, 3, 31), date(2026, 2, 28)),
        (ForgetAfter(13, "month"), date(2026, 1, 15), date(2024, 12, 15)),
        (ForgetAfter(90, "day"), date(2026, 3, 1), date(2025, 12, 1)),
    ],
)
def test_it_counts_back_by_the_calendar(rule, today, before):
    assert rule.before(today) == before


@given(RULES, DAYS)
def test_it_never_comes_closer_as_days_go_on(rule, today):
    assert rule.before(today) <= rule.before(today + timedelta(days=1)) <= today
