import os

import pytest

from service.deployment.settings import Rate
from service.http.admission.rates import LARGEST_FILE, RateExceeded, Rates
from tests.clock import SECOND


@pytest.fixture
def make(tmp_path, clock):
    made = []

    def one(calls=3):
        made.append(Rates(tmp_path / "rates", Rate(calls, 60), clock))
        return made[-1]

    yield one
    for rates in made:
        rates.close()


def used_up(rates, key="0123456789ab"):
    try:
        rates.count(key)
    except RateExceeded:
        return True
    return False


def test_so_many_calls_are_let_through_and_no_more(make):
    rates = make(calls=3)
    assert [used_up(rates) for _ in range(5)] == [False, False, False, True, True]


def test_it_says_when_to_come_back(make, clock):
    rates = make(calls=1)
    rates.count("0123456789ab")
    clock.now += 15 * SECOND
    with pytest.raises(RateExceeded) as caught:
        rates.count("0123456789ab")
    assert caught.value.quota.seconds == 45


def test_a_new_window_begins_after_the_rates_time(make, clock):
    rates = make(calls=1)
    rates.count("0123456789ab")
    clock.now += 60 * SECOND
    assert not used_up(rates)


def test_a_clock_set_back_begins_a_new_window(make, clock):
    rates = make(calls=1)
    rates.count("0123456789ab")
    clock.now -= 3600 * SECOND
    assert not used_up(rates)


def test_each_key_has_its_own_count(make):
    rates = make(calls=1)
    assert [used_up(rates, f"{n:012x}") for n in range(200)] == [False] * 200


def test_workers_share_the_count(make):
    first, second = make(calls=2), make(calls=2)
    assert [used_up(first), used_up(second), used_up(first), used_up(second)] == [False, False, True, True]


def test_each_use_says_what_is_left(make, clock):
    rates = make(calls=3)
    first = rates.count("0123456789ab")
    clock.now += 20 * SECOND
    second = rates.count("0123456789ab")
    assert [(quota.remaining, quota.seconds) for quota in (first, second)] == [(2, 60), (1, 40)]


def test_the_file_does_not_grow_with_the_number_of_names(make, tmp_path):
    rates = make()
    for number in range(20_000):
        rates.count(f"198.51.{number >> 8}.{number & 255}")
    assert (tmp_path / "rates").stat().st_size <= LARGEST_FILE < 256 * 1024


def test_a_file_that_was_cut_counts_on(make, tmp_path):
    rates = make(calls=1)
    rates.count("0123456789ab")
    os.truncate(tmp_path / "rates", 5)
    assert [used_up(rates), used_up(rates)] == [False, True]
