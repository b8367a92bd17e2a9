"""What is kept until the state changes: others are given what was found before, but not who needs a newer one."""

from concurrent.futures import ThreadPoolExecutor, TimeoutError
from threading import Event

import pytest

from ledger.log.entry import public_id
from service.queries.lists.kept import KeptAnswer
from tests.examples import ASHA, EMMA, GAVIN


@pytest.fixture
def state(world):
    def tell(phone):
        world.track(phone=phone)
        world.settle()

    tell(GAVIN)
    in_use = world.drivers.generations().in_use
    return in_use, tell


def test_while_one_computes_the_others_get_what_was_found_before_unless_they_wrote_since(state):
    in_use, tell = state
    begun, go_on = Event(), Event()
    go_on.set()

    def compute(reader):
        position = reader.checkpoint().position
        begun.set()
        assert go_on.wait(30)
        return position

    kept = KeptAnswer(in_use, compute)
    assert kept() == (1, 1)
    tell(ASHA)
    begun.clear()
    go_on.clear()
    with ThreadPoolExecutor(2) as pool:
        computing = pool.submit(kept)
        assert begun.wait(30)
        assert kept() == (1, 1)
        assert kept(at_least=1) == (1, 1)
        mine = pool.submit(kept, 2)
        with pytest.raises(TimeoutError):
            mine.result(0.05)
        go_on.set()
        assert [computing.result(30), mine.result(30)] == [(2, 2), (2, 2)]


def test_an_answer_never_takes_the_place_of_a_newer_one(state):
    in_use, tell = state
    begun, go_on = Event(), Event()

    def compute(reader):
        found = reader.checkpoint().position
        if found == 1:
            begun.set()
            assert go_on.wait(30)
        return found

    kept = KeptAnswer(in_use, compute)
    with ThreadPoolExecutor(2) as pool:
        old = pool.submit(kept)
        assert begun.wait(30)
        tell(ASHA)
        new = pool.submit(kept, 2)
        go_on.set()
        assert [old.result(30), new.result(30)] == [(1, 1), (2, 2)]
    tell(EMMA)
    assert kept(3) == (3, 3)


def test_what_took_long_is_given_again_for_ten_times_as_long_but_not_to_who_wrote_since(state):
    in_use, tell = state
    now, takes = [100.0], [3.0]

    def compute(reader):
        now[0] += takes[0]
        return reader.checkpoint().position

    kept = KeptAnswer(in_use, compute, lambda: now[0])
    assert kept() == (1, 1)
    tell(ASHA)
    now[0] += 29
    assert kept() == (1, 1)
    assert kept(2) == (2, 2)
    tell(EMMA)
    now[0] += 31
    takes[0] = 0.001
    assert kept() == (3, 3)


def test_what_took_no_time_is_as_new_as_the_state(state):
    in_use, tell = state
    kept = KeptAnswer(in_use, lambda reader: reader.checkpoint().position, lambda: 7.0)
    assert kept() == (1, 1)
    tell(ASHA)
    assert kept() == (2, 2)


def test_nobody_is_told_what_was_found_before_somebody_was_erased(state, world):
    in_use, tell = state
    now = [100.0]

    def compute(reader):
        now[0] += 3.0
        return reader.count()

    kept = KeptAnswer(in_use, compute, lambda: now[0])
    tell(ASHA)
    assert kept() == (2, 2)
    gavin = public_id(world.entries()[0].contact_id)
    world.send_signed("/cli", "ContactErased", "e1", {"contact": gavin, "by": "asha", "reason": "asked"})
    world.settle()
    assert kept() == (1, 3)


def test_what_was_found_long_ago_is_not_given_to_who_comes_while_it_is_found_anew(state):
    in_use, tell = state
    begun, go_on, now = Event(), Event(), [100.0]
    go_on.set()

    def compute(reader):
        begun.set()
        assert go_on.wait(30)
        return reader.checkpoint().position

    kept = KeptAnswer(in_use, compute, lambda: now[0])
    kept()
    tell(ASHA)
    now[0] += 3600
    begun.clear()
    go_on.clear()
    with ThreadPoolExecutor(2) as pool:
        computing = pool.submit(kept)
        assert begun.wait(30)
        other = pool.submit(kept)
        with pytest.raises(TimeoutError):
            other.result(0.05)
        go_on.set()
        assert [computing.result(30), other.result(30)] == [(2, 2), (2, 2)]
