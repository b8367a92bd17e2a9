"""The consumer as the process it is: SIGTERM lets it finish the batch at hand, a second one stands by."""

import os
import signal
import subprocess
import sys
import time
from contextlib import closing, contextmanager

import orjson

from service.deployment.locks import is_held
from service.deployment.parts import CONSUMER
from tests.examples import GAVIN
from tests.world import SHOP

PATIENCE = 30.0
"""Seconds any condition may take on a busy machine."""


@contextmanager
def running(world, part="consume"):
    environ = {**os.environ, "CONTACTS_DATA": str(world.folder), "CONTACTS_LOG_FORMAT": "json"}
    process = subprocess.Popen(
        [sys.executable, "-m", "service", part], env=environ, stderr=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def until(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def publish(world, count):
    world.publish(
        orjson.dumps(
            {
                "specversion": "1.0",
                "id": str(number),
                "source": SHOP,
                "type": "UserTracked",
                "data": {"phone": GAVIN, "traits": {"number": number}},
            }
        )
        for number in range(count)
    )


def end(process, number=signal.SIGTERM):
    process.send_signal(number)
    return process.wait(PATIENCE)


def position(world):
    if not world.drivers.log().exists():
        return 0
    with closing(world.log()) as log:
        return log.head().position


def next_offset(world):
    with closing(world.log()) as log, closing(world.drivers.bus().reader()) as bus:
        return log.offsets(bus.bus_id).get(0, 1)


def test_sigterm_at_any_moment_ends_it_in_order_between_two_batches(world):
    publish(world, 5_000)
    with running(world) as process:
        until(world.drivers.log().exists)
        assert end(process) == 0
        assert not is_held(CONSUMER.lock(world.deployment.data))
        assert position(world) == next_offset(world) - 1
    world.consume()
    assert position(world) == 5_000


def test_an_idle_consumer_ends_at_once(world):
    publish(world, 1)
    with running(world) as process:
        until(lambda: position(world) == 1)
        began = time.monotonic()
        assert end(process, signal.SIGINT) == 0
        assert time.monotonic() - began < 10


def test_a_second_consumer_stands_by_and_takes_over_after_a_kill(world):
    with running(world) as first:
        until(lambda: is_held(CONSUMER.lock(world.deployment.data)))
        with running(world) as second:
            publish(world, 10)
            until(lambda: position(world) == 10)
            assert second.poll() is None
            first.kill()
            first.wait(PATIENCE)
            world.track(phone=GAVIN, name="after the kill")
            until(lambda: position(world) == 11)
            assert end(second) == 0


def test_a_log_that_cannot_be_opened_for_a_while_does_not_end_it(world):
    """Decision 2: faults that can heal never end it."""
    world.track(phone=GAVIN)
    world.deployment.log_path.mkdir(parents=True)
    with running(world) as process:
        assert b"will be tried again" in process.stderr.readline() + process.stderr.readline()
        world.deployment.log_path.rmdir()
        until(lambda: position(world) == 1)
        assert end(process) == 0
