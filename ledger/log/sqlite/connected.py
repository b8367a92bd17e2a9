"""What the readers of one log's file share: the connection they ask."""

from pathlib import Path

import msgspec

from ledger.sqlite import Connection

_json = msgspec.json.Encoder().encode


def listed(values: object) -> str:
    """Values as JSON, for `json_each`."""
    return _json(values).decode()


class Connected:
    """Has a read-only connection to a log's file."""

    def __init__(self, path: Path, connection: Connection) -> None:
        self._path = path
        self._connection = connection
