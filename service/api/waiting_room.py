"""How much may wait for the bus without a thread: answers come later, but what is to be published is in memory."""

from threading import Lock


class WaitingRoom:
    """Room for so many bytes of messages."""

    def __init__(self, most_bytes: int) -> None:
        self._left = most_bytes
        self._lock = Lock()

    def enter(self, size: int) -> bool:
        """Take so many bytes of room; False where there are not as many."""
        with self._lock:
            if size > self._left:
                return False
            self._left -= size
            return True

    def leave(self, size: int) -> None:
        """Give back what was taken."""
        with self._lock:
            self._left += size
