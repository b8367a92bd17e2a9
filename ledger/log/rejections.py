"""What readers ask of a log about rejected messages, and about the entries that settle them (R28, R33).

A rejected message is settled by the entry that retries or drops it, or by a message that was accepted later under the
same source and id, whoever sent it. Until then it is open. An order that was refused is nothing to be settled,
and is never open: it can only be given anew. Nor is a message that an erasure has emptied.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from ledger.log.entry import Entry


class Rejections(ABC):
    """Rejected messages, and what became of them. Of the log only these are looked at."""

    @abstractmethod
    def rejected(
        self,
        limit: int,
        *,
        before: int | None = None,
        reason: str | None = None,
        source: str | None = None,
        is_open: bool = False,
    ) -> list[Entry]:
        """Up to `limit` rejected messages, newest first: before position `before`, for this reason, of this source.

        With `is_open` those that are not settled.
        """

    @abstractmethod
    def open_rejections(self, limit: int, *, reason: str | None = None, source: str | None = None) -> list[int]:
        """The positions of the newest `limit` open messages, the oldest first: for this reason, of this source."""

    @abstractmethod
    def rejected_by_reason(self, source: str | None = None, *, is_open: bool = False) -> dict[str, int]:
        """How many messages, of this source, were rejected for each reason; with `is_open`, and are not settled."""

    @abstractmethod
    def count_rejected(self, reason: str | None, after: int, until: int) -> int:
        """How many messages were rejected, for this reason, after position `after` and up to `until`.

        Only those in between are looked at.
        """

    @abstractmethod
    def settled_by(self, positions: Sequence[int]) -> dict[int, int]:
        """Of these rejected messages those that are settled, each with the position of the entry that settles it."""

    @abstractmethod
    def settling(self, limit: int, *, before: int | None = None) -> list[Entry]:
        """Up to `limit` entries that retry or drop a rejected message, newest first, before position `before`."""

    @abstractmethod
    def count_settling(self) -> tuple[int, int]:
        """How many entries retry a rejected message, and how many drop one."""

    @abstractmethod
    def retried(self, after: int, until: int) -> dict[int, bool]:
        """The entries that retry a rejected message after position `after` and up to `until`, by position.

        Of each: whether it left none of the messages refused that are of the same row of an import.
        """
