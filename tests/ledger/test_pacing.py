"""How long a follower waits after a batch."""

from ledger.pacing import LONGEST, SMALL, pause_after, pause_between_looks


def test_nobody_pauses_while_much_is_waiting():
    assert pause_after(SMALL, 0.5) == 0


def test_a_small_batch_is_followed_by_three_times_its_own_time():
    assert pause_after(1, 0.002) == 0.006


def test_no_pause_is_long_enough_for_a_person_to_notice():
    assert pause_after(SMALL - 1, 10.0) == LONGEST


def test_a_stream_that_was_silent_for_a_moment_is_looked_at_as_often_as_its_follower_likes():
    assert pause_between_looks(0.0, 0.004) == pause_between_looks(0.4, 0.004) == 0.004


def test_the_longer_a_stream_is_silent_the_rarer_are_the_looks():
    assert pause_between_looks(1.0, 0.004) == 0.01


def test_a_stream_that_was_silent_all_night_is_looked_at_every_25_ms():
    assert pause_between_looks(30_000.0, 0.004) == 0.025
