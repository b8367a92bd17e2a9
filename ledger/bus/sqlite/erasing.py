"""Messages of the bus file emptied in place: as many as before, at the same offsets (R31)."""

import time
from collections.abc import Callable

import msgspec

from ledger.bus.port import Headers, Message, Record
from ledger.bus.sqlite.batches import PARTITION, packed
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
) -> None:
    """Put `emptied` in the place of each message that is meant and has an offset under `before`.

    A batch of which `may_be_in` says no is not unpacked: nearly all of a large bus are not.
    A batch that cannot be read is none of ours to mend, and is left as it is. Raises StorageFault.
    """
    after = 0
    while row := connection.execute(
        "SELECT first, time, messages FROM batches WHERE first > ? AND first < ? ORDER BY first LIMIT 1",
        (after, before),
    ).fetchone():
        after, at, content = row
        if not may_be_in(content):
            continue
        try:
            messages = _decode(content)
        except (msgspec.MsgspecError, ValueError, TypeError, RecursionError):
            continue
        records = (
            Record(PARTITION, after + place, at, *_parts(one))
            for place, one in enumerate(messages)
            if one.value != emptied.value
        )
        meant = {one.offset - after for one in records if one.offset < before and is_meant(one)}
        if meant:
            left = [emptied if place in meant else one for place, one in enumerate(messages)]
            with writing(connection, time.monotonic() + _WAIT_SECONDS):
                connection.execute("UPDATE batches SET messages = ? WHERE first = ?", (packed(left), after))


def _parts(message: Message) -> tuple[bytes | None, bytes, Headers]:
    return message.key, message.value, message.headers
