"""Waiting for a broker to answer."""

import socket
import time
from collections.abc import Callable

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

START_SECONDS = 120.0


class NoBroker(Exception):
    """This machine has no way to a real broker; the message says what was tried."""


def eventually(holds: Callable[[], object], seconds: float, what: str) -> None:
    """Return as soon as `holds()` is true; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)


def free_port() -> int:
    """A TCP port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(bootstrap: str, **options: object) -> bool:
    """Whether a broker at `bootstrap` tells its cluster."""
    try:
        KafkaAdminClient(bootstrap_servers=bootstrap, bootstrap_timeout_ms=1000, **options).close()
    except KafkaError:
        return False
    return True
