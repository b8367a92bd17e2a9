"""Who is found by which phone and user id: a fold of the log, loaded for a batch and written in its transaction."""

from collections.abc import Iterable, Sequence

import msgspec

from ledger.events.identity import Known
from ledger.log.entry import phone_number, phone_text
from ledger.sqlite import Connection

_json = msgspec.json.Encoder().encode


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
    """The identities a batch may touch. Load what its messages name, bind decision by decision, then store once.

    Contacts that the batch makes are found here at once, and stored by `make` from the entries that make them.
    """

    def __init__(self) -> None:
        self._by_phone: dict[str, Known] = {}
        self._by_user_id: dict[str, Known] = {}
        self._touched: dict[int, Known] = {}
        self._bound_phones: dict[str, int] = {}
        self._bound_user_ids: dict[str, int] = {}
        self._absorbed: dict[int, tuple[int, int]] = {}

    def load(self, connection: Connection, phones: Iterable[str], user_ids: Iterable[str]) -> None:
        """Read what is known of these phones (E.164) and user ids."""
        for holder in holders(connection, phones, user_ids):
            self._index(holder)

    def by_phone(self, phone: str | None) -> Known | None:
        """Who holds this phone now."""
        return None if phone is None else self._by_phone.get(phone)

    def by_user_id(self, user_id: str | None) -> Known | None:
        """Who holds this user id now."""
        return None if user_id is None else self._by_user_id.get(user_id)

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

    def merge(self, survivor: Known, absorbed: Known, position: int) -> None:
        """The entry at `position` makes two contacts one; the survivor takes what the other was found by."""
        self._absorbed[absorbed.contact] = (survivor.contact, position)
        self._touched[absorbed.contact] = Known(absorbed.contact, None, None)
        both = Known(survivor.contact, survivor.phone or absorbed.phone, survivor.user_id or absorbed.user_id)
        self._bind(both, position, absorbed.phone, absorbed.user_id)

    def _index(self, known: Known) -> None:
        if known.phone is not None:
            self._by_phone[known.phone] = known
        if known.user_id is not None:
            self._by_user_id[known.user_id] = known

    def _bind(self, known: Known, position: int, phone: str | None, user_id: str | None) -> None:
        self._touched[known.contact] = known
        self._index(known)
        if phone is not None:
            self._bound_phones[phone] = position
        if user_id is not None:
            self._bound_user_ids[user_id] = position

    def store(self, connection: Connection) -> None:
        """Write what was bound, in key order (neighbouring keys share pages)."""
        _write(
            connection,
            "UPDATE contacts SET phone = ?, user_id = ? WHERE contact = ?",
            [(phone_number(known.phone), known.user_id, contact) for contact, known in sorted(self._touched.items())],
        )
        _write(
            connection,
            f"INSERT INTO phones (phone, contact, position) VALUES (?, ?, ?) {_REBOUND.format('phone')}",
            sorted(
                (int(phone), self._by_phone[phone].contact, position) for phone, position in self._bound_phones.items()
            ),
        )
        _write(
            connection,
            f"INSERT INTO user_ids (user_id, contact, position) VALUES (?, ?, ?) {_REBOUND.format('user_id')}",
            sorted(
                (user_id, self._by_user_id[user_id].contact, position)
                for user_id, position in self._bound_user_ids.items()
            ),
        )
        _write(
            connection,
            "UPDATE contacts SET absorbed_by = ?, absorbed_at = ? WHERE contact = ?",
            [(survivor, position, contact) for contact, (survivor, position) in self._absorbed.items()],
        )


def make(connection: Connection, after: int) -> None:
    """Write the contacts that the entries behind position `after` make, and that they are found by what these say.

    Three statements however many there are, in which SQLite leaves the interpreter to others.
    """
    for statement in _MAKE:
        connection.execute(statement, (after,))


_REBOUND = "ON CONFLICT ({}) DO UPDATE SET contact = excluded.contact, position = excluded.position"
_MAKE = (
    "INSERT INTO contacts (contact, id, phone, user_id)"
    " SELECT position, contact_id, phone, user_id FROM entries WHERE position > ? AND contact_id IS NOT NULL",
    "INSERT INTO phones (phone, contact, position)"
    " SELECT phone, contact, contact FROM contacts WHERE contact > ? AND phone IS NOT NULL ORDER BY phone"
    f" {_REBOUND.format('phone')}",
    "INSERT INTO user_ids (user_id, contact, position)"
    " SELECT user_id, contact, contact FROM contacts WHERE contact > ? AND user_id IS NOT NULL ORDER BY user_id"
    f" {_REBOUND.format('user_id')}",
)


def _write(connection: Connection, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
    if rows:
        connection.executemany(statement, rows)
