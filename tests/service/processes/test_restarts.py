import pytest

from service.deployment.parts import CANNOT_RUN
from service.processes.restarts import LONGEST_WAIT, GiveUp, Restart, RestartHistory, decide


def test_a_child_that_cannot_run_ends_the_whole():
    assert decide(RestartHistory(), CANNOT_RUN, lived=0.1) == GiveUp()


@pytest.mark.parametrize("exit_code", [0, 2, 70, -9, -11])
def test_any_other_end_is_followed_by_a_restart(exit_code):
    assert isinstance(decide(RestartHistory(), exit_code, lived=0.1), Restart)


def test_waits_double_up_to_the_longest():
    record, waits = RestartHistory(), []
    for _ in range(10):
        decision = decide(record, -9, lived=0.1)
        record = decision.record
        waits.append(decision.wait)
    assert waits[:4] == [0.2, 0.4, 0.8, 1.6]
    assert waits[-1] == LONGEST_WAIT


def test_after_a_steady_run_the_waits_begin_anew():
    assert decide(RestartHistory(short_runs=8), -9, lived=60.0) == Restart(0.2, RestartHistory(short_runs=1))
