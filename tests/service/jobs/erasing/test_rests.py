"""An erasure that waits is looked at ever more seldom, and none keeps another from its turn."""

from itertools import pairwise

from service.jobs.erasing.rests import Rests


def looks(seconds):
    """When an erasure that waits is looked at, in so many seconds."""
    now = [0.0]
    rests, found = Rests(lambda: now[0]), []
    while now[0] < seconds:
        if rests.is_due("e1"):
            found.append(now[0])
            rests.note("e1", waits=True)
        now[0] += 0.5
    return found


def test_looks_become_rarer_until_they_are_half_a_minute_apart():
    found = looks(200)
    apart = [later - sooner for sooner, later in pairwise(found)]
    assert apart == sorted(apart)
    assert (apart[0], apart[-1]) == (0.5, 30)


def test_another_erasure_has_its_turn_at_once():
    rests = Rests(lambda: 0.0)
    rests.note("e1", waits=True)
    assert (rests.is_due("e1"), rests.is_due("e2")) == (False, True)


def test_one_that_has_gone_on_begins_with_short_rests_again():
    now = [0.0]
    rests = Rests(lambda: now[0])
    for _ in range(5):
        rests.note("e1", waits=True)
    rests.note("e1", waits=False)
    assert rests.is_due("e1")
