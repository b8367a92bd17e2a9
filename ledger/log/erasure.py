"""What an erasure leaves in the log, and what readers ask of it (R31). Pure.

The entry of a ContactErased says in its `detail` which entries it emptied: those about some contacts, which are the
person's with all that were ever merged, and others, about no contact, that named the person. Both are under the chain.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple, Self

import msgspec

from ledger.events.data import data_of
from ledger.events.signing import Signer
from ledger.log.entry import FoldRow, Headers
from ledger.log.fault import Fault
from ledger.log.keeping_out import KeptOut
from ledger.log.stretches import Stretch


class Emptied(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Which entries an erasure emptied: all about `contacts`, by number, and the `others`, by position.

    But for those at the positions `kept`, which are of somebody that was one of the contacts for a time. `entries` is
    how many they are, `names` how many sources and ids of messages are never taken again. `kept_out` are keyed hashes,
    in hex, of the person's phones and user ids where nobody is to bring the person back. `given_up` has, by position,
    the changed numbers among them whose order gave up a phone that an entry still names which is somebody else's by
    now, with the position of that one: what came under the phone meanwhile was decided by it.
    """

    contacts: list[int]
    others: list[int]
    entries: int
    names: int
    kept_out: list[str] = []
    kept: list[int] = []
    given_up: dict[int, int] = {}


class Span(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A phone (E.164) that was a person's for a time only: after `since` and before `until`.

    These are when the bus took the orders that gave the phone up, in microseconds since the epoch; None: from the first
    message on, or up to the erasure.
    """

    phone: str
    since: int | None = None
    until: int | None = None

    @classmethod
    def of(cls, phone: str, stretch: Stretch) -> Self:
        """The time of a part of the log."""
        since, until = stretch
        return cls(phone, since and since.at, until and until.at)

    def has(self, began: int, ended: int) -> bool:
        """Whether all that came from `began` to `ended`, in microseconds since the epoch, is of this time."""
        return (self.since is None or began > self.since) and (self.until is None or ended < self.until)


class Sought(msgspec.Struct, frozen=True, gc=False):
    """Whom an erasure looks for in what is not the log, as the log knew the person when it took the order.

    `phones` are E.164, `values` the names and email addresses that were ever said of the person. What another contact
    had by then is not looked for, but for a number that was given up in the person's own time (`spans`). Nothing that
    came after the order is about the person: `offset` is the order's on the bus, `at` when the bus took it, in
    microseconds since the epoch.
    `is_shared`: something was left out, so that messages about the person name what is somebody else's; or some of them
    name nobody, as those do that merged the person with another contact.
    """

    phones: list[str]
    user_ids: list[str]
    offset: int
    at: int
    values: list[str] = []
    is_shared: bool = False
    spans: list[Span] = []

    @property
    def last_phones(self) -> list[str]:
        """The phones that were the person's when the order was taken, or the last that had them was the person."""
        return [*self.phones, *(span.phone for span in self.spans if span.until is None)]


NAMING = ("name", "email")
"""Attributes whose values name a person, in filters and in what people write."""


def naming_values(headers: Headers, value: bytes | None) -> set[str]:
    """The names and email addresses that a message says of whom it is about."""
    traits = data_of(headers, value).traits or {}
    return {said for name in NAMING if isinstance(said := traits.get(name), str) and said.strip()}


ANY_OFFSET = 2**62
"""Above every offset of a bus."""


class Erasure(NamedTuple):
    """An accepted ContactErased: where it stands, and what it emptied; None where it does not say so."""

    position: int
    emptied: Emptied | None


_decode = msgspec.json.Decoder(Emptied).decode


def emptied_text(emptied: Emptied) -> str:
    """As the entry of an erasure has it for its detail."""
    return msgspec.json.encode(emptied).decode()


def read_emptied(detail: str | None) -> Emptied | None:
    """What the detail of an erasure's entry says; None where it says nothing."""
    try:
        return _decode(detail or "")
    except msgspec.DecodeError:
        return None


class Explained:
    """The entries that the erasures of a log say they emptied, for `verify`: each of these, and no other, is empty."""

    def __init__(self, erasures: Iterable[Erasure]) -> None:
        self._contacts: dict[int, int] = {}
        self._others: dict[int, int] = {}
        self._left: dict[int, int] = {}
        self._kept: set[int] = set()
        self._silent = []
        for position, emptied in erasures:
            if emptied is None:
                self._silent.append(position)
                continue
            self._contacts |= dict.fromkeys(emptied.contacts, position)
            self._others |= dict.fromkeys(emptied.others, position)
            self._left[position] = emptied.entries
            self._kept.update(emptied.kept)

    def faults_of(self, position: int, contact: int | None, type_is_erasure: bool, is_empty: bool) -> Iterator[Fault]:
        """What is wrong with an entry: that it is empty without an erasure, or not, with one."""
        erasure = self._others.get(position)
        if erasure is None and contact is not None and not type_is_erasure and position not in self._kept:
            erasure = self._contacts.get(contact)
            if erasure is not None and erasure < position:
                erasure = None
        if is_empty and erasure is None:
            yield Fault(position, "emptied without an erasure in the log")
        elif erasure is not None and not is_empty:
            yield Fault(position, f"the entry at position {erasure} has erased it, and it is not empty")
        elif erasure is not None:
            self._left[erasure] -= 1

    def faults(self, until: int) -> Iterator[Fault]:
        """Erasures whose number of entries is not the one that was found, once all up to `until` were looked at."""
        for position in self._silent:
            yield Fault(position, "the erasure does not say what it emptied")
        for position, left in self._left.items():
            if left and position <= until:
                yield Fault(position, f"the erasure says that it emptied {left:+} entries than are empty")


class Erasures(ABC):
    """Which contacts were erased, by which entry."""

    @abstractmethod
    def unfinished_erasures(self) -> dict[int, Sought]:
        """Whom to look for elsewhere, by position of the erasure, until `StoredLog.forget_sought`; oldest first."""

    @abstractmethod
    def erased_names(self) -> set[bytes]:
        """The keyed hashes of the names of all messages that were ever emptied (`Signer.of_erased`)."""

    @abstractmethod
    def erased_messages(self, names: Iterable[bytes]) -> dict[bytes, int]:
        """Those of these keyed hashes that are of messages which were emptied, each with its entry's position."""

    @abstractmethod
    def next_erasure(self, after: int) -> int | None:
        """The position of the first erasure after position `after`."""

    @abstractmethod
    def erasures(self, until: int, after: int = 0) -> list[Erasure]:
        """Every erasure after position `after` up to position `until`, in log order."""

    @abstractmethod
    def erasures_of_several(self, until: int, after: int = 0) -> list[Erasure]:
        """Those of `erasures` that erased more than one contact."""

    @abstractmethod
    def emptied_together(self, erasures: Collection[int]) -> Emptied:
        """What the erasures at these positions emptied, as one: whom of and what beside them; nothing is counted."""

    @abstractmethod
    def erased_among(self, contacts: Iterable[int]) -> dict[int, int]:
        """Those of the contacts, by number, that were erased, each with the position of the erasure."""

    @abstractmethod
    def undone_with(self, contacts: Collection[int]) -> set[int]:
        """The contacts that nothing finds since an undo and that go where these are erased: they had their names."""

    @abstractmethod
    def keeps_anybody_out(self) -> bool:
        """Whether anybody at all who was erased is kept out."""

    @abstractmethod
    def kept_out(self, signer: Signer, phones: Collection[str], user_ids: Collection[str]) -> KeptOut:
        """Those of the phones (E.164) and user ids that are kept out; a cheap question while nobody is."""

    @abstractmethod
    def emptied_positions(self, emptied: Emptied) -> list[int]:
        """The positions of the entries that an erasure emptied, and of all that never had anything of what was said.

        They rise. The latter are messages rejected because they named somebody who is kept out.
        """

    @abstractmethod
    def emptied_rows(self, emptied: Emptied) -> list[FoldRow]:
        """The fold's rows of those entries of imports' rows that an erasure emptied, in log order (`FoldRow`)."""
