"""Who is found by which phone and user id: a fold of the log, loaded for a batch and written in its transaction."""

from collections.abc import Iterable
from operator import itemgetter

import msgspec

from ledger.events.identity import Known
from ledger.log.entry import phone_text
from ledger.sqlite import Connection

_json = msgspec.json.Encoder().encode
_key = itemgetter(0)


def _listed(values: list[int] | list[str]) -> str:
    return _json(values).decode()


def holders(connection: Connection, phones: Iterable[str], user_ids: Iterable[str]) -> list[Known]:
    """The contacts that hold one of these phones (E.164) or user ids now."""
    rows = connection.execute(_HOLDERS, (_listed(sorted(map(int, phones))), _listed(sorted(user_ids))))
    return [Known(contact, phone_text(phone), user_id) for contact, phone, user_id in rows]


_HOLDERS = """
SELECT contact, phone, user_id FROM contacts WHERE contact IN (
    SELECT phones.contact FROM json_each(?) AS wanted CROSS JOIN phones ON phones.phone = wanted.value
    UNION
    SELECT user_ids.contact FROM json_each(?) AS wanted CROSS JOIN user_ids ON user_ids.user_id = wanted.value
)
"""
"""Asked in the order of the keys, one by one: neighbours are in the same page, and no list is made of them first."""


class Identities:
    """The identities a batch may touch. Load what its messages name, bind decision by decision, then store once."""

    def __init__(self) -> None:
        self._by_phone: dict[str, Known] = {}
        self._by_user_id: dict[str, Known] = {}
        self._created: dict[int, bytes] = {}
        self._touched: dict[int, Known] = {}
        self._bound_phones: dict[str, int] = {}
        self._bound_user_ids: dict[str, int] = {}
        self._absorbed: dict[int, tuple[int, int]] = {}

    def load(self, connection: Connection, phones: Iterable[str], user_ids: Iterable[str]) -> None:
        """Read what is known of these phones (E.164) and user ids."""
        for holder in holders(connection, phones, user_ids):
            if holder.phone is not None:
                self._by_phone[holder.phone] = holder
            if holder.user_id is not None:
                self._by_user_id[holder.user_id] = holder

    def by_phone(self, phone: str | None) -> Known | None:
        """Who holds this phone now."""
        return None if phone is None else self._by_phone.get(phone)

    def by_user_id(self, user_id: str | None) -> Known | None:
        """Who holds this user id now."""
        return None if user_id is None else self._by_user_id.get(user_id)

    def create(self, position: int, contact_id: bytes, phone: str | None, user_id: str | None) -> None:
        """The entry at `position` makes a contact, whose number is that position."""
        self._created[position] = contact_id
        self._bind(Known(position, phone, user_id), position, phone, user_id)

    def attach(self, holder: Known, position: int, phone: str | None, user_id: str | None) -> Known:
        """The entry at `position` is about `holder`, which takes what it lacks of the two; the holder after it."""
        new_phone = phone if holder.phone is None else None
        new_user_id = user_id if holder.user_id is None else None
        if new_phone is None and new_user_id is None:
            return holder
        updated = Known(holder.contact, holder.phone or new_phone, holder.user_id or new_user_id)
        self._bind(updated, position, new_phone, new_user_id)
        return updated

    def merge(self, survivor: Known, absorbed: Known, position: int) -> None:
        """The entry at `position` makes two contacts one; the survivor takes what the other was found by."""
        self._absorbed[absorbed.contact] = (survivor.contact, position)
        self._touched[absorbed.contact] = Known(absorbed.contact, None, None)
        both = Known(survivor.contact, survivor.phone or absorbed.phone, survivor.user_id or absorbed.user_id)
        self._bind(both, position, absorbed.phone, absorbed.user_id)

    def _bind(self, known: Known, position: int, phone: str | None, user_id: str | None) -> None:
        """The entry at `position` gives a contact this phone and this user id; `known` is the contact after it."""
        self._touched[known.contact] = known
        if known.phone is not None:
            self._by_phone[known.phone] = known
        if known.user_id is not None:
            self._by_user_id[known.user_id] = known
        if phone is not None:
            self._bound_phones[phone] = position
        if user_id is not None:
            self._bound_user_ids[user_id] = position

    def store(self, connection: Connection) -> None:
        """Write what was bound, in key order (neighbouring keys share pages)."""
        by_phone, by_user_id, touched, created = self._by_phone, self._by_user_id, self._touched, self._created
        connection.executemany(
            "INSERT INTO contacts (contact, id, phone, user_id) VALUES (?, ?, nullif(?, 0), nullif(?, 0))",
            [
                (contact, bytearray(id), int((known := touched[contact]).phone or 0), known.user_id or 0)
                for contact, id in created.items()
            ],
        )
        connection.executemany(
            "UPDATE contacts SET phone = nullif(?, 0), user_id = nullif(?, 0) WHERE contact = ?",
            [
                (int(known.phone or 0), known.user_id or 0, contact)
                for contact, known in sorted(touched.items())
                if contact not in created
            ],
        )
        connection.executemany(
            "INSERT INTO phones (phone, contact, position) VALUES (?, ?, ?)"
            " ON CONFLICT (phone) DO UPDATE SET contact = excluded.contact, position = excluded.position",
            sorted(
                [(int(phone), by_phone[phone].contact, position) for phone, position in self._bound_phones.items()],
                key=_key,
            ),
        )
        connection.executemany(
            "INSERT INTO user_ids (user_id, contact, position) VALUES (?, ?, ?)"
            " ON CONFLICT (user_id) DO UPDATE SET contact = excluded.contact, position = excluded.position",
            sorted(
                [(user_id, by_user_id[user_id].contact, at) for user_id, at in self._bound_user_ids.items()], key=_key
            ),
        )
        connection.executemany(
            "UPDATE contacts SET absorbed_by = ?, absorbed_at = ? WHERE contact = ?",
            [(survivor, position, contact) for contact, (survivor, position) in self._absorbed.items()],
        )
