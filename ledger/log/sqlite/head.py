"""The log's newest entry, on which the next one is chained."""

from dataclasses import dataclass

from ledger import sqlite
from ledger.log import chain


@dataclass(frozen=True, slots=True)
class Head:
    """The log's newest entry; position 0 with the genesis hash when it is empty."""

    position: int
    hash: bytes
    recorded: int


def head(connection: sqlite.Connection) -> Head:
    """The newest entry of a log's file."""
    row = connection.execute("SELECT position, hash, recorded FROM entries ORDER BY position DESC LIMIT 1").fetchone()
    return Head(*row) if row else Head(0, chain.GENESIS, 0)
