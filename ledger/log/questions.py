"""What readers ask of a log, by subject: its entries, who is found by what, the orders about imports, and its proof.

All of them are short reads, and follow the log as it grows. Positions count from 1; moments are microseconds since the
epoch, UTC; phones are in E.164.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from ledger.events.signing import Signer
from ledger.log.chain import Layout
from ledger.log.entry import Entry, FoldRow, Headers, StoredEntry
from ledger.log.fault import Fault
from ledger.log.head import Head
from ledger.log.undo import Refused, Undoings

POSITION: Final = 0
TYPE: Final = 3
CONTACT: Final = 5
CONTACT_ID: Final = 6
ABSORBED: Final = 7
SKIPPED: Final = 8
IMPORT: Final = 9
HEADERS: Final = 10
VALUE: Final = 11
PHONE: Final = 12
USER_ID: Final = 13
ROW: Final = 14
SOURCE: Final = 16
"""Where some of these stand in a `FoldRow`, which is a bare tuple as it comes from the driver and from a spool."""


class Entries(ABC):
    """Entries: in order, by position, by message, about a contact, and the rows that the fold takes."""

    @abstractmethod
    def head(self) -> Head:
        """The newest entry."""

    @abstractmethod
    def head_at(self, position: int) -> Head | None:
        """The entry at `position` as a head (position 0: the empty log's); None beyond the end."""

    @abstractmethod
    def position_at(self, moment: int) -> int:
        """The newest position recorded at or before `moment` (microseconds); 0 when there is none (R29).

        Recorded times never go back along the log, so it is a binary search.
        """

    @abstractmethod
    def entry(self, position: int) -> Entry | None:
        """The entry at this position."""

    @abstractmethod
    def entries_at(self, positions: Iterable[int]) -> dict[int, Entry]:
        """The entries at these positions, as far as there are any."""

    @abstractmethod
    def read(self, after: int, limit: int) -> list[Entry]:
        """Up to `limit` entries after position `after`, in order."""

    @abstractmethod
    def by_message_id(self, message_id: str, source: str | None = None) -> Entry | None:
        """The entry of a message: the accepted one, else the one rejected last.

        `source` None: a message that a call of this deployment sent, under whichever of its sources.
        """

    @abstractmethod
    def decided_under(self, source: str, message_id: str, after: int = 0) -> dict[int, bool]:
        """The entries with this source and id after position `after`, in order; of each whether it was accepted."""

    @abstractmethod
    def accepted_among(self, source: str, message_ids: Sequence[str]) -> dict[str, int]:
        """Those of the messages of a source that there is an accepted entry of, each with its position."""

    @abstractmethod
    def messages_among(self, source: str, message_ids: Sequence[str]) -> set[str]:
        """Those of the messages that there is an entry of, accepted or rejected."""

    @abstractmethod
    def messages_of_source(
        self, name: str, first_id: str, reasons: Collection[str]
    ) -> Iterator[tuple[str, Headers, bytes]]:
        """The messages of a source from the message id `first_id` on, accepted or rejected for one of these reasons.

        Of each its id, headers and value; those that were erased are left out.
        """

    @abstractmethod
    def message_ids(self, positions: Iterable[int]) -> list[tuple[int, str]]:
        """(position, message id) of these entries, as far as they are not erased."""

    @abstractmethod
    def fold_page(self, after: int, limit: int, until: int | None = None) -> list[FoldRow]:
        """Up to `limit` rows for the fold after position `after`, not beyond `until`."""

    @abstractmethod
    def counts_about(self, contacts: Iterable[int], most: int) -> dict[int, int]:
        """How many entries each of these contacts has, rejected ones among them; no more than `most` are counted."""

    @abstractmethod
    def fold_rows_about(self, contacts: Iterable[int], until: int) -> list[FoldRow]:
        """The accepted entries about these contacts up to position `until`, in log order, for the fold."""


class Commands(ABC):
    """Undos and redos of imports, and the imports themselves, which are known by the numbers of their sources."""

    @abstractmethod
    def next_revision(self, after: int) -> int | None:
        """The position of the first undo or redo of an import, or split of two contacts, after position `after`."""

    @abstractmethod
    def orders(self, limit: int, *, before: int | None = None) -> list[Entry]:
        """Up to `limit` entries of accepted orders about imports and contacts, newest first, before a position.

        Undos and redos of imports, merges and splits by hand, erasures.
        """

    @abstractmethod
    def count_orders(self) -> dict[str, int]:
        """How many of these there are, by type."""

    @abstractmethod
    def undoings(self, until: int) -> Undoings:
        """Every undo and redo of an import by position `until`."""

    @abstractmethod
    def touched(self, source: int, until: int, erased_by: int | None = None) -> list[int]:
        """The contacts that the source's events before position `until` are about, as they were merged by then.

        Without those that are erased; with `erased_by`, that an entry up to that position has erased.
        """

    @abstractmethod
    def refused(self, position: int) -> Refused:
        """The events that the redo at this position could not bring back."""

    @abstractmethod
    def source_number(self, name: str | None) -> int | None:
        """The number under which the log keeps this source; None where no message has it."""

    @abstractmethod
    def source_name(self, number: int) -> str:
        """The source that the log keeps under this number."""

    @abstractmethod
    def sources_beginning(self, start: str) -> list[str]:
        """The sources whose names begin so, in order."""


class KeptIdentities(ABC):
    """The identities folded anew from the entries, in one view of the log, beside those that the log keeps."""

    head: Head
    """The newest entry of the view."""

    @abstractmethod
    def faults(self, signer: Signer | None) -> Iterator[Fault]:
        """What in the log is not in its entries, and not as they have it: seal, offsets, sources, identities."""


class Proof(ABC):
    """What `verify` reads, whatever is in the file. See `ledger.log.proof`."""

    @abstractmethod
    def proof_page(self, after: int, limit: int, until: int = 2**62) -> list[StoredEntry]:
        """Up to `limit` entries after position `after`, not beyond `until`, with every column."""

    @abstractmethod
    def positions(self, after: int, limit: int) -> list[int]:
        """The positions of up to `limit` entries after position `after`."""

    @abstractmethod
    def layouts(self) -> list[Layout]:
        """Which columns the hashes of its entries cover, from which position on."""

    @abstractmethod
    def rules_at(self, position: int) -> str | None:
        """The name of the rules that the entry at this position was decided by; None where that was not noted."""

    @abstractmethod
    def altered(self) -> list[str]:
        """Names of the tables, indexes and triggers that are not as they were made: missing, changed or added."""

    @abstractmethod
    def damage(self) -> list[str]:
        """What is wrong with the pages of the file, each with the table or index it is in."""

    @abstractmethod
    def identities_anew(self, scratch: Path) -> AbstractContextManager[KeptIdentities]:
        """The identities folded anew in the new file `scratch`; the log's WAL grows meanwhile."""
