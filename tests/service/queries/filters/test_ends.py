"""Two ends of a condition between which nothing can be are refused, and no others (R34)."""

from datetime import timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.conditions.condition import BadCondition
from service.queries.filters.condition_words import ends_of

zones = st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours)))
numbers = st.integers(-(2**53), 2**53) | st.floats(-1e300, 1e300)
days = st.dates().map(lambda day: (day, day.isoformat()))
times = st.datetimes(timezones=zones).filter(lambda one: 2 < one.year < 9990).map(lambda one: (one, one.isoformat()))


@given(st.one_of(*(st.tuples(kind, kind) for kind in (numbers.map(lambda one: (one, repr(one))), days, times))))
def test_ends_are_refused_just_where_the_first_is_the_greater_one(ends):
    (least, written_least), (most, written_most) = ends
    rest = f"{written_least},{written_most}"
    if float(least) > float(most) if isinstance(least, int | float) else least > most:
        with pytest.raises(BadCondition, match="has the greater value first"):
            ends_of("a=between:", rest)
    else:
        assert ends_of("a=between:", rest) == (written_least, written_most)


@given(days, times)
def test_a_day_and_a_time_are_left_to_the_condition(day, time):
    assert ends_of("a=between:", f"{day[1]},{time[1]}") == (day[1], time[1])
    assert ends_of("a=between:", f"{time[1]},{day[1]}") == (time[1], day[1])


def test_texts_are_left_to_the_condition():
    assert ends_of("a=between:", '"b,c",a') == ("b,c", "a")
