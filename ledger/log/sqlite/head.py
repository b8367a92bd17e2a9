"""The newest entry of a log's file."""

from ledger.log.head import EMPTY, Head
from ledger.sqlite import Connection


def head(connection: Connection) -> Head:
    """The newest entry of a log's file."""
    row = connection.execute("SELECT position, hash, recorded FROM entries ORDER BY position DESC LIMIT 1").fetchone()
    return Head(*row) if row else EMPTY
