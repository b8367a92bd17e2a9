"""A part of the log's port: an append under way, as its driver gives it to whoever decides."""

from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from uuid import UUID

import msgspec

from ledger.events.data import Command
from ledger.log.entry import Headers, NewEntry
from ledger.log.erasure import Emptied
from ledger.log.head import Head
from ledger.log.identities import Identities
from ledger.log.keeping_out import KeptOut
from ledger.log.merge_orders import MergeOrders
from ledger.log.undo import Refused


class Taken(msgspec.Struct, frozen=True, gc=False):
    """An accepted entry that already has a (source, id): its raw message, to tell a redelivery from a reuse."""

    position: int
    headers: bytes | None
    value: bytes | None
    skipped: bool


class Rejection(msgspec.Struct, frozen=True, gc=False):
    """A rejected entry that is not erased, as it is settled: `name` is its (source, id), None where it has none."""

    raw_digest: bytes
    name: tuple[str, str] | None
    headers: bytes | None
    value: bytes | None


class Batch(MergeOrders):
    """An append under way, inside one transaction: look up, decide, add; all of it counts at commit or none.

    `position` is that of the entry that was added last, written already or not, and `last` that entry; None before the
    first. `recorded` is when the entries of the batch are recorded, `head` the newest entry that is written, and
    `identities` what was loaded and bound.
    """

    position: int
    recorded: int
    head: Head
    last: NewEntry | None
    identities: Identities

    @abstractmethod
    def taken(self, names: Mapping[str, Sequence[str]]) -> dict[tuple[str, str], Taken]:
        """The accepted entries that already have one of these message ids, given by source; by (source, id).

        Erased ones are among them, and so are rejected messages that were erased: their names are never free again.
        """

    @abstractmethod
    def rejected_names(self, names: Mapping[str, Sequence[str]]) -> set[tuple[str, str]]:
        """Those of the message ids, given by source, under which some message was rejected; as (source, id)."""

    @abstractmethod
    def rejected_under(self, source: str, message_id: str) -> list[tuple[Headers, bytes | None]]:
        """Headers and value of the messages that were rejected under this name and may have been signed."""

    @abstractmethod
    def has_rejected(self, raw_digest: bytes) -> bool:
        """Whether this very message was rejected before."""

    @abstractmethod
    def rejection(self, position: int) -> Rejection | None:
        """The rejected message at this position, also of this batch; None where none is, or it is erased."""

    @abstractmethod
    def settled(self, raw_digest: bytes) -> int | None:
        """The position of the entry that settled the rejected message of this digest, as far as it is written."""

    @abstractmethod
    def newest(self, contact: int) -> int:
        """The position of a contact's newest event, those of this batch among them (skipped ones are none); 0: none.

        An undo or a redo of an import that had some is one too (R32).
        """

    @abstractmethod
    def load_identities(self, phones: Iterable[str], user_ids: Iterable[str]) -> Identities:
        """The identities as they are before this batch, for the phones and user ids its messages name."""

    @abstractmethod
    def add(self, entry: NewEntry) -> int:
        """Give the entry the next position, and return it."""

    @abstractmethod
    def undone(self, sources: Iterable[str]) -> set[str]:
        """Those of the sources, by name, whose import is undone."""

    @abstractmethod
    def undecided_rows(self, source: str, order: Command) -> int | None:
        """How many published rows of an import are still to be decided, as `whole.undecided` says.

        What was decided before is written.
        """

    @abstractmethod
    def undo(self, source: str) -> None:
        """The entry that is added next undoes an import: release what only its events assert (R32).

        What was decided before is written; identities are to be loaded anew.
        """

    @abstractmethod
    def redo(self, source: str, but: Refused | None = None) -> Refused:
        """The entry that is added next brings an import back: claim what its events assert; those that cannot.

        `but` are events that are known to be among these, whatever stood in their way (it may be erased since).

        What was decided before is written; identities are to be loaded anew.
        """

    @abstractmethod
    def contact_of(self, contact_id: UUID) -> int | None:
        """The number of the contact with this id, as far as its entry is written; None: there is none."""

    @abstractmethod
    def erased_at(self, contact: int) -> int | None:
        """The position of the entry that erased this contact; None where none has."""

    @abstractmethod
    def prepare_erasures(self, contact_ids: Collection[UUID]) -> None:
        """Orders follow that erase these contacts, one right behind the other: look up together what they go by.

        It changes nothing of what is decided, and holds until `write`. What was decided before is written.
        """

    @abstractmethod
    def erase(self, contact: int, offset: int, at: int, *, keeps_out: bool = False) -> Emptied:
        """The entry that is added next erases a contact, with all that were ever merged with it (R31).

        The order has this offset on the bus, which took it `at` microseconds since the epoch: whom it is about is kept
        for as long as anything of the person can be elsewhere (`Sought`).

        Their entries are emptied, and so are rejected messages and skipped rows that name the person; nothing finds
        the contact any more, and what was taken under a name that is gone is not taken again. What was decided before
        is written, or orders alone that were prepared with this one; identities and names are to be looked up anew,
        after a `write`. `keeps_out`: its phones and user ids, but those that
        another contact has by now, are kept out from here on.
        """

    @abstractmethod
    def mark_erased(self, emptied: Emptied) -> None:
        """The entry that is added next has erased these contacts, whose entries are empty already."""

    @abstractmethod
    def kept_out(self, phones: Collection[str], user_ids: Collection[str]) -> KeptOut:
        """Those of the phones (E.164) and user ids that are kept out by an erasure; a cheap question while none is."""

    @abstractmethod
    def erasures_keeping_out(self, person: bytes) -> list[int]:
        """The positions of the erasures that keep out whoever has this keyed hash, rising."""

    @abstractmethod
    def has_readmitted(self) -> bool:
        """Whether anybody who was kept out was ever let in again, as far as it is written; a cheap question."""

    @abstractmethod
    def readmit(self, erasures: Collection[int]) -> None:
        """Whom the erasures at these positions keep out may come in again."""

    @abstractmethod
    def has_events_of(self, source: str) -> bool:
        """Whether any message of this source was accepted, as far as it is written."""

    @abstractmethod
    def write(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Write what was decided so far, for what comes to look it up; identities are to be loaded anew after that.

        `meanwhile` is called when the entries are written: from there on this thread leaves the interpreter to others.
        """
