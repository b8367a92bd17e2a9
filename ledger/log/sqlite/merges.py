"""Which contacts are merged into which, as the log's file has them."""

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

import msgspec

from ledger.events import types
from ledger.log.merge_orders import ContactOfId
from ledger.sqlite import Connection

IS_BY_HAND = f"type IN ({', '.join(repr(type) for type in types.ABOUT_MERGES)})"
"""What holds of the orders that merge two contacts, change a number or split; its index is declared in these words."""

BY_HAND = f"FROM entries INDEXED BY entries_of_merge_orders WHERE {IS_BY_HAND} AND reason IS NULL"
"""Those of them that were accepted."""

_IS_OF_TWO = "since <> absorbed"
"""What does not hold where the entry of a changed number has made the contact that it merges in."""

_CHUNK = 5_000
_listed = msgspec.json.Encoder().encode


def survivors(connection: Connection, contacts: Sequence[int], until: int) -> dict[int, int]:
    """For each of the contacts the one it had been merged into by position `until`, itself where none."""
    found = dict(zip(contacts, contacts, strict=True))
    pending = contacts
    while pending:
        into: dict[int, int] = {}
        for chunk in chunks(pending):
            into |= connection.execute(
                "SELECT absorbed, survivor FROM merges WHERE absorbed IN (SELECT value FROM json_each(?1))"
                " AND since <= ?2 AND (until IS NULL OR until > ?2)",
                (_listed(chunk).decode(), until),
            ).fetchall()
        if not into:
            break
        found = {contact: into.get(root, root) for contact, root in found.items()}
        pending = sorted(set(into.values()))
    return found


def components(connection: Connection, contacts: Iterable[int]) -> dict[int, int]:
    """Every contact ever merged with one of these, and each of these, with one that stands for all of them.

    Also where they were split again: what each is said to be follows from the events of all.
    """
    found = {contact: contact for contact in sorted(set(contacts))}
    pending = list(found)
    pairs: list[tuple[int, int]] = []
    while pending:
        pairs_found: list[tuple[int, int]] = []
        for chunk in chunks(pending):
            wanted = _listed(chunk).decode()
            for query in _MERGED_WITH:
                pairs_found += connection.execute(query, (wanted,)).fetchall()
        pairs += pairs_found
        pending = sorted({other for _, other in pairs_found} - found.keys())
        found |= zip(pending, pending, strict=True)
    return _joined(found, pairs)


_MERGED_WITH = (
    "SELECT absorbed, survivor FROM merges WHERE absorbed IN (SELECT value FROM json_each(?))",
    "SELECT survivor, absorbed FROM merges WHERE survivor IN (SELECT value FROM json_each(?))",
)


def _joined(found: dict[int, int], pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """These contacts, each with the one that stands for all that it is joined with by pairs."""

    def root(contact: int) -> int:
        while found[contact] != contact:
            found[contact] = contact = found[found[contact]]
        return contact

    for one, other in pairs:
        first, second = sorted((root(one), root(other)))
        found[second] = first
    return {contact: root(contact) for contact in found}


def chunks(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    """As many numbers as one statement takes at once."""
    for start in range(0, len(numbers), _CHUNK):
        yield numbers[start : start + _CHUNK]


def group(connection: Connection, contact: int) -> set[int]:
    """A contact with all that are merged into it now."""
    found = {contact}
    pending = [contact]
    while pending:
        rows = connection.execute(
            "SELECT absorbed FROM merges WHERE survivor IN (SELECT value FROM json_each(?)) AND until IS NULL",
            (_listed(pending).decode(),),
        ).fetchall()
        pending = [absorbed for (absorbed,) in rows if absorbed not in found]
        found.update(pending)
    return found


def newest_merge(connection: Connection, contact: int) -> int:
    """See `Batch.newest_merge`."""
    members = group(connection, survivors(connection, [contact], 2**62)[contact])
    query = (
        "SELECT max(since) FROM merges WHERE absorbed IN (SELECT value FROM json_each(?)) AND until IS NULL"
        f" AND {_IS_OF_TWO}"
    )
    return connection.execute(query, (_listed(sorted(members)).decode(),)).fetchone()[0] or 0


def merged_in_since(connection: Connection, contacts: Sequence[int], position: int) -> dict[int, set[int]]:
    """See `Holders.merged_in_since`."""
    within = dict(zip(contacts, contacts, strict=True))
    absorbed_since: dict[int, int] = {}
    pending = contacts
    while pending:
        rows: list[tuple[int, int, bool]] = []
        for chunk in chunks(pending):
            rows += connection.execute(
                f"SELECT absorbed, survivor, since > ? AND {_IS_OF_TWO} FROM merges"
                " WHERE survivor IN (SELECT value FROM json_each(?)) AND until IS NULL",
                (position, _listed(chunk).decode()),
            ).fetchall()
        pending = [absorbed for absorbed, _, _ in rows]
        within |= {absorbed: within[survivor] for absorbed, survivor, _ in rows}
        absorbed_since |= {absorbed: within[absorbed] for absorbed, _, is_since in rows if is_since}
    found: dict[int, set[int]] = {}
    for absorbed, then in survivors(connection, list(absorbed_since), position).items():
        found.setdefault(absorbed_since[absorbed], set()).add(then)
    return found


def standing(connection: Connection, contact_id: str) -> ContactOfId | None:
    """The contact with this public id; None where there is none."""
    try:
        key = UUID(contact_id).bytes
    except ValueError:
        return None
    row = connection.execute("SELECT contact FROM contacts WHERE id = ?", (key,)).fetchone()
    if row is None:
        return None
    (contact,) = row
    survivor = survivors(connection, [contact], 2**62)[contact]
    return ContactOfId(contact, survivor, is_gone(connection, survivor))


def is_gone(connection: Connection, contact: int) -> bool:
    """Whether nothing finds a contact: an undo has released all that did."""
    query = (
        "SELECT phone IS NULL AND user_id IS NULL AND NOT EXISTS"
        " (SELECT 1 FROM merges WHERE absorbed = contact AND until IS NULL) FROM contacts WHERE contact = ?"
    )
    row = connection.execute(query, (contact,)).fetchone()
    return row is not None and bool(row[0])
