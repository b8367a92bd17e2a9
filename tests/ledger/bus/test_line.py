"""The line before the embedded bus's writer: who is woken, and what each is told."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from ledger.bus.port import BusError, NotConfirmed
from ledger.bus.sqlite.line import Call, Line

ROW = (bytearray(b"key"), bytearray(b"value"), 0)


def call(seconds=30.0, rows=1):
    return Call([ROW] * rows, time.monotonic() + seconds)


def take(line, count):
    """The shares of `count` calls, as soon as they are in the line."""
    shares = []
    deadline = time.monotonic() + 30
    while len(shares) < count:
        assert time.monotonic() < deadline
        shares += line.take(500)
    return shares


def test_every_call_written_together_returns():
    line = Line()
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(line.wait_for, call()) for _ in range(8)]
        line.confirm(take(line, 8))
        assert [one.result(30) for one in waiting] == [None] * 8


def test_one_that_gave_up_does_not_keep_the_others_waiting():
    line = Line()
    with ThreadPoolExecutor(3) as pool:
        impatient = [pool.submit(line.wait_for, call(0.05)) for _ in range(2)]
        shares = take(line, 2)
        for one in impatient:
            with pytest.raises(NotConfirmed):
                one.result(30)
        patient = pool.submit(line.wait_for, call())
        line.confirm([shares[0], *take(line, 1), shares[1]])
        assert patient.result(30) is None


def test_calls_that_run_out_of_time_while_others_are_confirmed_strand_nobody():
    line, stop = Line(), threading.Event()
    chance = random.Random(7)

    def write():
        while not stop.is_set():
            shares = line.take(20)
            time.sleep(0.0005)
            line.confirm(shares)

    def publish(seconds):
        begun = time.monotonic()
        one = call(seconds)
        try:
            line.wait_for(one)
        except BusError:
            return time.monotonic() - begun < seconds + 5
        return one.durable == 1 and time.monotonic() - begun < 5

    writer = threading.Thread(target=write)
    writer.start()
    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(publish, [chance.choice([0.0, 0.0005, 0.001, 30.0]) for _ in range(3000)]))
    stop.set()
    writer.join()
    assert all(outcomes)
