"""Conflicts of identity that only showed at the append: how many, for `/metrics`."""

from threading import Lock

from ledger.log.port import LogReader, StoredLog
from ledger.storage import StorageFault


class RejectedConflicts:
    """Counts the messages that the log rejected `identity_conflict`; each call looks only at what is new. For threads.

    While the log cannot be read, the count is the last one.
    """

    def __init__(self, log: StoredLog) -> None:
        self._log = log
        self._lock = Lock()
        self._position = 0
        self._count = 0

    def __call__(self) -> int:
        """How many there are in the log."""
        with self._lock:
            try:
                with self._log.reading() as log:
                    self._look(log)
            except StorageFault:
                pass
            return self._count

    def _look(self, log: LogReader) -> None:
        head = log.head().position
        if head < self._position:  # another log has taken its place
            self._position = self._count = 0
        self._count += log.count_rejected("identity_conflict", self._position, head)
        self._position = head
