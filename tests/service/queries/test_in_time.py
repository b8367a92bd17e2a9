"""Waiting for what somebody else does."""

import time
from itertools import count, pairwise

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


class Looks:
    """Each takes a twentieth of a second; `rests` are the seconds between two of them."""

    def __init__(self, *found):
        self._found = iter(found)
        self._times = []

    def __call__(self):
        began = time.monotonic()
        while time.monotonic() < began + 0.05:
            pass
        self._times.append((began, time.monotonic()))
        return next(self._found)

    @property
    def rests(self):
        return [began - ended for (_, ended), (began, _) in pairwise(self._times)]


def test_after_a_look_that_found_nothing_new_it_rests_for_as_long_as_that_took():
    look = Looks(None, "half", "half", "all")
    assert in_time(look, 60, pause=0, is_enough=lambda found: found == "all") == "all"
    of_nothing, _, of_the_same = look.rests
    assert of_nothing >= 0.05
    assert of_the_same >= 0.05
