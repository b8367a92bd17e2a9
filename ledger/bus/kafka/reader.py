"""Reading a Kafka topic at offsets the ledger names, and only as long as it is the same topic."""

import struct
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from kafka import TopicPartition
from kafka import errors as kafka
from kafka.structs import OffsetAndMetadata

from ledger.bus.kafka import clients, topic
from ledger.bus.kafka.options import Options
from ledger.bus.kafka.record_batches import BrokenBatch, UnreadableRecord
from ledger.bus.port import Damaged, OutOfRange, Reader, Record, Replaced, Unavailable, Unusable

GROUP = "contacts-ledger"
"""The consumer group under which lag monitors find how far the log has come."""

_SLICE_MS = 100
_CHECK_SECONDS = 1.0
_MARK_SECONDS = 1.0
_ANSWER_MS = 3000
_PROBE_MS = 1000
_DAMAGE = (BrokenBatch, kafka.CorruptRecordError, struct.error)
"""Raised for bytes that are not as a publisher sent them."""


def _now() -> int:
    return time.time_ns() // 1000


class KafkaReader(Reader):
    """Reads every partition of the topic. After each fetch it asks for the topic's id before it hands records out."""

    def __init__(self, options: Options, clock: Callable[[], int] = _now) -> None:
        """`clock` gives microseconds since the epoch, for a message that came without a time.

        Raises Unavailable; Unusable, with the command to run, when the topic is unfit and may not be altered.
        """
        self._options = options
        self._clock = clock
        self._closed = False
        self._position: dict[int, int] = {}
        self._marked: dict[int, int] = {}
        self._next_mark = 0.0
        self._asker = clients.admin(options)
        try:
            found = topic.ensure(self._asker, options)
            topic.hold_to_needs(self._asker, options)
            self._consumer = clients.consumer(options)
        except BaseException:
            self._asker.close()
            raise
        self.bus_id = found.id
        self._partitions = found.partitions
        self._next_check = time.monotonic() + _CHECK_SECONDS

    def ranges(self) -> Mapping[int, tuple[int, int]]:
        """See `Reader.ranges`; a message of an open transaction is not there yet."""
        with clients.translated(self._options):
            places = [self._place(partition) for partition in self._partitions]
            begins = self._consumer.beginning_offsets(places, timeout_ms=_ANSWER_MS)
            ends = self._consumer.end_offsets(places, timeout_ms=_ANSWER_MS)
        self._check_same()
        return {place.partition: (begins[place], ends[place]) for place in places}

    def seek(self, offsets: Mapping[int, int]) -> None:
        """See `Reader.seek`."""
        absent = [partition for partition in self._partitions if partition not in offsets]
        begins = self.ranges() if absent else {}
        self._position = {
            partition: begins[partition][0] if partition in absent else offsets[partition]
            for partition in self._partitions
        }
        with clients.translated(self._options):
            self._consumer.assign([self._place(partition) for partition in self._partitions])
            self._return()

    def poll(self, limit: int, timeout: float) -> list[Record]:
        """See `Reader.poll`. Raises Unavailable too when the topic got more partitions: open it again."""
        deadline = time.monotonic() + timeout
        while True:
            wait_ms = max(0, min(_SLICE_MS, int((deadline - time.monotonic()) * 1000)))
            fetched = self._fetch_checked(limit, wait_ms)
            if fetched:
                return self._taken(fetched)
            if time.monotonic() >= deadline:
                return []

    def following(self) -> Mapping[int, int]:
        """See `Reader.following`; the marks that end a transaction have offsets too."""
        return dict(self._position)

    def mark(self, offsets: Mapping[int, int]) -> None:
        """See `Reader.mark`; once a second at most."""
        self._marked = dict(offsets)
        if time.monotonic() >= self._next_mark:
            self._next_mark = time.monotonic() + _MARK_SECONDS
            self._commit()

    def close(self) -> None:
        """See `Reader.close`."""
        if not self._closed:
            self._closed = True
            self._commit()
            with suppress(Exception):
                self._consumer.close(autocommit=False, timeout_ms=1000)
            with suppress(Exception):
                self._asker.close()

    def _fetch_checked(self, limit: int, wait_ms: int) -> list[Any]:
        """Records of this very topic. After a fault the consumer goes back, so that nothing fetched is skipped."""
        try:
            fetched = self._fetch(limit, wait_ms)
            if fetched or time.monotonic() >= self._next_check:
                self._check_same()
            self._position = self._reached()
        except BaseException:
            self._return()
            raise
        return fetched

    def _reached(self) -> dict[int, int]:
        with clients.translated(self._options):
            return {partition: self._consumer.position(self._place(partition)) for partition in self._position}

    def _fetch(self, limit: int, wait_ms: int) -> list[Any]:
        try:
            fetched = self._consumer.poll(timeout_ms=wait_ms, max_records=limit)
        except kafka.OffsetOutOfRangeError as fault:
            raise self._out_of_range() from fault
        except kafka.LogTruncationError as fault:
            raise Unusable(f"topic {self._options.topic} has lost messages that were read before ({fault})") from fault
        except _DAMAGE as fault:
            raise self._damaged() from fault
        except Exception as fault:
            raise clients.meaning(fault, self._options) from fault
        return [record for records in fetched.values() for record in records]

    def _taken(self, fetched: list[Any]) -> list[Record]:
        return [
            Record(
                record.partition,
                record.offset,
                record.timestamp * 1000 if record.timestamp >= 0 else self._clock(),
                record.key,
                record.value,
                tuple((name, value or b"") for name, value in record.headers) if record.headers else (),
                record.headers.fault if type(record.headers) is UnreadableRecord else None,
            )
            for record in fetched
        ]

    def _out_of_range(self) -> Exception:
        for partition, (first, following) in self.ranges().items():
            if not first <= self._position[partition] <= following:
                return OutOfRange(partition, self._position[partition], first, following)
        return Unavailable(f"topic {self._options.topic} did not have the position a moment ago, and has it now")

    def _damaged(self) -> Exception:
        """What to say of bytes that could not be read; from here on another consumer reads (this one would hang)."""
        self._consumer.close(autocommit=False, timeout_ms=1000)
        self._consumer = clients.consumer(self._options)
        self._consumer.assign([self._place(partition) for partition in self._partitions])
        ranges = self.ranges()
        for partition, position in self._position.items():
            if (fault := self._fault_at(partition, position)) is not None:
                resume = self._readable(partition, position, ranges[partition][1], fault)
                return Damaged(partition, position, resume)
        return Unavailable(f"topic {self._options.topic} could not be read a moment ago, and can be now")

    def _readable(self, partition: int, damaged: int, end: int, fault: Exception) -> int:
        """The first offset behind a damaged one that can be read: the next batch's, or else found by trying."""
        if isinstance(fault, BrokenBatch) and damaged < fault.following <= end:
            return fault.following
        good = damaged + 1
        while good < end and self._fault_at(partition, good) is not None:
            damaged, good = good, min(end, good + 2 * (good - damaged))
        while good - damaged > 1:
            middle = (damaged + good) // 2
            if self._fault_at(partition, middle) is None:
                good = middle
            else:
                damaged = middle
        return good

    def _fault_at(self, partition: int, offset: int) -> Exception | None:
        """Why there is nothing to be read at an offset; None too where no answer comes."""
        place = self._place(partition)
        probe = clients.consumer(self._options)
        try:
            with clients.translated(self._options):
                probe.assign([place])
                probe.seek(place, offset)
                try:
                    probe.poll(timeout_ms=_PROBE_MS, max_records=1)
                except _DAMAGE as fault:
                    return fault
        finally:
            probe.close(autocommit=False, timeout_ms=1000)
        return None

    def _check_same(self) -> None:
        found = topic.describe(self._asker, self._options)
        self._next_check = time.monotonic() + _CHECK_SECONDS
        if found is None:
            raise Unavailable(f"topic {self._options.topic} does not exist any more")
        if found.id != self.bus_id:
            raise Replaced(f"topic {self._options.topic} was deleted and made again: open it again")
        if found.partitions != self._partitions:
            raise Unavailable(f"topic {self._options.topic} got more partitions: open it again")

    def _return(self) -> None:
        for partition, offset in self._position.items():
            self._consumer.seek(self._place(partition), offset)

    def _commit(self) -> None:
        marked, self._marked = self._marked, {}
        if marked:
            offsets = {
                self._place(partition): OffsetAndMetadata(offset, "", -1) for partition, offset in marked.items()
            }
            with suppress(Exception):
                self._asker.alter_group_offsets(GROUP, offsets)

    def _place(self, partition: int) -> TopicPartition:
        return TopicPartition(self._options.topic, partition)
