"""What the readers of one log's file share: the connection they ask."""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from ledger.sqlite import Connection

_json = msgspec.json.Encoder().encode


THESE = "IN (SELECT value FROM json_each(?))"
"""What a column is that has one of many values: the parameter is what `listed` gives."""


def listed(values: Iterable[object]) -> str:
    """Values as a JSON list, for `json_each`."""
    return _json(list(values)).decode()


class Connected:
    """Has a read-only connection to a log's file."""

    def __init__(self, path: Path, connection: Connection) -> None:
        self._path = path
        self._connection = connection
