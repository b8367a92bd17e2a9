"""Whether an import can be undone as a whole: whether all rows of it that are on the bus have been decided (R32)."""

from collections.abc import Iterator

from ledger.events import types
from ledger.events.data import Command, command_of, data_of
from ledger.log.entry import unpack_headers
from ledger.sqlite import Connection

_CHUNK = 5_000
_LAST_OF_ROW = b'"rowend":true}}'
"""How the last message of a row ends as we write it; others are read."""

_ACCEPTED = "reason IS NULL"
_REJECTED = (
    "reason IS NOT NULL AND reason NOT IN ('reserved', 'unknown_type')"  # those are of strangers
    " AND NOT EXISTS (SELECT 1 FROM entries AS taken WHERE taken.source = entries.source"
    " AND taken.message_id = entries.message_id AND taken.reason IS NULL)"
)


def undecided(connection: Connection, name: str, order: Command) -> int | None:
    """How many rows that are on the bus the log has not decided, of the import with this source (its name).

    None: not known, for it is not said yet how many are on the bus. An import says so when all are (`ImportSplit`, also
    of one that was cancelled); about one that failed, whoever orders its undo does.
    """
    said = connection.execute(
        "SELECT headers, value FROM entries WHERE source = (SELECT source FROM sources WHERE name = ?)"
        f" AND {_ACCEPTED} AND type = ? ORDER BY position DESC LIMIT 1",
        (name, types.IMPORT_SPLIT),
    ).fetchone()
    published = order.published if said is None else command_of(unpack_headers(said[0]), said[1]).published
    if not published:
        return published
    decided = sum(_closing(connection, name, _ACCEPTED)) + sum(_closing(connection, name, _REJECTED))
    return max(0, published - decided)


def _closing(connection: Connection, name: str, condition: str) -> Iterator[bool]:
    """For each message of the source, whether it is the last of a row; one that was rejected twice is told of once."""
    last = ""
    while rows := connection.execute(
        "SELECT message_id, headers, value FROM entries WHERE source = (SELECT source FROM sources WHERE name = ?)"
        f" AND {condition} AND message_id > ? GROUP BY message_id ORDER BY message_id LIMIT ?",
        (name, last, _CHUNK),
    ).fetchall():
        for _, headers, value in rows:
            yield value.endswith(_LAST_OF_ROW) or data_of(unpack_headers(headers), value).rowend
        last = rows[-1][0]
