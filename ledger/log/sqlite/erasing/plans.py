"""What the erasure of somebody will empty and what it will know of them, looked up before it is written (R31)."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter

import msgspec

from ledger.events import types
from ledger.events.signing import Signer
from ledger.log.entry import unpack_headers
from ledger.log.erasure import Sought
from ledger.log.merge_orders import read_given_up
from ledger.log.sqlite.connected import THESE, listed
from ledger.log.sqlite.erasing.releasing import Named, named_by
from ledger.log.sqlite.erasing.seeking import InLog, OrderPlace, seek
from ledger.log.sqlite.erasing.undone import undone_with
from ledger.log.sqlite.erasing.whose import not_empty, split_up
from ledger.log.sqlite.merges import chunks, group, survivors
from ledger.sqlite import Connection

_AT_ONCE = 1_000
_FORGERIES = "('reserved', 'unknown_type')"
"""What strangers' messages are rejected for: a name that one of them used is not its own."""

_SAYING = ", ".join(f"'{type}'" for type in (*types.ABOUT_CONTACTS, types.MESSAGE_DROPPED))
"""Accepted messages about no contact that can go: orders about imports hold for all of their rows."""

_ABOUT_NOBODY = (
    ("entries_rejected_newest", "reason IS NOT NULL"),
    ("entries_about_nobody", f"contact IS NULL AND reason IS NULL AND type IN ({_SAYING})"),
)
"""The indexes of the messages about no contact, each with what holds of those that can name somebody."""

NameOf = tuple[int, bytes]
"""The position of an entry, and the keyed hash of its name."""


class ErasurePlan(msgspec.Struct, frozen=True, gc=False):
    """An erasure of one person, who has all these contacts: which entries are emptied, and what is left of them.

    Emptied are those `about` the person and the `others`, by position; `names` are those of these entries that are
    nobody's yet. `kept` are the entries of somebody who was one of the contacts for a time, `held` is what found the
    person, `sought` whom to look for elsewhere, and `given_up` as `Emptied` has it.
    """

    contacts: list[int]
    about: Sequence[int]
    others: list[int]
    kept: list[int]
    names: list[NameOf]
    held: Named
    sought: Sought
    given_up: Mapping[int, int] = {}

    @property
    def positions(self) -> list[int]:
        """Those of the entries that are emptied."""
        return [*self.about, *self.others]


def plan(connection: Connection, signer: Signer, contact: int, order: OrderPlace) -> ErasurePlan:
    """What an order empties that erases a contact and all that are one with it. What was decided before is written."""
    one = group(connection, survivors(connection, [contact], order.erasure)[contact])
    contacts = sorted(one | undone_with(connection, one))
    about, of_others, kept = split_up(connection, contacts, order.erasure)
    sought, in_log = seek(connection, contacts, [*about, *of_others], kept, order)
    others = [*of_others, *(said[0] for part in in_log for said in naming(connection, part))]
    others = sorted({*others, *_retried(connection, [*about, *others])})
    names = name_hashes(connection, signer, [*about, *others])
    known = known_names(connection, [name for _, name in names])
    held = named_by(connection, contacts)
    left = _given_up(connection, [*about, *others])
    return ErasurePlan(contacts, about, others, kept, free_names(names, known), held, sought, left)


Said = tuple[int, bytes | None, bytes | None, bytes | None]
"""Position, key, headers and value of a message."""


def is_anything_about_nobody(connection: Connection) -> bool:
    """Whether there is an entry that `naming` looks through."""
    either = " OR ".join(
        f"EXISTS (SELECT 1 FROM entries INDEXED BY {index} WHERE {condition} AND salt IS NOT NULL)"
        for index, condition in _ABOUT_NOBODY
    )
    return bool(connection.execute(f"SELECT {either}").fetchone()[0])


def naming(connection: Connection, part: InLog) -> list[Said]:
    """The entries about no contact that name somebody: rejected messages, and rows that were skipped."""
    mentions = part.mentions
    return [
        (position, key, headers, value)
        for index, condition in _ABOUT_NOBODY
        for said in _walked(connection, index, condition, part)
        if mentions.may_be_in(b"\n".join(piece for one in said for piece in one[1:] if piece is not None))
        for position, key, headers, value in said
        if mentions.in_message(key, unpack_headers(headers), value) is not None
    ]


def _walked(connection: Connection, index: str, condition: str, part: InLog) -> Iterator[list[Said]]:
    """The messages in an index that are not empty, in a part of the log, many at once."""
    after = part.after
    while rows := connection.execute(
        f"SELECT position, key, headers, value FROM entries INDEXED BY {index}"
        f" WHERE {condition} AND position > ? AND position < ? AND salt IS NOT NULL ORDER BY position LIMIT ?",
        (after, part.before, _AT_ONCE),
    ).fetchall():
        yield rows
        after = rows[-1][0]


def _retried(connection: Connection, positions: Sequence[int]) -> Iterator[int]:
    """The rejected messages that entries at these positions took again, corrected maybe."""
    for some in chunks(positions):
        yield from not_empty(
            connection,
            "reason IS NOT NULL AND raw_digest IN (SELECT raw_digest FROM entries WHERE reason IS NULL"
            f" AND raw_digest IS NOT NULL AND position {THESE})",
            some,
        )


def _given_up(connection: Connection, positions: Sequence[int]) -> dict[int, int]:
    """Of the changed numbers at these positions which entry names the phone that each gives up, where none of them."""
    found: dict[int, int] = {}
    for some in chunks(positions):
        rows = connection.execute(
            f"SELECT position, detail FROM entries WHERE position {THESE} AND type = 'NumberChanged'"
            " AND detail IS NOT NULL",
            (listed(some),),
        ).fetchall()
        found |= {order: names for order, detail in rows if (names := read_given_up(detail)) is not None}
    gone = set(positions)
    return {order: names for order, names in found.items() if names not in gone}


def name_hashes(connection: Connection, signer: Signer, positions: Sequence[int]) -> list[NameOf]:
    """Sources and ids of the entries at these positions as keyed hashes; those of accepted ones first."""
    query = (
        "SELECT reason IS NOT NULL, name, message_id, position FROM entries JOIN sources USING (source)"
        f" WHERE position {THESE} AND message_id IS NOT NULL AND (reason IS NULL OR reason NOT IN {_FORGERIES})"
    )
    rows = [row for some in chunks(positions) for row in connection.execute(query, (listed(some),)).fetchall()]
    rows.sort(key=itemgetter(0))
    return [(position, signer.of_erased(name, message_id)) for _, name, message_id, position in rows]


def free_names(names: Iterable[NameOf], known: Collection[bytes]) -> list[NameOf]:
    """Those that are nobody's yet, each once: as that of the first entry which has it."""
    found: dict[bytes, NameOf] = {}
    for one in names:
        if one[1] not in known:
            found.setdefault(one[1], one)
    return list(found.values())


def known_names(connection: Connection, names: Collection[bytes]) -> set[bytes]:
    """Those of these hashes that are names of erased entries already."""
    query = "SELECT name FROM json_each(?) AS asked CROSS JOIN erased_names ON name = unhex(asked.value)"
    return {name for (name,) in connection.execute(query, (listed(one.hex() for one in names),)).fetchall()}
