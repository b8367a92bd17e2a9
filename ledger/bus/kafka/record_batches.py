"""Record batches read to their end, whatever a publisher put into them.

kafka-python 3.0.12 cannot read a record whose header name is not UTF-8, and gives nothing of the batch behind it; the
brokers take such records. The documented record format tells where each record ends, so here it is given whole, with
the reason why no message can be made of it; and so is a batch that does not unpack, or to more than `MOST_BYTES`, as
one record. This is the one file that uses what the library has not made public:
`tests/ledger/bus/test_record_batches.py` holds it to the version it was read in.
"""

import gzip
from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO
from typing import Any

import zstandard
from kafka import KafkaConsumer, errors
from kafka.codec import snappy_decode
from kafka.record.default_records import DefaultRecord, DefaultRecordBatch
from kafka.record.memory_records import MemoryRecords
from kafka.record.util import decode_varint
from lz4.frame import LZ4FrameFile

VERSION = "3.0.12"
"""Of kafka-python, whose insides this file knows."""

MOST_BYTES = 32 * 1024 * 1024
"""Of a batch unpacked: a few kilobytes can unpack to gigabytes, which would end any consumer that tries."""

_LOG_APPEND_TIME = 1
_SNAPPY = 2  # never becomes more than 22 times as large
_OPENED: dict[int, Callable[[BytesIO], Any]] = {
    1: lambda packed: gzip.GzipFile(fileobj=packed),
    3: LZ4FrameFile,
    4: lambda packed: zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True),
}


class BrokenBatch(Exception):
    """A record batch that fails its checksum; it says that it has the offsets from `first` up to before `following`."""

    def __init__(self, first: int, following: int) -> None:
        super().__init__(f"the record batch from offset {first} fails its checksum")
        self.first, self.following = first, following


class UnreadableRecord(list[tuple[str, bytes | None]]):
    """The headers of a record of which no message can be made; `fault` is the reason, a sentence."""

    def __init__(self, headers: list[tuple[str, bytes | None]], fault: str) -> None:
        super().__init__(headers)
        self.fault = fault


def read_to_the_end(consumer: KafkaConsumer) -> None:
    """Have the consumer give every record, unreadable ones with `Unreadable` headers, and raise BrokenBatch."""
    fetcher = consumer._fetcher
    fetcher.PartitionRecords = partial(_partition_records, fetcher.PartitionRecords)


def _partition_records(made: Any, fetch_offset: int, place: Any, records: MemoryRecords, **settings: Any) -> Any:
    return made(fetch_offset, place, _Batches(records), **settings)


class _Batches:
    """The batches of an answer to a fetch."""

    def __init__(self, records: MemoryRecords) -> None:
        self._records = records

    def next_batch(self) -> Any:
        batch = self._records.next_batch()
        is_ours = isinstance(batch, DefaultRecordBatch) and not batch.is_control_batch
        return _WholeBatch(batch) if is_ours else batch


class _WholeBatch:
    """A batch that gives every record; all else is the library's."""

    def __init__(self, batch: DefaultRecordBatch) -> None:
        self._batch = batch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def validate_crc(self) -> bool:
        if not self._batch.validate_crc():
            raise BrokenBatch(self._batch.base_offset, self._batch.next_offset)
        return True

    def __iter__(self) -> Iterator[DefaultRecord]:
        batch = self._batch
        if batch.compression_type and not batch._decompressed:
            try:
                content = _unpacked(batch.compression_type, bytes(batch._buffer[batch._pos :]))
            except Exception as fault:
                yield self._as_one_record(f"cannot be unpacked ({fault})")
                return
            if len(content) > MOST_BYTES:
                yield self._as_one_record(f"unpacks to more than {MOST_BYTES} bytes")
                return
            batch._buffer, batch._pos, batch._decompressed = bytearray(content), 0, True
        batch._decompressed = True
        count, first = batch.records_count, batch.base_offset
        is_gapless = count == batch.last_offset_delta + 1
        while batch._next_record_index < count:
            try:
                record = next(batch)
            except errors.CorruptRecordError:  # the batch still stands where that record begins
                record = self._whole_record()
            offset = first + batch._next_record_index - 1
            if record.offset != offset and is_gapless:  # each record says its own, and the brokers do not look at it
                record._offset = offset
            yield record

    def _whole_record(self) -> DefaultRecord:
        batch = self._batch
        content = batch._buffer
        try:
            length, start = decode_varint(content, batch._pos)
        except (ValueError, IndexError):
            length, start = -1, 0
        end = start + length
        if length < 0 or end > len(content):
            return self._as_one_record("does not say where its records end")
        batch._pos = end
        batch._next_record_index += 1
        return _record(batch, bytes(content[start:end]))

    def _as_one_record(self, why: str) -> DefaultRecord:
        """What is left of the batch."""
        batch = self._batch
        first = batch.base_offset + batch._next_record_index
        fault = f"what its batch has from offset {first} to {batch.last_offset} {why}"
        content, stamp = bytes(batch._buffer[batch._pos :]), batch.max_timestamp
        batch._next_record_index = batch.records_count
        return DefaultRecord(
            len(content), batch.last_offset, stamp, batch.timestamp_type, None, content, UnreadableRecord([], fault)
        )


def _unpacked(codec: int, packed: bytes) -> bytes:
    """What a batch unpacks to, or so much of it that it is too much. Raises the codec's errors, KeyError."""
    if codec == _SNAPPY:
        return bytes(snappy_decode(packed))
    with _OPENED[codec](BytesIO(packed)) as content:
        return bytes(content.read(MOST_BYTES + 1))


def _record(batch: DefaultRecordBatch, content: bytes) -> DefaultRecord:
    """A record that the library cannot read, as far as it is in the documented format; else its bytes as the value."""
    offset = batch.base_offset + batch._next_record_index - 1
    stamp = batch.max_timestamp if batch.timestamp_type == _LOG_APPEND_TIME else batch.first_timestamp
    key: bytes | None = None
    value: bytes | None = content
    headers: list[tuple[str, bytes | None]] = []
    fault: str | None = "the record is not in Kafka's format"
    try:
        delta, at = decode_varint(content, 1)
        if batch.timestamp_type != _LOG_APPEND_TIME:
            stamp += delta
        delta, at = decode_varint(content, at)
        offset = batch.base_offset + delta
        key, value, headers, fault = _parts(content, at)
    except (ValueError, IndexError):
        pass
    told = headers if fault is None else UnreadableRecord(headers, fault)
    return DefaultRecord(len(content), offset, stamp, batch.timestamp_type, key, value, told)


def _parts(content: bytes, at: int) -> tuple[bytes | None, bytes | None, list[tuple[str, bytes | None]], str | None]:
    """Key, value, headers and what is wrong with these, if anything (of the attributes, which the library does not
    expect, all bits are unused). Raises ValueError, IndexError: not in Kafka's format."""
    key, at = _bytes(content, at)
    value, at = _bytes(content, at)
    count, at = decode_varint(content, at)
    headers = []
    fault = None
    for _ in range(count):
        name, at = _bytes(content, at)
        if name is None:
            raise ValueError("a header has no name")
        shown = name.decode("utf-8", "backslashreplace")
        if shown.encode() != name:
            fault = f"the header name '{shown[:100]}' is not UTF-8"
        header, at = _bytes(content, at)
        headers.append((shown, header))
    if at != len(content):
        raise ValueError("bytes are left")
    return key, value, headers, fault


def _bytes(content: bytes, at: int) -> tuple[bytes | None, int]:
    length, at = decode_varint(content, at)
    if length < 0:
        return None, at
    if at + length > len(content):
        raise IndexError("beyond the end")
    return content[at : at + length], at + length
