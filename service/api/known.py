"""Who holds a phone or a user id now, as the log has it: for the 409 that a call can be told at once (R7)."""

import threading
from pathlib import Path

from ledger import sqlite
from ledger.events.identity import Known
from ledger.log.reader import LogReader


class KnownContacts:
    """Looks identities up in the log's file. Safe for threads: each has a connection of its own.

    Where it cannot tell (no log yet, a fault), it says that nobody is known, and leaves the verdict to the append.
    """

    def __init__(self, log_path: Path) -> None:
        self._path = log_path
        self._local = threading.local()

    def __call__(self, phone: str, user_id: str) -> tuple[Known | None, Known | None]:
        """The holder of this phone (E.164) and the holder of this user id."""
        reader: LogReader | None = getattr(self._local, "reader", None)
        try:
            if reader is None:
                reader = self._local.reader = LogReader(self._path)
            return reader.holder_of_phone(phone), reader.holder_of_user_id(user_id)
        except sqlite.Error:
            self._local.reader = None
            if reader is not None:
                reader.close()
            return None, None
