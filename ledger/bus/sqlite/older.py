"""A bus file of the first layout, which had a row for each message."""

from collections.abc import Iterator

import msgspec

from ledger import sqlite
from ledger.bus.port import Headers, Message
from ledger.bus.sqlite.batches import packed

_MOST = 500
_headers = msgspec.json.Decoder(Headers).decode


def gather(connection: sqlite.Connection) -> None:
    """Put its messages into the table of batches, with the offsets and times they have (in a write transaction)."""
    connection.execute("ALTER TABLE stream ADD COLUMN next INTEGER NOT NULL DEFAULT 1")
    connection.execute(
        "UPDATE stream SET next = 1 + coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'message'), 0)"
    )
    connection.executemany("INSERT INTO batches VALUES (?, ?, ?, ?)", _batches(connection))
    connection.execute("DROP TABLE message")


def _batches(connection: sqlite.Connection) -> Iterator[tuple[int, int, int, bytes]]:
    first, at, gathered = 0, 0, list[Message]()
    for offset, time, key, value, headers in connection.execute(
        "SELECT offset, time, key, value, headers FROM message ORDER BY offset"
    ):
        if gathered and (time != at or offset != first + len(gathered) or len(gathered) == _MOST):
            yield first, len(gathered), at, packed(gathered)
            gathered = []
        if not gathered:
            first, at = offset, time
        gathered.append(Message(key, value, _headers(headers) if headers else ()))
    if gathered:
        yield first, len(gathered), at, packed(gathered)
