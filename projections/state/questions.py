"""What readers ask of one contact state: a contact, a list, attributes and tags, imports, and how far it is."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from ledger.events.traits import TraitType
from ledger.storage import CopyProgress, unseen
from projections.conditions.wanted import Sort, Wanted
from projections.fold.growth import Counts, Origin
from projections.fold.state import ContactState
from projections.state.answers import AttributeKind, Checkpoint, ImportTally, SharedValues, Spelling, ValueShares

Place = tuple[int | float | str | None, int]
"""What a contact is sorted by, None for one without a value, and its number."""


class Listed(ABC):
    """The contacts that a list wants, for any order and part of them."""

    @abstractmethod
    def page(
        self, sort: Sort, behind: Place | None, since: int | None, limit: int, *, is_back: bool = False
    ) -> list[ContactState]:
        """Up to `limit` contacts in this order behind a place, if there is one; with `is_back`, those before it.

        With `since`, only those whose newest event is after this position.
        """

    @abstractmethod
    def place(self, sort: Sort, contact: ContactState) -> Place:
        """Where a contact is in this order."""

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
    def copy_to(self, path: Path, progress: CopyProgress = unseen) -> None:
        """Write the state into the new file `path`, as it is seen here; it is on the disk when this returns."""

    @abstractmethod
    def close(self) -> None:
        """Let go of it."""

    @abstractmethod
    def checkpoint(self) -> Checkpoint:
        """How far this state is. Raises NotMadeYet for one that does not say so."""

    @abstractmethod
    def has_erased_lines(self) -> bool:
        """Whether an index still has parts of contacts that were erased (`StateWriter.forget_erased_lines`)."""

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
    def for_at_most(self, seconds: float) -> AbstractContextManager[None]:
        """Have what is asked within the block take no longer. Raises TookTooLong from it once the time is over."""

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
    def shared_values(self, name: str, after: str, limit: int, *, inclusive: bool) -> SharedValues:
        """Up to `limit` texts of an attribute that several contacts have, in order, behind `after` or from it on.

        Letters of ASCII are the same in either case. Without the index of its order, of the newest contacts only.
        """

    @abstractmethod
    def contacts_with(self, name: str, value: str, limit: int) -> list[int]:
        """The numbers of up to `limit` contacts that have such a text, by number."""

    @abstractmethod
    def values(self, name: str, part: str, limit: int) -> ValueShares:
        """Up to `limit` values of an attribute that contain a text, in any case of ASCII letters.

        Without the index on the attribute, of the newest contacts only.
        """

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
    def totals(self) -> Counts:
        """All counts together: `contacts` of it are there now, as far as undos and redos have reached them."""

    @abstractmethod
    def growth(self, since: int, until: int) -> Iterator[tuple[Origin, Counts]]:
        """What happened from quarter hour `since` on, up to the one before `until`, in order of time."""

    @abstractmethod
    def outcome_lines(self) -> Iterator[tuple[Any, ...]]:
        """(position, import id, row, outcome, is older, contact) of every row of every import, in log order."""

    @abstractmethod
    def import_lines(self) -> Iterator[tuple[Any, ...]]:
        """Every import with its own messages and its counts, by id."""
