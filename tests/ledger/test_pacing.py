"""How long a follower waits after a batch."""

from ledger.pacing import LONGEST, SMALL, pause_after


def test_nobody_pauses_while_much_is_waiting():
    assert pause_after(SMALL, 0.5) == 0


def test_a_small_batch_is_followed_by_three_times_its_own_time():
    assert pause_after(1, 0.002) == 0.006


def test_no_pause_is_long_enough_for_a_person_to_notice():
    assert pause_after(SMALL - 1, 10.0) == LONGEST
