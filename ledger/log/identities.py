"""Who is found by which phone and user id: a fold of the log, as far as a batch may touch it. Pure."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ledger.events.identity import Known

NOBODY = Known(0, None, None)


class Binding(NamedTuple):
    """A contact holds a phone or a user id from the entry `since` on."""

    contact: int
    since: int


class MergedContact(NamedTuple):
    """A contact is merged into another from the entry `since` on."""

    absorbed: int
    survivor: int
    since: int


class Identities:
    """The identities a batch may touch. Add who holds what its messages name, then bind decision by decision.

    Contacts that the batch makes are found here at once; they are kept as the entries that make them.
    """

    def __init__(self) -> None:
        self._by_phone: dict[str, Known] = {}
        self._by_user_id: dict[str, Known] = {}
        self._touched: dict[int, Known] = {}
        self._phones: dict[str, Binding] = {}
        self._user_ids: dict[str, Binding] = {}
        self._merges: list[MergedContact] = []
        self._aliased: dict[int, Known] = {}
        self._alias_phones: dict[str, int] = {}
        self._alias_user_ids: dict[str, int] = {}

    def add(self, holders: Iterable[Known]) -> None:
        """The contacts that hold some of these phones and user ids before the batch."""
        for holder in holders:
            self._index(holder)

    def add_aliases(self, phones: Mapping[str, Known], user_ids: Mapping[str, Known]) -> None:
        """Whom these phones and user ids find beside their own, since others were merged into them by hand."""
        for names, index in ((phones, self._alias_phones), (user_ids, self._alias_user_ids)):
            for name, holder in names.items():
                index[name] = holder.contact
                self._aliased[holder.contact] = holder

    def by_phone(self, phone: str | None) -> Known | None:
        """Who holds this phone now."""
        if phone is None:
            return None
        found = self._by_phone.get(phone)
        return found or (self._aliased[self._alias_phones[phone]] if phone in self._alias_phones else None)

    def by_user_id(self, user_id: str | None) -> Known | None:
        """Who holds this user id now."""
        if user_id is None:
            return None
        found = self._by_user_id.get(user_id)
        return found or (self._aliased[self._alias_user_ids[user_id]] if user_id in self._alias_user_ids else None)

    def create(self, position: int, phone: str | None, user_id: str | None) -> None:
        """The entry at `position`, which says this phone and user id, makes a contact; its number is that position."""
        self._index(Known(position, phone, user_id))

    def attach(self, holder: Known, position: int, phone: str | None, user_id: str | None) -> Known:
        """The entry at `position` is about `holder`, which takes what it lacks of the two; the holder after it."""
        new_phone = phone if holder.phone is None else None
        new_user_id = user_id if holder.user_id is None else None
        if new_phone is None and new_user_id is None:
            return holder
        updated = Known(holder.contact, holder.phone or new_phone, holder.user_id or new_user_id)
        self._bind(updated, position, new_phone, new_user_id)
        return updated

    def merge(
        self, survivor: Known, absorbed: Known, position: int, phones: Iterable[str] = (), user_ids: Iterable[str] = ()
    ) -> None:
        """The entry at `position` makes two contacts one; the survivor takes what the other was found by.

        `phones` and `user_ids` are those that found the other beside its own.
        """
        self._merges.append(MergedContact(absorbed.contact, survivor.contact, position))
        self._touched[absorbed.contact] = Known(absorbed.contact, None, None)
        both = Known(survivor.contact, survivor.phone or absorbed.phone, survivor.user_id or absorbed.user_id)
        self._bind(both, position, absorbed.phone, absorbed.user_id)
        for phone in phones:
            self.alias(both, position, phone, None)
        for user_id in user_ids:
            self.alias(both, position, None, user_id)

    def alias(self, holder: Known, position: int, phone: str | None, user_id: str | None) -> None:
        """From the entry at `position` on these find `holder` too, beside its own phone and user id."""
        self._aliased[holder.contact] = holder
        if phone is not None and (self.by_phone(phone) or NOBODY).contact != holder.contact:
            self._alias_phones[phone] = holder.contact
            self._phones[phone] = Binding(holder.contact, position)
        if user_id is not None and (self.by_user_id(user_id) or NOBODY).contact != holder.contact:
            self._alias_user_ids[user_id] = holder.contact
            self._user_ids[user_id] = Binding(holder.contact, position)

    def _index(self, known: Known) -> None:
        if known.phone is not None:
            self._by_phone[known.phone] = known
        if known.user_id is not None:
            self._by_user_id[known.user_id] = known

    def _bind(self, known: Known, position: int, phone: str | None, user_id: str | None) -> None:
        self._touched[known.contact] = known
        if known.contact in self._aliased:
            self._aliased[known.contact] = known
        self._index(known)
        if phone is not None:
            self._phones[phone] = Binding(known.contact, position)
        if user_id is not None:
            self._user_ids[user_id] = Binding(known.contact, position)

    def changed(self) -> list[Known]:
        """The contacts that were there before and hold something else now, in order of number."""
        return [known for _, known in sorted(self._touched.items())]

    def bound_phones(self) -> list[tuple[int, Binding]]:
        """The phones that such contacts took, in the order of their keys. Within a batch nobody takes one twice."""
        return sorted((int(phone), binding) for phone, binding in self._phones.items())

    def bound_user_ids(self) -> list[tuple[str, Binding]]:
        """The same of user ids."""
        return sorted(self._user_ids.items())

    def merges(self) -> list[MergedContact]:
        """The contacts that were merged away, in log order."""
        return self._merges
