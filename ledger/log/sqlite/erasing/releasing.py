"""What found a contact is free again when it is erased, for whoever is called so next (R31)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ledger.log.sqlite import by_hand
from ledger.log.sqlite.connected import THESE, listed
from ledger.log.sqlite.merges import BY_HAND, components
from ledger.log.sqlite.undoing import undoings
from ledger.sqlite import Connection

_HELD = {"phone": ("phones", "former_phones"), "user_id": ("user_ids", "former_user_ids")}


class Named(NamedTuple):
    """What the entries of some contacts, and of all that were ever one with them (`members`), named, by column."""

    members: Collection[int]
    names: Mapping[str, Sequence[object]]


def named_by(connection: Connection, contacts: Sequence[int]) -> Named:
    """What the entries of these contacts named, before they are emptied."""
    members = components(connection, contacts)
    phones, user_ids = set[Any](), set[Any]()
    for phone, user_id in connection.execute(
        f"SELECT phone, user_id FROM entries WHERE contact {THESE}", (listed(members),)
    ).fetchall():
        phones.add(phone)
        user_ids.add(user_id)
    return Named(members, {"phone": sorted(phones - {None}), "user_id": sorted(user_ids - {None})})


def release(connection: Connection, contacts: Sequence[int], erasure: int, held: Named | None = None) -> None:
    """These contacts are found by nothing any more, and whoever was one of them by what their own entries say.

    What finds a contact was named by an entry of its: these are looked up and no others, of which a large log has very
    many. `held` is what the entries named before they were emptied; where they have been empty all along, what is left
    of others says all.
    """
    members, names = held or named_by(connection, contacts)
    named = [(column, listed(found)) for column, found in names.items() if found]
    for column, found in named:
        for table in _HELD[column]:
            connection.execute(
                f"DELETE FROM {table} WHERE {column} {THESE} AND contact {THESE}", (found, listed(contacts))
            )
    connection.execute(f"UPDATE contacts SET phone = NULL, user_id = NULL WHERE contact {THESE}", (listed(contacts),))
    if len(members) == len(contacts):
        return
    for column, found in named:
        for table in _HELD[column]:
            connection.execute(
                f"DELETE FROM {table} WHERE {column} {THESE} AND contact {THESE} AND {column} NOT IN"
                f" (SELECT {column} FROM entries WHERE contact {THESE} AND {column} IS NOT NULL)",
                (found, listed(members), listed(members)),
            )
    by_hand.renew(connection, members, undoings(connection, erasure), erasure)
    for _, former in _HELD.values():  # what ends here alone was said by what is empty: nothing tells that it ever was
        connection.execute(f"DELETE FROM {former} WHERE until = ? AND contact {THESE}", (erasure, listed(members)))
    if _has_emptied_numbers(connection, members):
        _forget_since_when(connection, members)
    else:
        for column, found in named:
            _forget_unsaid(connection, members, column, found)


def _forget_unsaid(connection: Connection, members: Collection[int], column: str, names: str) -> None:
    """What found one of these for a time by what is empty now, though another entry names it, did not as of the log."""
    _, former = _HELD[column]
    rows = connection.execute(
        f"SELECT {column}, until, contact, since FROM {former} WHERE {column} {THESE} AND contact {THESE}",
        (names, listed(members)),
    ).fetchall()
    held = {
        since: by_hand.held_at(connection, members, undoings(connection, since), since)
        for since in {row[-1] for row in rows}
    }
    unsaid = [
        (name, until)
        for name, until, contact, since in rows
        if contact not in held[since] or not held[since][contact].is_found_by(column, name)
    ]
    connection.executemany(f"DELETE FROM {former} WHERE {column} = ? AND until = ?", unsaid)


def _has_emptied_numbers(connection: Connection, members: Iterable[int]) -> bool:
    """Whether an order is empty that changed a number of one of these: what it gave up for a time is not known then."""
    query = f"SELECT 1 {BY_HAND} AND type = 'NumberChanged' AND salt IS NULL AND contact {THESE} LIMIT 1"
    return connection.execute(query, (listed(sorted(members)),)).fetchone() is not None


def _forget_since_when(connection: Connection, members: Iterable[int]) -> None:
    """What finds these contacts is taken as theirs since they are there, and what did once is not kept."""
    these = listed(sorted(members))
    for column, (held, former) in _HELD.items():
        named = f"{column} IN (SELECT {column} FROM entries WHERE contact {THESE} AND {column} IS NOT NULL)"
        connection.execute(f"UPDATE {held} SET since = contact WHERE {named} AND contact {THESE}", (these, these))
        connection.execute(f"DELETE FROM {former} WHERE {named} AND contact {THESE}", (these, these))
