"""Which entries of a log's file an erasure empties, where somebody was split from the person (R31)."""

from collections.abc import Iterable, Sequence

from ledger.log.sqlite import by_hand
from ledger.log.sqlite.connected import THESE, listed
from ledger.log.sqlite.merges import components
from ledger.log.whose import theirs
from ledger.sqlite import Connection


def split_up(
    connection: Connection, contacts: Sequence[int], erasure: int
) -> tuple[Sequence[int], Sequence[int], list[int]]:
    """The entries that are about one person: under the contacts' own numbers, and under those of others.

    And the entries of others under the contacts' numbers, from when they were one.
    """
    own = not_empty(connection, f"contact {THESE}", contacts)
    members = components(connection, contacts)
    if len(members) == len(contacts):
        return own, (), []
    said = by_hand.told(connection, members, erasure)
    found = theirs(said, set(contacts))
    others = {one.phone for one in said if one.position not in found} - {None}
    others_ids = {one.user_id for one in said if one.position not in found} - {None}
    skipped = [
        position
        for position, phone, user_id in connection.execute(
            f"SELECT position, phone, user_id FROM entries WHERE contact {THESE} AND skipped AND salt IS NOT NULL",
            (listed(sorted(members)),),
        ).fetchall()
        if f"+{phone}" not in others and user_id not in others_ids
    ]
    found.update(skipped)
    there = not_empty(connection, f"contact {THESE}", sorted(members))
    own_numbers = set(own)
    about = [position for position in there if position in found and position in own_numbers]
    of_others = [position for position in there if position in found and position not in own_numbers]
    return about, of_others, sorted(own_numbers.difference(about))


def not_empty(connection: Connection, condition: str, values: Iterable[int]) -> list[int]:
    """The entries that are not empty and of which a condition holds, in log order; its `?` is the list of values."""
    query = f"SELECT position FROM entries WHERE {condition} AND salt IS NOT NULL ORDER BY position"
    return [position for (position,) in connection.execute(query, (listed(values),)).fetchall()]
