"""Waiting for what somebody else does."""

from itertools import count

from service.queries.in_time import in_time


def test_what_is_found_at_once_is_given_without_a_rest():
    looks = count(1)
    assert in_time(lambda: next(looks), 60) == 1
    assert next(looks) == 2


def test_without_time_there_is_one_look():
    looks = []
    assert in_time(lambda: looks.append("look"), 0) is None
    assert looks == ["look"]


def test_it_is_looked_again_until_something_is_found():
    looks = iter([None, None, "there"])
    assert in_time(lambda: next(looks), 60, pause=0) == "there"


def test_what_is_not_enough_is_given_when_time_is_over_and_not_before():
    looks = iter([1, 2, 3])
    assert in_time(lambda: next(looks), 60, pause=0, is_enough=lambda found: found == 3) == 3
    assert in_time(lambda: "half", 0, is_enough=lambda _: False) == "half"
