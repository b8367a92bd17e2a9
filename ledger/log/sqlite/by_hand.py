"""Merges and splits by hand, as the log's file has them; what they come to is `ledger.log.revisions`'s."""

from collections.abc import Collection, Sequence
from typing import TypeVar

from ledger.events import types
from ledger.log.entry import phone_number, phone_text
from ledger.log.holdings import Holding, holdings, is_shared
from ledger.log.identity_events import IdentityEvent, emptied
from ledger.log.merge_orders import NewNumber, read_given_up
from ledger.log.revisions import counting, given_up
from ledger.log.sqlite.connected import listed
from ledger.log.sqlite.identities import PHONES, USER_IDS, end
from ledger.log.sqlite.merges import BY_HAND, chunks, components, group, survivors
from ledger.log.undo import Undoings
from ledger.log.whose import naming
from ledger.sqlite import Connection

_ANY_POSITION = 2**62


def has_any(connection: Connection) -> bool:
    """Whether contacts were ever merged or split by hand, or one was given another number."""
    return connection.execute(f"SELECT 1 {BY_HAND} LIMIT 1").fetchone() is not None


def split_at(connection: Connection, contact: int) -> int:
    """The position of the last entry that split a contact from another that it was merged into; 0: there is none."""
    row = connection.execute(f"SELECT max(position) {BY_HAND} AND type = 'ContactsSplit' AND absorbed = ?", (contact,))
    return int(row.fetchone()[0] or 0)


def revised(connection: Connection, until: int) -> dict[int, tuple[int, ...]]:
    """The contacts in whose component somebody merged or split by hand before position `until`, with that component."""
    orders = connection.execute(f"SELECT contact, absorbed {BY_HAND} AND position < ?", (until,)).fetchall()
    if not orders:
        return {}
    of: dict[int, list[int]] = {}
    for contact, stands_for in components(
        connection, {one for order in orders for one in order if one is not None}
    ).items():
        of.setdefault(stands_for, []).append(contact)
    return {contact: tuple(sorted(members)) for members in of.values() for contact in members}


def told(connection: Connection, members: Collection[int], until: int) -> list[IdentityEvent]:
    """What the entries about these contacts before position `until` say of who is who, in log order."""
    found: list[IdentityEvent] = []
    for chunk in chunks(sorted(members)):
        rows = connection.execute(
            "SELECT position, type, import, contact, contact_id, absorbed, phone, user_id,"
            " iif(type = 'NumberChanged', detail, NULL) FROM entries"
            " WHERE contact IN (SELECT value FROM json_each(?)) AND reason IS NULL AND NOT skipped AND position < ?"
            " AND type <> 'ContactErased'",
            (listed(chunk), until),
        )
        found += [
            IdentityEvent(
                position, type, source, contact, contact_id, absorbed, phone_text(phone), user_id, read_given_up(detail)
            )
            for position, type, source, contact, contact_id, absorbed, phone, user_id, detail in rows.fetchall()
        ]
    return sorted(found, key=lambda one: one.position)


def merge(connection: Connection, survivor: int, absorbed: int, position: int, undoings: Undoings) -> None:
    """The entry at `position` merges two contacts that no other is merged into: what finds one finds the survivor."""
    members = components(connection, [survivor, absorbed])
    connection.execute(
        "INSERT OR REPLACE INTO merges (absorbed, survivor, since) VALUES (?, ?, ?)", (absorbed, survivor, position)
    )
    order = IdentityEvent(position, types.CONTACTS_MERGED, None, survivor, None, absorbed, None, None)
    renew(connection, members, undoings, position, [order])


def change_number(connection: Connection, number: NewNumber, position: int, undoings: Undoings) -> None:
    """The entry at `position` gives a contact another phone; whoever had that is merged into it."""
    contact, absorbed = number.contact, number.absorbed
    members = components(connection, [contact] if absorbed in (None, position) else [contact, absorbed])
    if number.contact_id is not None:
        connection.execute("INSERT INTO contacts (contact, id) VALUES (?, ?)", (position, number.contact_id))
        members |= {position: contact}
    if absorbed is not None:
        connection.execute(
            "INSERT OR REPLACE INTO merges (absorbed, survivor, since) VALUES (?, ?, ?)", (absorbed, contact, position)
        )
    order = IdentityEvent(
        position, types.NUMBER_CHANGED, None, contact, number.contact_id, absorbed, number.phone, None, number.gives_up
    )
    renew(connection, members, undoings, position, [order])


def naming_phone(connection: Connection, contact: int) -> int | None:
    """The position of an entry that names the phone a contact has as its own; None: it has none."""
    (phone,) = connection.execute("SELECT phone FROM contacts WHERE contact = ?", (contact,)).fetchone()
    if phone is None:
        return None
    said = told(connection, components(connection, [contact]), _ANY_POSITION)
    return naming(said, group(connection, contact), f"+{phone}")


def split(connection: Connection, contact: int, absorbed: int, position: int, undoings: Undoings) -> None:
    """The entry at `position` makes `absorbed`, which is merged into `contact`, a contact of its own again."""
    connection.execute("UPDATE merges SET until = ? WHERE absorbed = ? AND until IS NULL", (position, absorbed))
    order = _split(contact, absorbed, position)
    renew(connection, components(connection, [absorbed]), undoings, position, [order])


def would_share(connection: Connection, contact: int, absorbed: int, position: int, undoings: Undoings) -> bool:
    """Whether a split by the entry at `position` would leave two contacts with the same phone or user id."""
    members = components(connection, [absorbed])
    said = [*told(connection, members, position), _split(contact, absorbed, position)]
    held = _held(said, undoings, position)
    if is_shared(held.values()):
        return True
    phones = [int(phone) for one in held.values() for phone in one.phones]
    user_ids = [user_id for one in held.values() for user_id in one.user_ids]
    return any(
        connection.execute(
            f"SELECT 1 FROM {table} WHERE {key} IN (SELECT value FROM json_each(?1))"
            " AND contact NOT IN (SELECT value FROM json_each(?2)) LIMIT 1",
            (listed(names), listed(sorted(members))),
        ).fetchone()
        for (table, key), names in ((PHONES, phones), (USER_IDS, user_ids))
    )


def _split(contact: int, absorbed: int, position: int) -> IdentityEvent:
    return IdentityEvent(position, types.CONTACTS_SPLIT, None, contact, None, absorbed, None, None)


def _held(said: Sequence[IdentityEvent], undoings: Undoings, position: int) -> dict[int, Holding]:
    counted = list(counting(said, undoings, position, emptied))
    return holdings(counted, given_up(said, position))


def held_at(connection: Connection, members: Collection[int], undoings: Undoings, position: int) -> dict[int, Holding]:
    """What each contact of a component was found by from the entry at this position on, as the entries say now."""
    return _held(told(connection, members, position + 1), undoings, position)


def renew(
    connection: Connection,
    members: Collection[int],
    undoings: Undoings,
    position: int,
    order: Sequence[IdentityEvent] = (),
) -> None:
    """Have the contacts of a component hold what the events that count as of `position` assert, and no more.

    `order` is what the entry at that position itself does, which is not written yet.
    """
    said = [*told(connection, members, position), *order]
    held = _held(said, undoings, position)
    nothing = None, None
    now = {contact: (phone_number(one.phone), one.user_id) for contact, one in held.items()}
    connection.executemany(
        "UPDATE contacts SET phone = ?, user_id = ? WHERE contact = ?",
        [(*now.get(contact, nothing), contact) for contact in sorted(members)],
    )
    phones = {int(phone): contact for contact, one in held.items() for phone in one.phones}
    user_ids = {user_id: contact for contact, one in held.items() for user_id in one.user_ids}
    named = {int(one.phone) for one in said if one.phone is not None}
    _hold(connection, PHONES, named, members, phones, position)
    _hold(connection, USER_IDS, {one.user_id for one in said if one.user_id is not None}, members, user_ids, position)


K = TypeVar("K", int, str)


def _hold(
    connection: Connection,
    kept: tuple[str, str],
    named: Collection[K],
    members: Collection[int],
    holders: dict[K, int],
    position: int,
) -> None:
    """Have these names lead to their holders; those of them that lead elsewhere in the component do so no more."""
    table, key = kept
    before: dict[K, int] = dict(
        connection.execute(
            f"SELECT {key}, contact FROM {table} WHERE {key} IN (SELECT value FROM json_each(?1))"
            " AND contact IN (SELECT value FROM json_each(?2))",
            (listed(sorted(named)), listed(sorted(members))),
        ).fetchall()
    )
    ended = [(position, name) for name, contact in sorted(before.items()) if holders.get(name) != contact]
    end(connection, kept, ended)
    connection.executemany(
        f"INSERT OR IGNORE INTO {table} ({key}, contact, since) VALUES (?, ?, ?)",
        [(name, contact, position) for name, contact in sorted(holders.items()) if before.get(name) != contact],
    )


def with_aliases(connection: Connection) -> set[int]:
    """The contacts into which others were merged by hand, as they are merged now."""
    rows = connection.execute(f"SELECT DISTINCT contact {BY_HAND} AND type <> 'ContactsSplit'").fetchall()
    merged = [contact for (contact,) in rows]
    return set(survivors(connection, merged, 2**62).values()) if merged else set()


def aliases(connection: Connection, contact: int) -> tuple[list[str], list[str]]:
    """The phones and the user ids that find a contact beside its own, since others were merged into it by hand."""
    members = listed(sorted(group(connection, contact)))
    phones = connection.execute(
        "SELECT phones.phone FROM phones JOIN contacts USING (contact) WHERE contact = ?1"
        " AND phones.phone IN (SELECT phone FROM entries WHERE contact IN (SELECT value FROM json_each(?2)))"
        " AND phones.phone IS NOT contacts.phone ORDER BY phones.phone",
        (contact, members),
    ).fetchall()
    user_ids = connection.execute(
        "SELECT user_ids.user_id FROM user_ids JOIN contacts USING (contact) WHERE contact = ?1"
        " AND user_ids.user_id IN (SELECT user_id FROM entries WHERE contact IN (SELECT value FROM json_each(?2)))"
        " AND user_ids.user_id IS NOT contacts.user_id ORDER BY user_ids.user_id",
        (contact, members),
    ).fetchall()
    return [f"+{phone}" for (phone,) in phones], [user_id for (user_id,) in user_ids]


def are_apart(connection: Connection, one: int, other: int) -> bool:
    """Whether somebody has split what is merged into one of these contacts from what is merged into the other."""
    first, second = listed(sorted(group(connection, one))), listed(sorted(group(connection, other)))
    query = (
        "SELECT 1 FROM merges WHERE until IS NOT NULL AND absorbed IN (SELECT value FROM json_each(?))"
        " AND survivor IN (SELECT value FROM json_each(?)) LIMIT 1"
    )
    return any(connection.execute(query, pair).fetchone() for pair in ((first, second), (second, first)))
