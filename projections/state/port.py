"""What the rest asks of contact state, whatever keeps it, and what the projector does to it.

`projections/state/sqlite` is the driver there is; `tests/contracts/test_state.py` says what a driver must do. Drivers
raise `ledger.storage.StorageFault`, and NotMadeYet for a state that no projector has made yet.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from ledger.events.traits import TraitType
from ledger.log.fault import Fault
from ledger.log.port import FoldRow
from projections.conditions.wanted import Sort, Wanted
from projections.fold.outcomes import RowKey, RowMessage, SoFar
from projections.fold.page import ImportIds
from projections.fold.state import ContactState
from projections.state.answers import AttributeKind, Checkpoint, ImportTally, Spelling


class Listed(ABC):
    """The contacts that a list wants, for any order and part of them."""

    @abstractmethod
    def page(self, sort: Sort, behind: tuple[int, int] | None, since: int | None, limit: int) -> list[ContactState]:
        """Up to `limit` contacts in this order, behind the one with the key (modified, contact), if there is one.

        With `since`, only those whose newest event is after this position.
        """

    @abstractmethod
    def window(self, offset: int, limit: int) -> list[ContactState]:
        """Up to `limit` contacts after the first `offset`, oldest first."""

    @abstractmethod
    def count(self) -> int:
        """How many there are."""


class AttributeTypes(ABC):
    """The types of attributes in a state, by their names (R3)."""

    @abstractmethod
    def of(self, name: str) -> TraitType | None:
        """The type of a default attribute, or of the value of the longest known contact that has one.

        None where nobody has a value.
        """

    @abstractmethod
    def has(self, name: str) -> bool:
        """Whether somebody has a value of it."""

    @abstractmethod
    def shares(self, name: str) -> dict[TraitType, int]:
        """How many contacts have a value of which type. Without the index KINDS this looks at all contacts."""

    @abstractmethod
    def names(self) -> set[str]:
        """All attributes that have a value, and the default ones. Without KINDS this looks at all contacts."""

    @abstractmethod
    def was_cleared(self, name: str) -> bool:
        """Whether somebody's value was taken away. This can look at all contacts."""

    @abstractmethod
    def is_mixed(self, name: str) -> bool:
        """Whether somebody has a value of another type. This can look at all contacts."""


class StateReader(ABC):
    """A read-only view of one state, which follows it until it is frozen. For one thread at a time."""

    @abstractmethod
    def freeze(self) -> None:
        """From now until it is closed, see the state as it is now, whatever the projector adds meanwhile."""

    @abstractmethod
    def close(self) -> None:
        """Let go of it."""

    @abstractmethod
    def checkpoint(self) -> Checkpoint:
        """How far this state is. Raises NotMadeYet for one that does not say so."""

    @abstractmethod
    def stage(self) -> tuple[int, int]:
        """Changes whenever anything about a contact does: the position, and contacts folded anew at it (R32)."""

    @abstractmethod
    def contact(self, contact: int) -> ContactState | None:
        """A contact by its number."""

    @abstractmethod
    def contacts(self, contacts: Iterable[int]) -> dict[int, ContactState]:
        """These contacts by number, as far as they exist."""

    @abstractmethod
    def by_identity(self) -> Iterator[ContactState]:
        """All contacts in the order of phone, then user id: the same for the same facts, whatever their ids."""

    @abstractmethod
    def count(self) -> int:
        """How many contacts there are."""

    @abstractmethod
    def newest_change(self) -> int:
        """When a contact changed last; 0 where there is none."""

    @abstractmethod
    def listed(self, wanted: Wanted, most: int) -> Listed:
        """The contacts that a list wants; an index that leaves up to `most` contacts is used."""

    @abstractmethod
    def total(self, wanted: Wanted, most: int) -> int:
        """How many contacts a list has; counted in an index alone where there is one, else as `listed` has them."""

    @abstractmethod
    def meeting(self, states: Iterable[ContactState], wanted: Wanted) -> set[int]:
        """The numbers of those of these states, which need not be kept here, that a list wants."""

    @abstractmethod
    def keeps(self, index: str) -> bool:
        """Whether this index is there (`projections.state.indexes` names them)."""

    @abstractmethod
    def worthwhile(self, indexes: Iterable[str]) -> set[str]:
        """Those of the indexes that would have something in them: not those on attributes that nobody has."""

    @abstractmethod
    def attribute_types(self) -> AttributeTypes:
        """The types of attributes."""

    @abstractmethod
    def kinds(self) -> Iterator[AttributeKind]:
        """What kinds of values the contacts have; an attribute's may come in several parts."""

    @abstractmethod
    def spellings(self) -> Iterator[Spelling]:
        """How tags are spelled; a spelling may come in several parts."""

    @abstractmethod
    def trait_types(self, newest: int) -> dict[str, TraitType]:
        """The traits that the `newest` contacts have, and their types; string where they are mixed."""

    @abstractmethod
    def where_not_true(self, trait: str, contacts: Iterable[int]) -> tuple[set[int], set[int]]:
        """Those of the contacts, by number, whose trait has another value than true, and those whose was cleared."""

    @abstractmethod
    def dirty_among(self, contacts: Iterable[int]) -> set[int]:
        """Those of the contacts that an undo or a redo has touched, and whose state here is older than that."""

    @abstractmethod
    def dirty_count(self) -> int:
        """How many contacts these are."""

    @abstractmethod
    def oldest_undoing(self) -> tuple[int, int] | None:
        """(position, recorded) of the first undo or redo that has not reached all its contacts; None: all have."""

    @abstractmethod
    def tally(self, import_id: str) -> ImportTally | None:
        """The outcomes of one import; None while none of its messages has been folded."""

    @abstractmethod
    def rejected_rows(self, import_id: str, limit: int) -> list[tuple[int, int]]:
        """(position, row) of an import's rows that the append rejected, in row order; a negative limit is none."""

    @abstractmethod
    def outcome_lines(self) -> Iterator[tuple[Any, ...]]:
        """(position, import id, row, outcome, is older) of every row of every import, in log order."""

    @abstractmethod
    def import_lines(self) -> Iterator[tuple[Any, ...]]:
        """Every import with its own messages and its counts, by id."""


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
        self, anew: "StoredState", touched: Callable[[str], Collection[int]], ordered: Mapping[str, int]
    ) -> Iterator[Iterator[Fault]]:
        """What is not as in `anew`, which was folded from the log to the same position; by subject.

        `touched` gives the contacts that the last undo or redo of an import, by its id, is about, and `ordered` how
        many these are, of each import that has one.
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
    def rejected_rows(self, import_id: str) -> list[int]:
        """The rows of an import whose outcome is `rejected`."""

    @abstractmethod
    def new_contacts(self, import_ids: ImportIds) -> NewContacts:
        """Where contacts go that need no fold; for `save` or `fill`."""

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
        settled: Collection[int] = (),
    ) -> None:
        """Write what a page of the log came to, and its checkpoint.

        `rows` are closed ones; `open_rows` is looked at when all of them were taken. `settled` are contacts that are no
        longer dirty.
        """

    @abstractmethod
    def undo(self, imports: ImportColumns, touched: Sequence[int], checkpoint: Checkpoint) -> None:
        """Take the checkpoint past an undo or a redo of one import; the touched contacts are dirty from now on."""

    @abstractmethod
    def dirty_among(self, contacts: Iterable[int]) -> set[int]:
        """Those of the contacts that are dirty."""

    @abstractmethod
    def some_dirty(self, most: int) -> list[int]:
        """Contacts whose state is older than the checkpoint, because an undo or a redo has touched them."""

    @abstractmethod
    def refold(self, dirty: Collection[int], states: Mapping[int, ContactState]) -> None:
        """Put these states in the place of dirty contacts, and take away those that have none."""

    @abstractmethod
    def all_refolded(self, touched: Mapping[str, int]) -> None:
        """Where all was folded at once: the undos of these imports have reached so many contacts, which are all."""

    @abstractmethod
    def index(self, indexes: Iterable[str]) -> None:
        """Make the indexes that lists need, and these where they are missing."""

    @abstractmethod
    def make_blocks(self, most: int) -> int:
        """Do up to `most` pieces of the work on indexes that waits for an idle moment; gives how many it did."""
