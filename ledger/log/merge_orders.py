"""What an append under way asks of a log, and does in it, to merge two contacts by hand or to split them (R33)."""

from abc import ABC, abstractmethod

import msgspec


class ContactOfId(msgspec.Struct, frozen=True, gc=False):
    """A contact, the one that it is merged into in the end (itself where it is not), and whether nothing finds it."""

    contact: int
    survivor: int
    is_gone: bool


class NewNumber(msgspec.Struct, frozen=True, gc=False):
    """A contact has another phone from an entry on: `phone` (E.164), None where an erasure has emptied the entry.

    `absorbed` is the contact that had the phone and is merged into it, None where it found this very contact already;
    with `contact_id` nobody had it, and the entry makes that contact too, whose number is the entry's position.
    `gives_up` is the position of an entry that names the phone before, where that finds the contact no more.
    """

    contact: int
    phone: str | None
    absorbed: int | None = None
    contact_id: bytes | None = None
    gives_up: int | None = None


class GivenUp(msgspec.Struct, frozen=True):
    """What the entry of a changed number says in its detail where the phone before is given up."""

    gives_up: int


SHARED = (
    "two contacts would have one phone or user id then: a number that was given up is another contact's by now, which"
    " can be merged in first"
)
"""Why two contacts cannot be split."""

_given_up = msgspec.json.Decoder(GivenUp).decode


def given_up_text(gives_up: int | None) -> str | None:
    """As the entry of a changed number has it for its detail."""
    return None if gives_up is None else msgspec.json.encode(GivenUp(gives_up)).decode()


def read_given_up(detail: str | None) -> int | None:
    """What the detail of a changed number's entry says; None where it says nothing."""
    if detail is None:
        return None
    try:
        return _given_up(detail).gives_up
    except msgspec.DecodeError:
        return None


class MergeOrders(ABC):
    """A part of a batch."""

    @abstractmethod
    def standing(self, contact_id: str) -> ContactOfId | None:
        """Whether and how the contact with this public id is there, as far as it is written; None: there is none."""

    @abstractmethod
    def merge(self, survivor: int, absorbed: int) -> None:
        """The entry that is added next merges these two, which no other is merged into (R33).

        What was decided before is written; identities are to be loaded anew.
        """

    @abstractmethod
    def newest_merge(self, contact: int) -> int:
        """The position of the newest merge of a contact with another, or of any that is one with it now; 0: none.

        A number that was nobody's until the contact got it is nobody. What was decided before is written.
        """

    @abstractmethod
    def naming_phone(self, contact: int) -> int | None:
        """The position of an entry that names the phone a contact has as its own; None: it has none.

        The newest that goes with the contact, where one does: it is there as long as the contact is. What was decided
        before is written.
        """

    @abstractmethod
    def change_number(self, number: NewNumber) -> None:
        """The entry that is added next gives a contact, which is merged into no other, another phone (R33).

        What was decided before is written; identities are to be loaded anew.
        """

    @abstractmethod
    def split(self, contact: int, absorbed: int) -> None:
        """The entry that is added next makes `absorbed`, which is merged into `contact`, one of its own again (R33).

        What was decided before is written; identities are to be loaded anew.
        """

    @abstractmethod
    def would_share(self, contact: int, absorbed: int) -> bool:
        """Whether a split of these two would leave two contacts with the same phone or user id.

        So it is where one of them had given a phone up that is another's by now.
        """

    @abstractmethod
    def has_merge_orders(self) -> bool:
        """Whether contacts were ever merged or split by hand, as far as it is written."""

    @abstractmethod
    def are_apart(self, one: int, other: int) -> bool:
        """Whether two contacts, or any two merged into them, were split; what was decided before is written."""

    @abstractmethod
    def aliases(self, contact: int) -> tuple[list[str], list[str]]:
        """The phones (E.164) and user ids that find a contact beside its own; what was decided before is written."""
