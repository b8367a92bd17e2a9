"""The log's port: what the rest of the product asks of a log. `ledger/log/sqlite` is its driver.

One process appends, any number of others read. `tests/contracts/test_log.py` says what a driver must do.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from ledger.belonging import Ledger
from ledger.log.appending import Batch, Rejection, Taken
from ledger.log.entry import FoldRow
from ledger.log.erasure import Erasures
from ledger.log.head import Head
from ledger.log.holders import Holders
from ledger.log.questions import Commands, Entries, Proof
from ledger.log.rejections import Rejections
from ledger.storage import CopyProgress, unseen

__all__ = [
    "NO_TIPS",
    "Batch",
    "EventLog",
    "FoldRow",
    "LogReader",
    "OffsetMoved",
    "Rejection",
    "StoredLog",
    "Taken",
    "Tip",
]


@dataclass(frozen=True, slots=True)
class Tip:
    """The last message that was taken of a partition: its offset, and a keyed digest of what it said."""

    offset: int
    digest: bytes


NO_TIPS: Mapping[int, Tip] = MappingProxyType({})


class OffsetMoved(Exception):
    """Somebody else has appended from this bus meanwhile: seek to the log's offsets and poll again."""

    def __init__(self, expected: Mapping[int, int], found: Mapping[int, int]) -> None:
        super().__init__(f"the log's offsets are {dict(found)}, not {dict(expected)}")


class EventLog(ABC):
    """The log's one writer."""

    @abstractmethod
    def bus(self) -> str | None:
        """The id of the bus that this log takes from; None before it has adopted its first."""

    @abstractmethod
    def adopt(self, bus: str) -> None:
        """Take from this bus from now on: a log's first, or the one that a log of an earlier version took from."""

    @abstractmethod
    def buses(self) -> set[str]:
        """The ids of the buses that this log has ever taken messages from."""

    @abstractmethod
    def tips(self, bus: str) -> dict[int, Tip]:
        """The last message taken of each partition of this bus, as far as it is known."""

    @abstractmethod
    def accepting(self, bus: str) -> AbstractContextManager[Batch]:
        """One transaction that goes over to another bus, to be read from its beginning; the block adds the entry."""

    @abstractmethod
    def offsets(self, bus: str) -> dict[int, int]:
        """The next offset to take, by partition, of the bus with this id; empty for one never read."""

    @abstractmethod
    def head(self) -> Head:
        """The newest entry."""

    @abstractmethod
    def appending(
        self,
        bus: str,
        expected: Mapping[int, int],
        following: Mapping[int, int],
        meanwhile: Callable[[], None] = lambda: None,
        newest: int = 0,
        tips: Mapping[int, Tip] = NO_TIPS,
    ) -> AbstractContextManager[Batch]:
        """One transaction: `expected` are the offsets `offsets()` gave the caller, `following` those to store.

        `meanwhile` is called when the entries are written, as `Batch.write` says. `newest`: when the bus took the
        newest message; a clock that is near it is no wrong one. `tips` are the last messages, by partition.

        Commits entries, identities and offsets together when the block ends; anything raised rolls all of it back.
        Raises OffsetMoved when the log's offsets are not the expected ones (compare-and-set, decision 2), ClockAhead,
        and Gone when the file was deleted or replaced meanwhile: nobody would ever read what is written to it.
        """

    @abstractmethod
    def tidy(self) -> None:
        """Bring a large WAL into the file and cut it; for a moment when nothing waits to be appended.

        Raises Gone when the file was deleted or replaced.
        """

    @abstractmethod
    def make_room(self) -> None:
        """The disk is full: give back what the WAL takes of it."""

    @abstractmethod
    def close(self) -> None:
        """Close the file."""


class LogReader(Entries, Rejections, Erasures, Holders, Commands, Proof):
    """A read-only view of the log that follows it as it grows. Use from one thread at a time."""

    @abstractmethod
    def lost(self) -> Path | None:
        """The name that no longer leads to the log's file, because it was deleted or replaced; None: all is well."""

    @abstractmethod
    def close(self) -> None:
        """Close the file."""

    @abstractmethod
    def freeze(self) -> Head:
        """From now until it is closed, see the log as it is now; the newest entry. The log's WAL grows meanwhile."""

    @abstractmethod
    def copy_to(self, path: Path, progress: CopyProgress = unseen) -> None:
        """Write the log into the new file `path`, as this view sees it; it is on the disk when this returns."""

    @abstractmethod
    def ledger(self) -> Ledger | None:
        """Whose log this is; None for one that does not say so."""

    @abstractmethod
    def bus(self) -> str | None:
        """The id of the bus that this log takes from; None before it has adopted its first."""

    @abstractmethod
    def offsets(self, bus: str) -> dict[int, int]:
        """The next offset to take, by partition, of the bus with this id."""

    @abstractmethod
    def buses(self) -> set[str]:
        """The ids of the buses that it has ever taken messages from."""

    @abstractmethod
    def data_version(self) -> int:
        """Changes when another connection has written to the file: a cheap question to ask often."""


class StoredLog(ABC):
    """A log as readers are handed it: nothing is open before they ask. Safe for threads."""

    @abstractmethod
    def exists(self) -> bool:
        """Whether a log was begun here; its writer may yet have to bring it up to date."""

    @abstractmethod
    def absence(self) -> str | None:
        """Why there is no log to be read, as a sentence; None where there is one."""

    @abstractmethod
    def ledger(self) -> Ledger | None:
        """Whose log it is, also one of another version; None where it does not say so, or cannot be read."""

    @abstractmethod
    def open(self) -> LogReader:
        """The log, for reading, until the caller closes it. Raises NotMadeYet where `absence` says why."""

    @abstractmethod
    def forget_sought(self, *erasures: int) -> bool:
        """Forget whom the erasures at these positions looked for elsewhere: all is done there.

        Whether nothing of it is left here: a reader of the log as it was may be in the way, and then it is to be asked
        for once more. Raises StorageFault.
        """

    @contextmanager
    def reading(self) -> Iterator[LogReader]:
        """The log, for the length of a block. Raises as `open` does."""
        with closing(self.open()) as reader:
            yield reader
