"""The line to the brokers: one producer for all threads, made in the background and made anew after a fault."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as StillWaiting
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from kafka import KafkaProducer

from ledger.bus.kafka import clients, topic
from ledger.bus.kafka.options import Options
from ledger.bus.port import Unavailable

_CLOSE_SECONDS = 10.0
_MOST_TRIES = 30
"""To close a producer beside the calls; at the end of a process there is one."""


@dataclass(slots=True, eq=False)
class Line:
    """A producer, how many calls use it, and whether a fault has retired it."""

    producer: KafkaProducer
    users: int = 0
    retired: bool = False


class Lines:
    """Hands out the one live line. A retired one is closed when its last call has left it.

    The producer's constructor needs a broker and may take long (name servers, hand-shakes), so a thread of its own
    runs it, and every call waits for it no longer than its own deadline.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._mutex = threading.Lock()
        self._line: Line | None = None
        self._attempt: Future[Line] | None = None
        self._closed = False

    @contextmanager
    def lease(self, deadline: float) -> Iterator[Line]:
        """A line to publish on until `deadline` (monotonic seconds). Raises Unavailable or Unusable: nothing sent."""
        line = self._enter(deadline)
        try:
            yield line
        finally:
            self._leave(line)

    def close(self) -> None:
        """Retire the line, wait for what was sent on it, and make no more."""
        with self._mutex:
            self._closed = True
            line, self._line = self._line, None
        if line is not None:
            with self._mutex:
                line.retired = True
                unused = line.users == 0
            if unused:
                _end(line)

    def _enter(self, deadline: float) -> Line:
        while True:
            with self._mutex:
                if self._closed:
                    raise Unavailable("the publisher is closed")
                line = self._line
                if line is not None and not line.retired:
                    line.users += 1
                    return line
                attempt = self._attempt or self._begin()
            try:
                attempt.result(max(0.0, deadline - time.monotonic()))
            except StillWaiting:
                raise Unavailable(f"Kafka at {','.join(self._options.servers)} did not answer in time") from None

    def _leave(self, line: Line) -> None:
        with self._mutex:
            line.users -= 1
            done = line.retired and line.users == 0
        if done:
            threading.Thread(target=_end, args=[line, _MOST_TRIES], name="kafka-close", daemon=True).start()

    def _begin(self) -> Future[Line]:
        attempt: Future[Line] = Future()
        self._attempt = attempt
        threading.Thread(target=self._make, args=[attempt], name="kafka-connect", daemon=True).start()
        return attempt

    def _make(self, attempt: Future[Line]) -> None:
        try:
            line = self._connected()
        except BaseException as fault:
            with self._mutex:
                self._attempt = None
            attempt.set_exception(fault)
            return
        with self._mutex:
            self._attempt = None
            unwanted = self._closed
            self._line = None if unwanted else line
        if unwanted:
            _end(line)
        attempt.set_result(line)

    def _connected(self) -> Line:
        asker = clients.admin(self._options)
        try:
            topic.ensure(asker, self._options)
        finally:
            asker.close()
        producer = clients.producer(self._options)
        line = Line(producer)
        try:
            with clients.translated(self._options):
                producer.partitions_for(self._options.topic)
        except BaseException:
            _end(line)
            raise
        return line


def _end(line: Line, tries: int = 1) -> None:
    """Close the producer; it gives up within its delivery time-out whatever it still holds.

    One that cannot do so in time stays open, with its thread and its sockets, and is closed by another try.
    """
    for _ in range(tries):
        with suppress(Exception):
            line.producer.close(timeout=_CLOSE_SECONDS)
            return
