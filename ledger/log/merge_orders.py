"""What an append under way asks of a log, and does in it, to merge two contacts by hand or to split them (R33)."""

from abc import ABC, abstractmethod

import msgspec


class ContactOfId(msgspec.Struct, frozen=True, gc=False):
    """A contact, the one that it is merged into in the end (itself where it is not), and whether nothing finds it."""

    contact: int
    survivor: int
    is_gone: bool


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
    def split(self, contact: int, absorbed: int) -> None:
        """The entry that is added next makes `absorbed`, which is merged into `contact`, one of its own again (R33).

        What was decided before is written; identities are to be loaded anew.
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
