"""Whether an import can be undone as a whole: whether all rows of it that are on the bus have been decided (R32)."""

from ledger.events import types
from ledger.events.data import Command, command_of
from ledger.log.entry import unpack_headers
from ledger.sqlite import Connection

_SOURCE = "(SELECT source FROM sources WHERE name = ?1)"
_SAID = f"""
SELECT headers, value FROM entries WHERE source = {_SOURCE} AND reason IS NULL AND type = ?2
ORDER BY position DESC LIMIT 1
"""
_DECIDED = f"""
SELECT (SELECT count(*) FROM entries WHERE source = {_SOURCE} AND reason IS NULL AND row_end)
    + (SELECT count(DISTINCT message_id) FROM entries WHERE source = {_SOURCE}
        AND reason IS NOT NULL AND reason NOT IN ('reserved', 'unknown_type') AND row_end
        AND NOT EXISTS (SELECT 1 FROM entries AS taken WHERE taken.source = entries.source
            AND taken.message_id = entries.message_id AND taken.reason IS NULL))
    + (SELECT count(DISTINCT row) FROM entries INDEXED BY entries_erased_rows
        WHERE import = {_SOURCE} AND salt IS NULL AND row_end)
"""
"""Rows that were accepted; rejected, but not messages of strangers and no message twice; and erased since."""


def undecided(connection: Connection, name: str, order: Command) -> int | None:
    """How many rows that are on the bus the log has not decided, of the import with this source (its name).

    None: not known, for it is not said yet how many are on the bus. An import says so when all are (`ImportSplit`, also
    of one that was cancelled); about one that failed, whoever orders its undo does.
    """
    said = connection.execute(_SAID, (name, types.IMPORT_SPLIT)).fetchone()
    published = order.published if said is None else command_of(unpack_headers(said[0]), said[1]).published
    if not published:
        return published
    return max(0, published - int(connection.execute(_DECIDED, (name,)).fetchone()[0]))
