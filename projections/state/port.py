"""What the rest asks of contact state, whatever keeps it, and what the projector does to it.

`projections/state/sqlite` is the driver there is; `tests/contracts/test_state.py` says what a driver must do. Drivers
raise `ledger.storage.StorageFault`, and NotMadeYet for a state that no projector has made yet.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from ledger.log.fault import Fault
from ledger.log.port import FoldRow
from projections.fold.growth import Counts, Growth, Origin
from projections.fold.outcomes import Outcome, RowKey, RowMessage, SoFar
from projections.fold.page import ImportIds
from projections.fold.state import ContactState
from projections.state.answers import Checkpoint
from projections.state.questions import StateReader

__all__ = [
    "ImportColumns",
    "NewContacts",
    "StateProof",
    "StateReader",
    "StateWriter",
    "StoredState",
]


class StateProof(StateReader):
    """What `verify` reads of a state as it is now, whatever is in it."""

    @abstractmethod
    def damage(self) -> list[str]:
        """What is wrong with the storage itself, each with the part it is in."""

    @abstractmethod
    def ledgers(self) -> list[str] | None:
        """What it says of whose state it is, one ledger's id in a sound one; None: it never said."""

    @abstractmethod
    def checkpoints(self) -> list[Checkpoint]:
        """What it says of how far it is: one, in a sound state."""

    @abstractmethod
    def faults_beside(
        self,
        anew: "StoredState",
        touched: Callable[[str], Mapping[int, Collection[int]]],
        ordered: Mapping[str, int],
        has_erasures: bool,
    ) -> Iterator[Iterator[Fault]]:
        """What is not as in `anew`, which was folded from the log to the same position; by subject.

        `touched` gives the contacts that each undo or redo of an import, by its id, is about, by the position of the
        order; `ordered` how many the last one is about, of each import that has one. `has_erasures`: whether some
        contact was erased by that position.
        """


class StoredState(ABC):
    """Contact state, in use, of a past position or under construction, that can be opened. Equal only to itself."""

    @property
    @abstractmethod
    def path(self) -> Path:
        """Where it is."""

    @abstractmethod
    def ledger(self) -> str | None:
        """The id of the ledger whose state it is; None where it does not say so, or cannot be read (R37)."""

    @abstractmethod
    def reading(self) -> AbstractContextManager[StateReader]:
        """The state, for the length of a block. Raises NotMadeYet where there is none, or one of an earlier version."""

    @abstractmethod
    def proving(self) -> AbstractContextManager[StateProof]:
        """The state as it is now, for the length of a block of `verify`. Raises as `reading` does."""

    @abstractmethod
    def writer(self, *, is_scratch: bool = False) -> "StateWriter":
        """Open it for the one who writes it; one that is missing is made, empty.

        `is_scratch`: nobody reads it before `StateWriter.seal`, so what is written may be lost with the machine.
        """


class NewContacts(ABC):
    """The contacts of one message each, on their way from the log into a state without a fold.

    It is the bulk of an import. What it takes is just what the fold would make of it; a property test holds it to that.
    """

    contacts: list[Any]
    """In the form in which the driver keeps them."""
    messages: list[RowMessage]
    """What became of import rows."""

    @abstractmethod
    def take(self, row: FoldRow) -> bool:
        """Take a row of the log that made a contact about which no other is; False: the fold has to."""


ImportColumns = Mapping[str, Mapping[str, str]]
"""By an import's id, what its own messages say: JSON, as `started`, `split` and `undoing`."""


class StateWriter(ABC):
    """The writer of one state; only the projector, or a rebuild of its own, holds one. Each call is all or nothing."""

    @abstractmethod
    def close(self) -> None:
        """Let go of it."""

    @abstractmethod
    def lost(self) -> Path | None:
        """The name that no longer leads to this state, because it was deleted or replaced; None while all is well."""

    @abstractmethod
    def tidy(self) -> None:
        """Give back the room that a large WAL takes: between pages, and when there is nothing to do."""

    @abstractmethod
    def make_room(self) -> None:
        """The disk is full: give back what can be given."""

    @abstractmethod
    def seal(self) -> None:
        """End the scratch life of a state: what was written is on the disk, and from now on all is written safely."""

    @abstractmethod
    def ledger(self) -> str | None:
        """The id of the ledger whose state this is; None where it does not say (R37)."""

    @abstractmethod
    def belong(self, ledger: str) -> None:
        """From now on this says whose state it is."""

    @abstractmethod
    def checkpoint(self) -> Checkpoint:
        """How far it is."""

    @abstractmethod
    def load(self, contacts: Iterable[int]) -> dict[int, ContactState]:
        """The states of these contacts, as far as they exist."""

    @abstractmethod
    def open_rows(self) -> dict[RowKey, SoFar]:
        """The import rows of which only the first message has been folded."""

    @abstractmethod
    def settled_rows(self, import_id: str) -> list[tuple[int, Outcome]]:
        """The rows of an import whose outcome is `rejected` or `erased`."""

    @abstractmethod
    def closed_rows(self, rows: Iterable[RowKey]) -> list[RowMessage]:
        """Those of these rows of imports that are closed, in log order."""

    @abstractmethod
    def new_contacts(self, import_ids: ImportIds, growth: Growth) -> NewContacts:
        """Where contacts go that need no fold, for `save` or `fill`; they are counted in `growth`."""

    @abstractmethod
    def fill(self, states: Iterable[ContactState], new: NewContacts) -> None:
        """Put contacts into a state that has none of them yet: half the work of saving them."""

    @abstractmethod
    def save(
        self,
        states: Iterable[ContactState],
        new: NewContacts,
        gone: Collection[int],
        rows: Iterable[RowMessage],
        open_rows: Mapping[RowKey, SoFar],
        imports: ImportColumns,
        checkpoint: Checkpoint,
        counts: Mapping[Origin, Counts],
        settled: Collection[int] = (),
    ) -> None:
        """Write what a page of the log came to, and its checkpoint.

        `rows` are closed ones; `open_rows` is looked at when all of them were taken. `counts` are added to those that
        are kept. `settled` are contacts that are no
        longer dirty.
        """

    @abstractmethod
    def undo(self, imports: ImportColumns, touched: Sequence[int], checkpoint: Checkpoint) -> None:
        """Take the checkpoint past an undo or a redo of one import; the touched contacts are dirty from now on."""

    @abstractmethod
    def erase(
        self,
        contacts: Sequence[int],
        rows: Sequence[RowMessage],
        retold: Sequence[RowMessage],
        open_rows: Mapping[RowKey, SoFar],
        touched: Mapping[str, int],
        checkpoint: Checkpoint,
        counts: Mapping[Origin, Counts],
        others: Collection[int] = (),
    ) -> None:
        """Take the checkpoint past an erasure: nothing of these contacts is left in the state (R31).

        `others` were one with them for a time and have been folded anew: no index keeps what it had of these before.
        `rows` are closed ones, each in the place of whatever outcome its row had; `retold` are those of others, each in
        the place of what it had created, updated or left unchanged. `touched` says how many contacts the
        last undos and redos of some imports are about now.
        """

    @abstractmethod
    def dirty_since(self, contacts: Iterable[int]) -> dict[int, int]:
        """Those of the contacts that are dirty, and the position of the first undo or redo that made them so."""

    @abstractmethod
    def some_dirty(self, most: int) -> dict[int, int]:
        """Up to `most` contacts that are older than the checkpoint because of an undo or a redo; as `dirty_since`."""

    @abstractmethod
    def refold(
        self, dirty: Collection[int], states: Mapping[int, ContactState], counts: Mapping[Origin, Counts]
    ) -> None:
        """Put these states in the place of dirty contacts, and take away those that have none.

        `counts` are added to those that are kept.
        """

    @abstractmethod
    def all_refolded(self, touched: Mapping[str, int]) -> None:
        """Where all was folded at once: the undos of these imports have reached so many contacts, which are all."""

    @abstractmethod
    def index(self, indexes: Iterable[str]) -> None:
        """Make the indexes that lists need, and these where they are missing."""

    @abstractmethod
    def make_blocks(self, most: int, unchanged_for: float = 0.0) -> int:
        """Do up to `most` pieces of the work on indexes that waits for an idle moment; gives how many it did. Those
        whose contacts changed within `unchanged_for` seconds wait on.
        """

    @abstractmethod
    def refresh_full_text(self, most: int) -> int:
        """Put up to `most` contacts into the full-text index as they are, or do another piece of work on it that waits
        for an idle moment; gives how many pieces it did.
        """

    @abstractmethod
    def forget_erased_lines(self) -> bool:
        """Have no index keep any part of a contact that was erased; whether one did.

        Apart from `erase`, since it takes as long for one contact as for all: some seconds for a million.
        """
