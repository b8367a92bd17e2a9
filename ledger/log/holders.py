"""What readers ask of a log about people: who is found by which phone and user id, and who has become one.

Positions count from 1; phones are in E.164.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Sequence

from ledger.events.identity import Known
from ledger.log.identities import Identities
from ledger.log.stretches import Stretch


class Holders(ABC):
    """Who is found by which phone and user id now, and which contacts have become one."""

    @abstractmethod
    def holder_of_phone(self, phone: str) -> Known | None:
        """Which contact this phone (E.164) finds now."""

    @abstractmethod
    def last_holder_of_phone(self, phone: str) -> Known | None:
        """Which contact this phone (E.164) finds now or, when an undo has released it, found last."""

    @abstractmethod
    def holder_of_user_id(self, user_id: str) -> Known | None:
        """Which contact this user id finds now."""

    @abstractmethod
    def last_holder_of_user_id(self, user_id: str) -> Known | None:
        """Which contact this user id finds now or, when an undo has released it, found last."""

    @abstractmethod
    def holders(self, phones: Iterable[str], user_ids: Iterable[str]) -> list[Known]:
        """The contacts that hold one of these phones (E.164) or user ids now."""

    @abstractmethod
    def holders_of_phones(self, phones: Iterable[str]) -> dict[str, int]:
        """The number of the contact that each of these phones (E.164) finds now, as far as they find any."""

    @abstractmethod
    def released_phones(self, phones: Iterable[str]) -> dict[str, int]:
        """The number of the contact that each of these phones (E.164) found last, of those that find none now."""

    @abstractmethod
    def known(self, phones: Iterable[str], user_ids: Iterable[str]) -> Identities:
        """Who holds these phones (E.164) and user ids now, as the append would load them for a decision."""

    @abstractmethod
    def contact_of_id(self, public_id: str) -> int | None:
        """The number of the contact with this public id, merged away or not."""

    @abstractmethod
    def contacts_of_ids(self, public_ids: Iterable[str]) -> dict[str, int]:
        """The numbers of the contacts with these public ids, merged away or not, as far as there are any."""

    @abstractmethod
    def ids(self, contacts: Iterable[int]) -> dict[int, bytes]:
        """The ids of these contacts, merged away or not, by number."""

    @abstractmethod
    def is_gone(self, contact: int) -> bool:
        """Whether nothing finds this contact: an undo has released all that did (R32)."""

    @abstractmethod
    def identities(self, after: int, limit: int) -> list[tuple[int, bytes, int | None, str | None]]:
        """(contact, id, phone, user id) of up to `limit` contacts that somebody finds by these, by number."""

    @abstractmethod
    def held(self, phone: str | None, user_id: str | None, at: int) -> list[int]:
        """The contacts that had this phone or this user id at position `at`, whoever has it now."""

    @abstractmethod
    def phone_times(self, phones: Collection[str], contacts: Collection[int]) -> dict[str, Sequence[Stretch]]:
        """Of each of these phones (E.164) the parts of the log in which it was that of one person, in log order.

        `contacts` are all that are one with the person now. Without the phones that are wholly somebody else's. What
        came since the person gave a phone up is not the person's, also where nobody else has it yet.
        """

    @abstractmethod
    def component(self, contact: int) -> tuple[int, ...]:
        """All contacts ever merged with this one, split again or not: the one that it is merged into now, or itself,
        first.
        """

    @abstractmethod
    def components(self, contacts: Iterable[int]) -> dict[int, int]:
        """Every contact ever merged with one of these, and each of these, with one that stands for all of them."""

    @abstractmethod
    def survivors(self, contacts: Iterable[int]) -> dict[int, int]:
        """For each of these contacts the one that it is merged into now, itself where it is not."""

    @abstractmethod
    def merged_into(self, contact: int) -> list[int]:
        """The contacts that are merged into this one now, directly or not, by number."""

    @abstractmethod
    def merged_in_since(self, contacts: Iterable[int], position: int) -> dict[int, set[int]]:
        """Who was merged into which of these after a position, as they were merged then; see `Batch.newest_merge`."""

    @abstractmethod
    def aliases(self, contact: int) -> tuple[list[str], list[str]]:
        """The phones (E.164) and user ids that find a contact beside its own, since others were merged into it."""

    @abstractmethod
    def with_aliases(self) -> set[int]:
        """The contacts that others were merged into by hand: more than one phone or user id may find each."""

    @abstractmethod
    def are_apart(self, one: int, other: int) -> bool:
        """Whether two contacts, or any two merged into them, were split from each other."""

    @abstractmethod
    def would_share(self, contact: int, absorbed: int) -> bool:
        """Whether a split of `absorbed` from the contact it is merged into would give two contacts one name (R1)."""

    @abstractmethod
    def merges(self, until: int) -> list[tuple[int, int]]:
        """(merged away, merged into) of every merge by position `until`."""

    @abstractmethod
    def contact_count(self, until: int) -> int:
        """How many contacts the entries up to position `until` made, merged away since or not."""

    @abstractmethod
    def every_nth_contact(self, count: int, until: int) -> list[int]:
        """The numbers of the contacts made by position `until`, in order, but only one in `count`."""
