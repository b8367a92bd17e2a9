"""Work beside a process's own: neither waits for the other, and a fault is the process's."""

import errno
from contextlib import contextmanager
from threading import Event

import pytest

from ledger.storage import StorageFault
from service.processes.beside import beside
from tests.brokers import eventually

SECONDS = 20.0


def opened(turn):
    @contextmanager
    def made():
        yield turn

    return made


def test_a_turn_that_takes_long_keeps_nobody_waiting():
    begun, may_end = Event(), Event()

    def turn():
        begun.set()
        may_end.wait(SECONDS)

    with beside(opened(turn)) as check:
        assert begun.wait(SECONDS)
        check()
        may_end.set()


FULL = [StorageFault("the disk is full", kind="FULL", is_passing=True), OSError(errno.ENOSPC, "no space left")]


@pytest.mark.parametrize("fault", FULL, ids=["storage", "system"])
def test_a_passing_fault_is_for_the_next_time(fault):
    again = Event()
    faults = [fault]

    def turn():
        if faults:
            raise faults.pop()
        again.set()

    with beside(opened(turn)) as check:
        assert again.wait(SECONDS)
        check()


def test_what_no_waiting_mends_is_raised_where_somebody_looks():
    ended = Event()

    @contextmanager
    def made():
        try:
            yield fail
        finally:
            ended.set()

    def fail():
        raise StorageFault("the file is damaged", kind="CORRUPT")

    with beside(made) as check:
        assert ended.wait(SECONDS)
        eventually(lambda: is_raised(check), SECONDS, "the fault is raised")


def is_raised(check):
    try:
        check()
    except StorageFault as fault:
        return "damaged" in str(fault)
    return False
