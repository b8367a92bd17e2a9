"""What a row of the bus file holds: a record batch, messages that were published together and have offsets in a row.

A batch costs hardly more than a message, to write and to read; Kafka stores its messages so too.
"""

from collections.abc import Iterator, Sequence

import msgspec

from ledger.bus.port import Message, Record

PARTITION = 0

_MOST_BYTES = 2**20
"""Of the values in a batch; a larger message has one of its own."""

FROM_OFFSET = (
    "SELECT first, count, time, messages FROM batches"
    " WHERE first >= coalesce((SELECT max(first) FROM batches WHERE first <= ?1), 0) AND first + count > ?1"
    " ORDER BY first"
)
"""Finds the batch with an offset and those behind it, in order: first offset, count, time and messages."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Message]).decode


def batches(messages: Sequence[Message]) -> Iterator[Sequence[Message]]:
    """The messages in batches, in their order."""
    if sum(len(message.value) for message in messages) <= _MOST_BYTES:
        yield messages
        return
    start, size = 0, 0
    for place, message in enumerate(messages):
        if size + len(message.value) > _MOST_BYTES and place > start:
            yield messages[start:place]
            start, size = place, 0
        size += len(message.value)
    yield messages[start:]


def packed(batch: Sequence[Message]) -> bytes:
    """A batch as one column: MessagePack of [key, value, headers] for each message."""
    return _encode(batch)


class Unpackable(ValueError):
    """A row of the file is not the batch that was written."""


def unpacked(first: int, count: int, time: int, content: bytes, since: int) -> list[Record]:
    """The records of a batch from the offset `since` on; `first` is the offset of the first of its `count` messages.

    Raises Unpackable.
    """
    try:
        messages = _decode(content)
    except (msgspec.MsgspecError, ValueError, TypeError, RecursionError) as fault:
        raise Unpackable(str(fault)) from fault
    if len(messages) != count:
        raise Unpackable(f"{len(messages)} messages and not {count}")
    skipped = max(0, since - first)
    return [
        Record(PARTITION, offset, time, message.key, message.value, message.headers)
        for offset, message in enumerate(messages[skipped:] if skipped else messages, first + skipped)
    ]
