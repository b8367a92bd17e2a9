"""Reads the bus one batch ahead: what the next messages say is found out while the disk takes the ones before."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from consumers.incoming import Incoming
from ledger.bus.port import Reader, Record

_Read = tuple[list[Incoming], Mapping[int, int]]
"""Messages, and where the bus goes on behind them."""


class ReadingAhead:
    """Messages of a reader in their order, for one thread; the reader is used by one thread at a time.

    `read` says what records say. Of `most` records at a time.
    """

    def __init__(self, reader: Reader, read: Callable[[Sequence[Record]], list[Incoming]], most: int) -> None:
        self._reader = reader
        self._read = read
        self._most = most
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="reading-ahead")
        self._ahead: Future[_Read] | None = None
        self.following: Mapping[int, int] = {}
        """Where the bus goes on behind the messages that `next` gave last."""

    def next(self, seconds: float) -> list[Incoming]:
        """The next messages, none if none came within so many seconds. Raises as `Reader.poll` does."""
        ahead, self._ahead = self._ahead, None
        messages, self.following = ahead.result() if ahead is not None else self._poll(seconds)
        if ahead is not None and not messages:
            messages, self.following = self._poll(seconds)
        return messages

    def begin(self) -> None:
        """Read what is there in another thread, once; for a time in which this one leaves the interpreter to it.

        At any other the two would fight for it, and each statement of SQLite's would lose.
        """
        self._ahead = self._worker.submit(self._poll, 0.0)

    def close(self) -> None:
        """Drop what was read ahead, and let the thread end: from then on the reader is not used."""
        self._worker.shutdown()

    def _poll(self, seconds: float) -> _Read:
        return self._read(self._reader.poll(self._most, seconds)), self._reader.following()
