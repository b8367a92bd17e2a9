"""The consumer's life: poll, append, and after anything that did not commit seek to the log's offsets again."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Protocol

from consumers.appender import Appender
from consumers.offsets import Gap, gaps, starting_points
from consumers.reading_ahead import ReadingAhead
from ledger import sqlite
from ledger.bus.port import Bus, Damaged, OutOfRange, Reader, Unavailable
from ledger.clock import ClockAhead
from ledger.log.log import EventLog, OffsetMoved
from ledger.pacing import SMALL, pause_after

BATCH = 10_000
"""Records appended in one transaction at most; as many are read ahead meanwhile, so memory is the bound."""

_IDLE_SECONDS = 0.25
_BACK_OFF = (0.2, 0.5, 1.0, 2.0, 5.0)


class MessagesMissing(Exception):
    """The bus has lost or damaged messages that the log never took; only a person may decide to go on."""

    def __init__(self, found: Sequence[Gap]) -> None:
        super().__init__(
            "; ".join(map(str, found))
            + ". Nothing more is taken: find out what was lost, then go on with `contacts consume --accept-gap`"
        )
        self.gaps = tuple(found)


class Watcher(Protocol):
    """What the loop tells the outside, and asks of it."""

    def is_stopping(self) -> bool:
        """Whether to end after the batch at hand."""

    def wait(self, seconds: float) -> object:
        """Wait this long, or until stopping."""

    def healthy(self) -> None:
        """The bus answers and the log takes what comes."""

    def faulty(self, fault: Exception) -> None:
        """Something failed that can heal; it will be tried again."""


@dataclass(frozen=True, slots=True)
class Consumer:
    """Moves everything from the bus to the log, exactly once whatever happens in between.

    `gaps_accepted_by` is the person who decided to go on although messages are gone (decision 3); None: nobody has.
    """

    bus: Bus
    log: EventLog
    appender: Appender
    gaps_accepted_by: str | None = None
    batch: int = BATCH
    timer: Callable[[], float] = time.monotonic

    def run(self, watcher: Watcher) -> None:
        """Consume until the watcher says stop, over faults that can heal.

        Raises MessagesMissing, ledger.bus.port.Unusable, and storage faults that no waiting mends.
        """
        failures = 0

        def succeeded() -> None:
            nonlocal failures
            failures = 0
            watcher.healthy()

        while not watcher.is_stopping():
            try:
                with closing(self.bus.reader()) as reader:
                    self._consume(reader, watcher, succeeded)
            except (Unavailable, OutOfRange, ClockAhead) as fault:
                watcher.faulty(fault)
            except sqlite.Error as fault:
                if not sqlite.is_passing(fault):
                    raise
                watcher.faulty(fault)
            watcher.wait(_BACK_OFF[min(failures, len(_BACK_OFF) - 1)])
            failures += 1

    def _consume(self, reader: Reader, watcher: Watcher, succeeded: Callable[[], None]) -> None:
        with closing(ReadingAhead(reader, self.appender.read, self.batch)) as ahead:
            offsets, reached = self._start(reader)
            while not watcher.is_stopping():
                try:
                    messages = ahead.next(_IDLE_SECONDS)
                except Damaged as fault:
                    damage = Gap(fault.partition, fault.offset, fault.resume, is_damage=True)
                    offsets, reached = self._start(reader, damage)
                    continue
                reader.mark(offsets)
                following = dict(ahead.following.items() - reached.items())
                if not messages and not following:
                    self.log.tidy()
                    succeeded()
                    continue
                began = self.timer()
                meanwhile = ahead.begin if len(messages) >= SMALL else _nothing
                try:
                    self.appender.append(reader.bus_id, messages, offsets, following, meanwhile)
                except OffsetMoved:  # told before anything is read ahead
                    offsets, reached = self._start(reader)
                    continue
                offsets |= following
                reached = ahead.following
                succeeded()
                watcher.wait(pause_after(len(messages), self.timer() - began))

    def _start(self, reader: Reader, *damage: Gap) -> tuple[dict[int, int], Mapping[int, int]]:
        """Seek to where the log is, or beyond gaps once somebody accepts them.

        Gives the log's offsets for this bus, and where its partitions go on, those never read among them.
        """
        stored, ranges = self.log.offsets(reader.bus_id), reader.ranges()
        missing = (*gaps(stored, ranges), *damage)
        if missing:
            if self.gaps_accepted_by is None:
                raise MessagesMissing(missing)
            self.appender.accept_gaps(reader.bus_id, stored, missing, self.gaps_accepted_by)
            stored = self.log.offsets(reader.bus_id)
        reader.seek(starting_points(stored, ranges))
        return stored, reader.following()


def _nothing() -> None:
    pass
