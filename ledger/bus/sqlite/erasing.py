"""Messages of the bus file emptied in place: as many as before, at the same offsets (R31)."""

import time
from collections.abc import Callable, Iterable, Iterator

import msgspec

from ledger.bus.port import Headers, Message, Record
from ledger.bus.sqlite.batches import FROM_OFFSET, PARTITION, packed
from ledger.bus.sqlite.file import writing
from ledger.sqlite import Connection

_WAIT_SECONDS = 10.0
_decode = msgspec.msgpack.Decoder(list[Message]).decode


def erase(
    connection: Connection,
    is_meant: Callable[[Record], bool],
    emptied: Message,
    before: int,
    may_be_in: Callable[[bytes], bool],
    among: Iterable[range],
) -> None:
    """Put `emptied` in the place of each message that is meant and has an offset under `before`.

    Batches without an offset `among` these, which rise, are not read. A batch of which `may_be_in` says no is not
    unpacked: nearly all of a large bus are not. A batch that cannot be read is none of ours to mend, and is left as it
    is. Raises StorageFault.
    """
    for first, at, content in _batches(connection, before, among):
        if not may_be_in(content):
            continue
        try:
            messages = _decode(content)
        except (msgspec.MsgspecError, ValueError, TypeError, RecursionError):
            continue
        records = (
            Record(PARTITION, first + place, at, *_parts(one))
            for place, one in enumerate(messages)
            if one.value != emptied.value
        )
        meant = {one.offset - first for one in records if one.offset < before and is_meant(one)}
        if meant:
            left = [emptied if place in meant else one for place, one in enumerate(messages)]
            with writing(connection, time.monotonic() + _WAIT_SECONDS):
                connection.execute("UPDATE batches SET messages = ? WHERE first = ?", (packed(left), first))


def _batches(connection: Connection, before: int, among: Iterable[range]) -> Iterator[tuple[int, int, bytes]]:
    """The batches that hold some of these offsets under `before`, each once: first offset, time, messages."""
    since = 0
    for offsets in among:
        since = max(since, offsets.start)
        while since < min(offsets.stop, before) and (
            row := connection.execute(f"{FROM_OFFSET} LIMIT 1", (since,)).fetchone()
        ):
            first, count, at, content = row
            if first >= min(offsets.stop, before):
                break
            yield first, at, content
            since = first + count


def _parts(message: Message) -> tuple[bytes | None, bytes, Headers]:
    return message.key, message.value, message.headers
