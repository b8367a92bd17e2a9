"""A moment is refused to equal a whole day, and what was meant is said (R34)."""

import operator
import re
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.events import moments
from ledger.events.schema import Invalid
from projections.conditions.condition import BadCondition, parse
from service.queries.filters.hub_filters import read_filters
from service.queries.filters.whole_days import reaching, refuse_whole_days
from tests.examples import GAVIN
from tests.service.queries.filters.selecting import found
from tests.world import World

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


@given(names, st.sampled_from(["=", "!="]), days.map(str) | times, days.map(str) | times)
def test_two_ends_are_not_refused_since_a_day_has_a_first_and_a_last_moment(name, op, least, most):
    assert refusal(name, f"{name}{op}between:{least},{most}") is None


@given(days, times)
def test_up_to_a_day_is_up_to_its_last_moment(day, time):
    moment = moments.parse(time)
    assert (moment <= moments.parse(reaching("<=", str(day)))) is (time[:10] <= str(day))
    assert (moment >= moments.parse(reaching(">=", str(day)))) is (time[:10] >= str(day))


@pytest.mark.parametrize("value", ["2026-02-30", "2026-W01-1", "10 letters", "12345", "2026-01-01T00:00:00Z", "-"])
@pytest.mark.parametrize("op", ["<=", "<", ">", ">=", "="])
def test_what_is_no_day_is_compared_as_it_is(op, value):
    assert reaching(op, value) == value


@pytest.mark.parametrize(
    "rest", ["in:2026-01-01,soon", "soon", "2026-02-30", "day:2026-01-01", "last:1", "empty:", "any:"]
)
def test_what_is_no_moment_or_no_comparison_is_left_to_its_own_rule(rest):
    assert refusal("created_at", f"created_at={rest}") is None


def test_of_many_days_some_are_named():
    told = refusal("created_at", "created_at=in:" + ",".join(f"2026-01-{day:02}" for day in range(1, 29, 2)))
    assert told.endswith("created_at=day:2026-01-07, created_at=day:2026-01-09 and so on")


@pytest.fixture(scope="module")
def nobody(tmp_path_factory):
    """The types of attributes in a state without contacts."""
    world = World(tmp_path_factory.mktemp("nobody") / "data")
    world.settle()
    with world.drivers.generations().in_use().reading() as state:
        yield state.attribute_types()
    world.close()


@pytest.fixture(scope="module")
def somebody(tmp_path_factory):
    made = World(tmp_path_factory.mktemp("somebody") / "data")
    made.track(phone=GAVIN, city="Pune")
    made.settle()
    yield made
    made.close()


@pytest.mark.parametrize("condition", ["{0}<={1}", "{0}=between:{1},{1}", "{0}=between:2020-01-01,{1}", "{0}>={1}"])
@pytest.mark.parametrize("name", ["created_at", "modified_at"])
def test_a_day_that_is_reached_belongs_to_it_whole(somebody, name, condition):
    """Who was recorded at any time of that day is found."""
    day = somebody.contact(GAVIN)[name][:10]
    assert found(somebody, condition.format(name, day)) == "gavin"


def hub_refusal(types, trait, op, val):
    try:
        read_filters({"filters": [{"trait": trait, "op": op, "val": val}]}, types, set().__contains__)
    except Invalid as fault:
        return [one.message for one in fault.faults]
    return []


hub_names = st.sampled_from(["created_at_utc", "modified_at_utc"])


@given(hub_names, st.sampled_from(["eq", "neq", "gt", "gte", "lt", "lte"]), days.map(str) | times)
def test_a_filter_of_the_hubs_api_is_refused_just_where_a_moment_would_equal_a_day(nobody, trait, op, value):
    assert bool(hub_refusal(nobody, trait, op, value)) is (op in ("eq", "neq") and len(value) == 10)


@given(hub_names, st.lists(days.map(str) | times, max_size=4))
def test_each_day_among_the_values_of_a_filter_is_named(nobody, trait, values):
    whole = [value for value in values if len(value) == 10]
    assert [message.split()[2].rstrip(",") for message in hub_refusal(nobody, trait, "in", values)] == whole


@given(hub_names, st.sampled_from(["eq", "neq"]), days, times)
def test_what_the_hubs_api_proposes_for_a_day_is_that_day_or_all_others(nobody, trait, op, day, time):
    (told,) = hub_refusal(nobody, trait, op, str(day))
    compared = {"gte": operator.ge, "lte": operator.le, "gt": operator.gt, "lt": operator.lt}
    bounds = re.findall(r"\b(gte|lte|lt|gt) (\S+)", told)
    held = [compared[sign](datetime.fromisoformat(time), datetime.fromisoformat(bound)) for sign, bound in bounds]
    assert len(held) == 2
    is_of_day = time.startswith(str(day))
    assert (all(held) if op == "eq" else any(held)) is (is_of_day if op == "eq" else not is_of_day)
