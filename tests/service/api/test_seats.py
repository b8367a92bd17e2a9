"""Seats: how much of a worker the bearer of one key may hold, and what is always left for others (R39)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.http.admission.seats import FOR_READS, SEATS, THREADS, Seats, seats_of
from service.http.problem import Problem


def taken(seats, key, size=1):
    """How many times this key can take seats."""
    count = 0
    try:
        while True:
            seats.take(key, size)
            count += 1
    except Problem:
        return count


def test_one_key_holds_at_most_half_of_a_workers_threads_and_reads_have_some_of_their_own():
    assert 0 < taken(Seats(SEATS), "one") <= THREADS // 2
    assert SEATS + FOR_READS == THREADS


def test_beyond_its_share_a_key_is_told_to_wait_for_its_own_calls():
    seats = Seats(4)
    assert taken(seats, "one") == 2
    with pytest.raises(Problem) as told:
        seats.take("one")
    assert (told.value.status, told.value.headers["Retry-After"]) == (429, "1")
    assert told.value.message == "Rate limit exceeded for this resource"


def test_who_holds_none_and_finds_none_is_told_that_the_worker_is_busy():
    seats = Seats(2)
    assert [taken(seats, "one"), taken(seats, "two")] == [1, 1]
    with pytest.raises(Problem) as told:
        seats.take("three")
    assert told.value.status == 503
    assert "nothing was published" in told.value.message


def test_what_is_given_back_can_be_taken_again():
    seats = Seats(8)
    before = taken(seats, "one")
    for _ in range(before):
        seats.leave("one")
    assert taken(seats, "one") == before


def test_a_seat_is_given_back_also_by_a_call_that_fails():
    seats = Seats(2)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), seats.taken("one"):
            1 / 0  # noqa: B018
    assert taken(seats, "one") == 1


@pytest.mark.parametrize(
    ("length", "count"), [(None, 1), (0, 1), (1, 1), (256 * 1024, 1), (256 * 1024 + 1, 2), (5 * 1024 * 1024, 20)]
)
def test_a_large_body_takes_a_seat_for_each_256_kib_of_the_memory_that_it_needs(length, count):
    assert seats_of(length) == count


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(1, 20), st.booleans()), max_size=200))
def test_whatever_is_taken_and_left_no_key_has_more_than_half_and_a_new_one_finds_a_seat_while_any_is_free(steps):
    seats, held = Seats(64), []
    for key, size, leaves in steps:
        if leaves and held:
            seats.leave(*held.pop(0))
            continue
        free = 64 - sum(count for _, count in held)
        own = sum(count for name, count in held if name == key)
        try:
            seats.take(key, size)
        except Problem:
            assert own + size > free - size + 1
            assert own or size > 1 or free == 0
        else:
            held.append((key, size))
            assert own + size <= 32
            assert sum(count for _, count in held) <= 64
