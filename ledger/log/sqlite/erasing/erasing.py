"""Erasing a contact from a log's file, in the transaction of the append that takes the order (R31)."""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

import msgspec

from ledger.events import types
from ledger.events.signing import Signer
from ledger.log.erasure import Emptied, Sought
from ledger.log.keeping_out import hashes
from ledger.log.sqlite.connected import THESE, listed
from ledger.log.sqlite.erasing.kept_out import keep_out
from ledger.log.sqlite.erasing.plans import ErasurePlan, plan
from ledger.log.sqlite.erasing.releasing import release
from ledger.log.sqlite.erasing.seeking import OrderPlace
from ledger.log.sqlite.merges import chunks
from ledger.sqlite import Connection
from ledger.wal import overwrite_whole

_EMPTY = (
    "UPDATE entries SET source = NULL, message_id = NULL, key = NULL, headers = NULL, value = NULL, phone = NULL,"
    f" user_id = NULL, detail = NULL, salt = NULL WHERE position {THESE}"
)
_json = msgspec.json.Encoder().encode
_read_sought = msgspec.json.Decoder(Sought).decode


def contact_of(connection: Connection, contact_id: UUID) -> int | None:
    """The number of the contact with this id; None for one that no entry made."""
    row = connection.execute("SELECT contact FROM contacts WHERE id = ?", (contact_id.bytes,)).fetchone()
    return None if row is None else int(row[0])


def erased_among(connection: Connection, contacts: Iterable[int]) -> dict[int, int]:
    """See `Erasures.erased_among`."""
    query = f"SELECT contact, erasure FROM erased_contacts WHERE contact {THESE}"
    return dict(connection.execute(query, (listed(contacts),)).fetchall())


class PlannedErasure(NamedTuple):
    """An erasure that the entry at position `erasure` orders: what its entry says, and what of the log goes."""

    erasure: int
    emptied: Emptied
    plan: ErasurePlan


def erase(
    connection: Connection, signer: Signer, contact: int, order: OrderPlace, *, keeps_out: bool
) -> PlannedErasure:
    """Empty what the entries say of a contact and all that are one with it.

    What was decided before is written. Which entries these are, an entry that does not know the person any more says;
    whom to look for elsewhere is kept until that is done.
    """
    planned = plan(connection, signer, contact, order)
    erasure = PlannedErasure(order.erasure, emptied_by(planned, signer, keeps_out=keeps_out), planned)
    empty(connection, [erasure])
    release(connection, planned.contacts, order.erasure, planned.held)
    return erasure


def emptied_by(planned: ErasurePlan, signer: Signer, *, keeps_out: bool) -> Emptied:
    """What the entry of an erasure says."""
    sought = planned.sought
    out = hashes(signer, sought.last_phones, sought.user_ids) if keeps_out else ()
    hashed = sorted(name.hex() for by in out for name in by)
    entries, names = len(planned.positions), len(planned.names)
    return Emptied(planned.contacts, planned.others, entries, names, hashed, planned.kept, dict(planned.given_up))


def empty(connection: Connection, erasures: Sequence[PlannedErasure]) -> None:
    """Empty the entries of these erasures, and note what each leaves; whoever is erased is still found."""
    connection.executemany(
        "INSERT INTO unfinished_erasures VALUES (?, ?)",
        [(one.erasure, _json(one.plan.sought).decode()) for one in erasures],
    )
    connection.executemany(
        "INSERT OR IGNORE INTO erased_names (name, position) VALUES (?, ?)",
        sorted((name, position) for one in erasures for position, name in one.plan.names),  # pages are met in turn
    )
    positions = sorted(position for one in erasures for position in one.plan.positions)
    sources = {
        source
        for some in chunks(positions)
        for (source,) in connection.execute(
            f"SELECT DISTINCT source FROM entries WHERE position {THESE} AND source IS NOT NULL", (listed(some),)
        ).fetchall()
    }
    for some in chunks(positions):
        connection.execute(_EMPTY, (listed(some),))
    _forget_sources(connection, sources)
    mark(connection, [(one.emptied, one.erasure) for one in erasures])


def mark(connection: Connection, erasures: Sequence[tuple[Emptied, int]]) -> None:
    """Note which contacts the erasures at these positions have erased, and whom they keep out."""
    keep_out(connection, [(name, erasure) for emptied, erasure in erasures for name in emptied.kept_out])
    connection.executemany(
        "INSERT OR IGNORE INTO erased_contacts (contact, erasure) VALUES (?, ?)",
        [(contact, erasure) for emptied, erasure in erasures for contact in emptied.contacts],
    )


def forget_sought(connection: Connection, erasures: Collection[int]) -> bool:
    """Forget whom these erasures looked for; whether no page of the file or its WAL has it any more."""
    connection.execute(f"DELETE FROM unfinished_erasures WHERE erasure {THESE}", (listed(erasures),))
    return overwrite_whole(connection)


def _forget_sources(connection: Connection, sources: Iterable[int]) -> None:
    """A foreign source that no entry has any more may name the person; its number stays, for what was counted by it."""
    for source in sorted(sources):
        connection.execute(
            "UPDATE sources SET name = ?1 || source WHERE source = ?2"
            " AND NOT EXISTS (SELECT 1 FROM entries WHERE entries.source = ?2 AND reason IS NULL)"
            " AND NOT EXISTS (SELECT 1 FROM entries WHERE entries.source = ?2 AND reason IS NOT NULL)"
            f" AND NOT ({_IS_OURS})",
            (types.FORGOTTEN, source),
        )


_IS_OURS = " OR ".join(f"name GLOB '{start}*'" for start in types.OUR_SOURCES)
