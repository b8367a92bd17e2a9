"""By what a person is found where no event about them was read: phones, each in the person's own time, and user ids."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ledger.log.erasure import Span
from ledger.log.port import LogReader
from ledger.log.stretches import Stretch


@dataclass(frozen=True, slots=True)
class OwnNames:
    """What is nobody else's by now: `phones` (E.164), each with the parts of the log in which it was the person's."""

    phones: Mapping[str, Sequence[Stretch]]
    user_ids: Collection[str]

    def phones_at(self, position: int) -> frozenset[str]:
        """Those that were the person's when the entry at a position came."""
        return frozenset(phone for phone, times in self.phones.items() if any(one.has(position) for one in times))

    def phones_during(self, began: int, ended: int) -> frozenset[str]:
        """Those that were the person's from one moment to another, in microseconds since the epoch."""
        spans = (Span.of(phone, one) for phone, times in self.phones.items() for one in times)
        return frozenset(span.phone for span in spans if span.has(began, ended))


def own_names(log: LogReader, contact: int, phones: Collection[str], user_ids: Collection[str]) -> OwnNames:
    """Those of the phones and user ids ever said of a contact, and of all that are merged with it, that are its own."""
    contacts = {contact, *log.merged_into(contact)}
    holders = {user_id: log.holder_of_user_id(user_id) for user_id in user_ids}
    own = [user_id for user_id, holder in holders.items() if holder is None or holder.contact in contacts]
    return OwnNames(log.phone_times(phones, contacts), own)
