"""When a phone was a person's, where it was given up: from one order to the next (R31)."""

import pytest

from ledger.log.stretches import ALWAYS, GivingUp, Stretch, stretches

FIRST, SECOND, THIRD = GivingUp(10, 100, True), GivingUp(20, 200, False), GivingUp(30, 300, True)


def test_a_phone_that_nobody_gave_up_is_theirs_always_unless_another_has_it():
    assert stretches([], is_theirs=True) == stretches([], is_theirs=None) == [ALWAYS]
    assert stretches([], is_theirs=False) == []


def test_whoever_gave_it_up_had_it_until_then_and_whoever_has_it_now_since():
    assert stretches([FIRST], is_theirs=False) == [Stretch(None, FIRST)]
    anothers = FIRST._replace(was_theirs=False)
    assert stretches([anothers], is_theirs=True) == [Stretch(anothers, None)]


def test_what_nobody_has_by_now_is_still_of_whoever_had_it_last():
    assert stretches([FIRST], is_theirs=None) == [ALWAYS]
    assert stretches([FIRST, SECOND], is_theirs=None) == [Stretch(None, FIRST)]


def test_a_phone_can_be_theirs_and_another_s_by_turns():
    assert stretches([FIRST, SECOND, THIRD], is_theirs=False) == [Stretch(None, FIRST), Stretch(SECOND, THIRD)]
    assert stretches([FIRST, SECOND], is_theirs=True) == [Stretch(None, FIRST), Stretch(SECOND, None)]


@pytest.mark.parametrize("is_theirs", [True, None])
def test_one_who_gave_it_up_and_has_it_again_had_it_always(is_theirs):
    assert stretches([FIRST, THIRD], is_theirs=is_theirs) == [ALWAYS]


def test_the_orders_that_bound_a_part_of_the_log_are_not_in_it():
    assert [Stretch(FIRST, SECOND).has(position) for position in (10, 11, 19, 20)] == [False, True, True, False]
    assert [Stretch(None, FIRST).has(position) for position in (1, 9, 10)] == [True, True, False]
    assert [Stretch(SECOND, None).has(position) for position in (20, 21)] == [False, True]
    assert ALWAYS.has(1)
