"""The identities as a log's file keeps them: read for a batch, and written in its transaction."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from ledger.events.identity import Known
from ledger.log.entry import phone_number, phone_text
from ledger.log.identities import Binding, Identities
from ledger.log.sqlite.merges import BY_HAND
from ledger.sqlite import Connection

_json = msgspec.json.Encoder().encode


def _listed(values: list[int] | list[str]) -> str:
    return _json(values).decode()


def holders(connection: Connection, phones: Iterable[str], user_ids: Iterable[str]) -> list[Known]:
    """The contacts that hold one of these phones (E.164) or user ids now."""
    rows = connection.execute(_HOLDERS, (_listed(sorted(map(int, phones))), _listed(sorted(user_ids))))
    return [Known(contact, phone_text(phone), user_id) for contact, phone, user_id in rows.fetchall()]


_HOLDERS = """
SELECT contact, phone, user_id FROM contacts WHERE contact IN (
    SELECT phones.contact FROM json_each(?) AS wanted CROSS JOIN phones ON phones.phone = wanted.value
    UNION
    SELECT user_ids.contact FROM json_each(?) AS wanted CROSS JOIN user_ids ON user_ids.user_id = wanted.value
)
"""
"""Asked in the order of the keys, one by one: neighbours are in the same page, and no list is made of them first."""


def load(connection: Connection, identities: Identities, phones: Iterable[str], user_ids: Iterable[str]) -> None:
    """Read what is known of these phones (E.164) and user ids."""
    phones, user_ids = set(phones), set(user_ids)
    found = holders(connection, phones, user_ids)
    identities.add(found)
    if connection.execute(f"SELECT 1 {BY_HAND} LIMIT 1").fetchone() is None:
        return
    # what is left is nobody's, or leads to a contact that has another of its own
    phones -= {holder.phone for holder in found if holder.phone is not None}
    user_ids -= {holder.user_id for holder in found if holder.user_id is not None}
    by_phone = _aliases(connection, PHONES, sorted(map(int, phones)))
    by_user_id = _aliases(connection, USER_IDS, sorted(user_ids))
    identities.add_aliases({f"+{phone}": known for phone, known in by_phone.items()}, by_user_id)


def _aliases(connection: Connection, held: tuple[str, str], values: list[int] | list[str]) -> dict[Any, Known]:
    table, key = held
    rows = connection.execute(
        f"SELECT wanted.value, contact, contacts.phone, contacts.user_id FROM json_each(?) AS wanted"
        f" CROSS JOIN {table} ON {table}.{key} = wanted.value JOIN contacts USING (contact)",
        (_listed(values),),
    )
    return {name: Known(contact, phone_text(phone), user_id) for name, contact, phone, user_id in rows.fetchall()}


def store(connection: Connection, identities: Identities) -> None:
    """Write what was bound, in key order (neighbouring keys share pages)."""
    _write(
        connection,
        "UPDATE contacts SET phone = ?, user_id = ? WHERE contact = ?",
        [(phone_number(known.phone), known.user_id, known.contact) for known in identities.changed()],
    )
    _bind(connection, PHONES, identities.bound_phones())
    _bind(connection, USER_IDS, identities.bound_user_ids())
    _write(
        connection,
        "INSERT OR REPLACE INTO merges (absorbed, survivor, since) VALUES (?, ?, ?)",
        identities.merges(),
    )


PHONES, USER_IDS = ("phones", "phone"), ("user_ids", "user_id")
"""Table and key of what is held; what was held once is in a table `former_` of the same columns, with `until`."""


def _bind(connection: Connection, held: tuple[str, str], bound: Sequence[tuple[int | str, Binding]]) -> None:
    """Have contacts hold these keys; whoever held one of them before does so no more."""
    table, key = held
    end(connection, held, [(binding.since, value) for value, binding in bound])
    _write(
        connection,
        f"INSERT OR REPLACE INTO {table} ({key}, contact, since) VALUES (?, ?, ?)",
        [(value, *binding) for value, binding in bound],
    )


def end(connection: Connection, held: tuple[str, str], ended: Sequence[tuple[int, int | str]]) -> None:
    """(position, key) of what nobody holds any more from that position on, as far as anybody did."""
    table, key = held
    _write(
        connection,
        f"INSERT OR REPLACE INTO former_{table} ({key}, contact, since, until)"
        f" SELECT {key}, contact, since, ?1 FROM {table} WHERE {key} = ?2",
        ended,
    )
    _write(connection, f"DELETE FROM {table} WHERE {key} = ?", [(value,) for _, value in ended])


def make(connection: Connection, after: int, until: int = 2**62) -> None:
    """Write the contacts that the entries behind `after` make, up to `until`, and that what these say finds them.

    Three statements however many there are, in which SQLite leaves the interpreter to others. Whom a changed number
    makes is made with that order.
    """
    for statement in _MAKE:
        connection.execute(statement, (after, until))


_MAKE = (
    "INSERT INTO contacts (contact, id, phone, user_id)"
    " SELECT position, contact_id, phone, user_id FROM entries WHERE position > ?1 AND position <= ?2"
    " AND contact_id IS NOT NULL AND contact = position",
    "INSERT OR REPLACE INTO phones (phone, contact, since) SELECT phone, contact, contact FROM contacts"
    " WHERE contact > ?1 AND contact <= ?2 AND phone IS NOT NULL ORDER BY phone",
    "INSERT OR REPLACE INTO user_ids (user_id, contact, since) SELECT user_id, contact, contact FROM contacts"
    " WHERE contact > ?1 AND contact <= ?2 AND user_id IS NOT NULL ORDER BY user_id",
)


def _write(connection: Connection, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
    if rows:
        connection.executemany(statement, rows)
