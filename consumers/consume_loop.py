"""The consumer's life: poll, append, and after anything that did not commit seek to the log's offsets again."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Protocol

from consumers.appender import Appender
from consumers.offsets import Gap, beyond, gaps, starting_points
from consumers.reading_ahead import ReadingAhead
from ledger.bus.port import Bus, Damaged, OutOfRange, Reader, Unavailable
from ledger.clock import ClockAhead
from ledger.log.port import EventLog, OffsetMoved
from ledger.pacing import SMALL, pause_after
from ledger.storage import StorageFault

BATCH = 10_000
"""Records appended in one transaction at most; as many are read ahead meanwhile, so memory is the bound."""

_IDLE_SECONDS = 0.25
_TIPS, _TIPS_SECONDS = 100, 5.0
"""How many records are read at a time, and for how long, to see that the bus has what the log took last."""

_BACK_OFF = (0.2, 0.5, 1.0, 2.0, 5.0)


class MessagesMissing(Exception):
    """The bus has lost or damaged messages that the log never took; only a person may decide to go on."""

    def __init__(self, found: Sequence[Gap]) -> None:
        super().__init__(
            "; ".join(map(str, found))
            + ". Nothing more is taken: find out what was lost, then go on with `contacts consume --accept-gap`"
        )
        self.gaps = tuple(found)


class BusUnknown(Exception):
    """The bus is not the one that the log takes from (R37); only a person may decide to go on with it."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"{why}. Nothing more is taken: put the log's own bus back, or go on with this one, read from its"
            " beginning, with `contacts consume --accept-bus` (or `contacts serve --accept-bus`)"
        )


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
    `bus_accepted_by` is the person who decided to go on with the bus that is found at the start (R37), whichever it is;
    one that takes its place later is another decision.
    """

    bus: Bus
    log: EventLog
    appender: Appender
    gaps_accepted_by: str | None = None
    bus_accepted_by: str | None = None
    batch: int = BATCH
    timer: Callable[[], float] = time.monotonic

    def run(self, watcher: Watcher) -> None:
        """Consume until the watcher says stop, over faults that can heal.

        Raises MessagesMissing, BusUnknown, ledger.bus.port.Unusable, ledger.belonging.Gone, and storage faults that no
        waiting mends.
        """
        failures, accepted_by = 0, self.bus_accepted_by

        def succeeded() -> None:
            nonlocal failures
            failures = 0
            watcher.healthy()

        while not watcher.is_stopping():
            try:
                with closing(self.bus.reader()) as reader:
                    self._recognise(reader, accepted_by)
                    accepted_by = None
                    self._consume(reader, watcher, succeeded)
            except (Unavailable, OutOfRange, ClockAhead) as fault:
                watcher.faulty(fault)
            except StorageFault as fault:
                if not fault.is_passing:
                    raise
                watcher.faulty(fault)
                self.log.make_room()
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

    def _recognise(self, reader: Reader, accepted_by: str | None) -> None:
        """See that this is the bus that the log takes from: by its id, and by what it says where the log stopped.

        A copy that was put back has the right id, and may have got other messages since.
        """
        why = self._strange(reader)
        if why is None:
            if self.log.bus() is None:
                self.log.adopt(reader.bus_id)
        elif accepted_by is None:
            raise BusUnknown(why)
        else:
            self.appender.accept_bus(reader.bus_id, accepted_by)

    def _strange(self, reader: Reader) -> str | None:
        known, before = self.log.bus(), self.log.buses()
        if known is None and before and reader.bus_id not in before:
            return f"the bus ({reader.bus_id}) is not one that the log has ever taken messages from"
        if known is not None and reader.bus_id != known:
            return f"the bus ({reader.bus_id}) is not the one that the log takes from ({known})"
        ranges = reader.ranges()
        return beyond(self.log.offsets(reader.bus_id), ranges) or self._changed(reader, ranges)

    def _changed(self, reader: Reader, ranges: Mapping[int, tuple[int, int]]) -> str | None:
        """What the bus says otherwise than the log took it, at the last messages of each partition that both have."""
        tips = {
            partition: tip.offset
            for partition, tip in self.log.tips(reader.bus_id).items()
            if partition in ranges and ranges[partition][0] <= tip.offset < ranges[partition][1]
        }
        if not tips:
            return None
        reader.seek({partition: tips.get(partition, end) for partition, (_, end) in ranges.items()})
        deadline = self.timer() + _TIPS_SECONDS
        while tips and self.timer() < deadline:
            try:
                records = reader.poll(_TIPS, _IDLE_SECONDS)
            except Damaged:  # there is nothing to compare; the log has it
                return None
            for record in records:
                if record.offset >= tips.get(record.partition, record.offset + 1):
                    del tips[record.partition]
                    if not self.appender.says_what_was_taken(reader.bus_id, record):
                        return (
                            f"the bus has another message at offset {record.offset} of partition {record.partition}"
                            " than the log has taken there: it was put back from a copy, or replaced"
                        )
        return None

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
