"""The identities as a log's file keeps them: read for a batch, and written in its transaction."""

from collections.abc import Iterable, Sequence

import msgspec

from ledger.events.identity import Known
from ledger.log.entry import phone_number, phone_text
from ledger.log.identities import Identities
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


def load(connection: Connection, identities: Identities, phones: Iterable[str], user_ids: Iterable[str]) -> None:
    """Read what is known of these phones (E.164) and user ids."""
    identities.add(holders(connection, phones, user_ids))


def store(connection: Connection, identities: Identities) -> None:
    """Write what was bound, in key order (neighbouring keys share pages)."""
    _write(
        connection,
        "UPDATE contacts SET phone = ?, user_id = ? WHERE contact = ?",
        [(phone_number(known.phone), known.user_id, known.contact) for known in identities.changed()],
    )
    _write(
        connection,
        f"INSERT INTO phones (phone, contact, position) VALUES (?, ?, ?) {_REBOUND.format('phone')}",
        identities.bound_phones(),
    )
    _write(
        connection,
        f"INSERT INTO user_ids (user_id, contact, position) VALUES (?, ?, ?) {_REBOUND.format('user_id')}",
        identities.bound_user_ids(),
    )
    _write(
        connection,
        "UPDATE contacts SET absorbed_by = ?, absorbed_at = ? WHERE contact = ?",
        identities.merged(),
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
