"""Items of many threads, done together by one thread: what is done with what, and what each is told."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor, wait

import pytest

from service.commands.group_commit import MOST, GroupCommit, NotBegun, NotFinished


class Work:
    """What is done together: held up until told to go on, and written down."""

    def __init__(self):
        self.begun = threading.Semaphore(0)
        self.go_on = threading.Semaphore(0)
        self.groups = []

    def __call__(self, items, _seconds):
        self.groups.append(list(items))
        self.begun.release()
        assert self.go_on.acquire(timeout=30)
        return [None] * len(items)


def gathered(together, count):
    """Wait until so many calls have gathered behind the one under way."""
    deadline = time.monotonic() + 30
    while together.gathered() < count:
        assert time.monotonic() < deadline
    return True


def test_a_lone_call_is_done_at_once_and_by_itself():
    work = Work()
    together = GroupCommit(work)
    with ThreadPoolExecutor(1) as pool:
        for name in "ab":
            call = pool.submit(together.do, name, 30)
            assert work.begun.acquire(timeout=30)
            work.go_on.release()
            call.result(30)
    assert work.groups == [["a"], ["b"]]


def test_time_that_has_just_run_out_leaves_the_verdict_to_the_work():
    def fail(_items, seconds):
        time.sleep(seconds + 0.05)
        raise RuntimeError("in vain")

    with pytest.raises(RuntimeError, match="in vain"):
        GroupCommit(fail).do("a", 0.2)


def test_what_comes_while_one_is_at_it_is_done_in_one_go():
    work = Work()
    together = GroupCommit(work)
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(together.do, 0, 30)
        assert work.begun.acquire(timeout=30)
        others = [pool.submit(together.do, number, 30) for number in range(1, 8)]
        assert gathered(together, 7)
        work.go_on.release(2)
        assert [one.result(30) for one in (first, *others)] == [None] * 8
    assert [sorted(group) for group in work.groups] == [[0], [1, 2, 3, 4, 5, 6, 7]]


def test_no_more_are_done_together_than_the_limit_and_none_is_forgotten():
    work, count = Work(), 2 * MOST + 1
    together = GroupCommit(work)
    with ThreadPoolExecutor(count + 1) as pool:
        calls = [pool.submit(together.do, 0, 30)]
        assert work.begun.acquire(timeout=30)
        calls += [pool.submit(together.do, number, 30) for number in range(1, count + 1)]
        assert gathered(together, count)
        work.go_on.release(4)
        assert not wait(calls, 30).not_done
    assert [len(group) for group in work.groups] == [1, MOST, MOST, 1]


def test_each_is_told_its_own_fault():
    together = GroupCommit(lambda items, _: [ValueError(item) if item % 2 else None for item in items])
    with ThreadPoolExecutor(8) as pool:
        calls = [pool.submit(together.do, number, 30) for number in range(8)]
        assert [str(one.exception(30)) for one in calls] == ["None", "1", "None", "3", "None", "5", "None", "7"]


def test_what_the_work_raises_is_told_to_everybody():
    work = Work()

    def fail(items, seconds):
        work(items, seconds)
        raise RuntimeError("broken")

    together = GroupCommit(fail)
    with ThreadPoolExecutor(3) as pool:
        calls = [pool.submit(together.do, 0, 30)]
        assert work.begun.acquire(timeout=30)
        calls += [pool.submit(together.do, number, 30) for number in (1, 2)]
        assert gathered(together, 2)
        work.go_on.release(2)
        assert [str(one.exception(30)) for one in calls] == ["broken"] * 3


def test_time_that_runs_out_before_the_turn_means_that_nothing_was_begun():
    work = Work()
    together = GroupCommit(work)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(together.do, 0, 30)
        assert work.begun.acquire(timeout=30)
        with pytest.raises(NotBegun):
            together.do(1, 0.01)
        work.go_on.release()
        first.result(30)
    assert work.groups == [[0]]


def test_time_that_runs_out_during_the_work_means_that_it_may_still_be_done():
    work = Work()
    together = GroupCommit(work)
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(together.do, 0, 30)
        assert work.begun.acquire(timeout=30)
        impatient = pool.submit(together.do, 1, 3.0)
        assert gathered(together, 1)
        second = pool.submit(together.do, 2, 30)
        assert gathered(together, 2)
        work.go_on.release()
        assert work.begun.acquire(timeout=30)  # of both, within the newcomer's time
        with pytest.raises(NotFinished):
            impatient.result(30)
        work.go_on.release()
        assert [first.result(30), second.result(30)] == [None, None]
    assert work.groups == [[0], [1, 2]]


def test_the_work_is_given_the_time_that_the_newest_has_left():
    given = []
    GroupCommit(lambda items, seconds: given.append(seconds) or [None] * len(items)).do("a", 4.0)
    assert 3.0 < given[0] <= 4.0


def test_calls_that_run_out_of_time_while_others_are_done_strand_nobody():
    chance, alone, done = random.Random(7), threading.Lock(), []

    def act(items, _seconds):
        assert alone.acquire(blocking=False), "two threads are at it"
        done.extend(items)
        threading.Event().wait(0.0005)
        alone.release()
        return [None] * len(items)

    together = GroupCommit(act, grace_seconds=0.0)

    def call(number, seconds):
        began = time.monotonic()
        try:
            together.do(number, seconds)
        except NotBegun:
            told = "not begun"
        except NotFinished:
            told = "not finished"
        else:
            told = "done"
        assert time.monotonic() - began < seconds + 20
        return number, told

    with ThreadPoolExecutor(16) as pool:
        told = dict(pool.map(call, range(3000), (chance.choice([0.0, 0.0005, 0.001, 60.0]) for _ in range(3000))))
    assert sorted(done) == sorted(number for number, what in told.items() if what != "not begun")
    assert set(told.values()) == {"done", "not begun", "not finished"}
