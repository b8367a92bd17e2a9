"""Who is found by which phone and user id: a fold of the log, loaded for a batch and written in its transaction."""

from collections.abc import Iterable

import msgspec

from ledger.events.identity import Known
from ledger.log.entry import phone_number, phone_text
from ledger.sqlite import Connection, blob, or_null

_json = msgspec.json.Encoder().encode


def _listed(values: Iterable[object]) -> str:
    return _json(list(values)).decode()


def holders(connection: Connection, phones: Iterable[str], user_ids: Iterable[str]) -> list[Known]:
    """The contacts that hold one of these phones (E.164) or user ids now."""
    rows = connection.execute(
        "SELECT contact, phone, user_id FROM contacts WHERE contact IN ("
        " SELECT contact FROM phones WHERE phone IN (SELECT value FROM json_each(?))"
        " UNION SELECT contact FROM user_ids WHERE user_id IN (SELECT value FROM json_each(?)))",
        (_listed([int(phone) for phone in phones]), _listed(list(user_ids))),
    )
    return [Known(contact, phone_text(phone), user_id) for contact, phone, user_id in rows]


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
            self._index(holder)

    def _index(self, known: Known) -> None:
        if known.phone is not None:
            self._by_phone[known.phone] = known
        if known.user_id is not None:
            self._by_user_id[known.user_id] = known

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
        self._touched[known.contact] = known
        self._index(known)
        if phone is not None:
            self._bound_phones[phone] = position
        if user_id is not None:
            self._bound_user_ids[user_id] = position

    def store(self, connection: Connection) -> None:
        """Write what was bound, in key order (neighbouring keys share pages)."""
        touched = sorted(self._touched.items())
        connection.executemany(
            "INSERT INTO contacts (contact, id, phone, user_id) VALUES (?, ?, nullif(?, 0), nullif(?, 0))",
            [
                (contact, blob(self._created[contact]), or_null(phone_number(known.phone)), or_null(known.user_id))
                for contact, known in touched
                if contact in self._created
            ],
        )
        connection.executemany(
            "UPDATE contacts SET phone = ?, user_id = ? WHERE contact = ?",
            [
                (phone_number(known.phone), known.user_id, contact)
                for contact, known in touched
                if contact not in self._created
            ],
        )
        connection.executemany(
            "INSERT INTO phones (phone, contact, position) VALUES (?, ?, ?)"
            " ON CONFLICT (phone) DO UPDATE SET contact = excluded.contact, position = excluded.position",
            sorted(
                (int(phone), self._by_phone[phone].contact, position) for phone, position in self._bound_phones.items()
            ),
        )
        connection.executemany(
            "INSERT INTO user_ids (user_id, contact, position) VALUES (?, ?, ?)"
            " ON CONFLICT (user_id) DO UPDATE SET contact = excluded.contact, position = excluded.position",
            sorted(
                (user_id, self._by_user_id[user_id].contact, position)
                for user_id, position in self._bound_user_ids.items()
            ),
        )
        connection.executemany(
            "UPDATE contacts SET absorbed_by = ?, absorbed_at = ? WHERE contact = ?",
            [(survivor, position, contact) for contact, (survivor, position) in self._absorbed.items()],
        )
