"""Erasing a contact from a log's file, in the transaction of the append that takes the order (R31)."""

from collections.abc import Collection, Iterable, Iterator, Sequence

import msgspec

from ledger.events import types
from ledger.events.signing import Signer
from ledger.log.entry import FoldRow, unpack_headers
from ledger.log.erasure import Emptied, Erasure, Erasures, Sought, read_emptied
from ledger.log.keeping_out import KeptOut, hashes
from ledger.log.sqlite.connected import THESE, Connected, listed
from ledger.log.sqlite.erasing.kept_out import is_anybody, keep_out, kept_out
from ledger.log.sqlite.erasing.releasing import named_by, release
from ledger.log.sqlite.erasing.seeking import InLog, OrderPlace, seek
from ledger.log.sqlite.erasing.whose import not_empty, split_up
from ledger.log.sqlite.merges import chunks, group, survivors
from ledger.log.sqlite.reading.entries import FOLDED
from ledger.sqlite import Connection
from ledger.wal import overwrite_whole

_AT_ONCE = 1_000
_FORGERIES = "('reserved', 'unknown_type')"
"""What strangers' messages are rejected for: a name that one of them used is not its own."""

_SAYING = ", ".join(f"'{type}'" for type in (*types.ABOUT_CONTACTS, types.MESSAGE_DROPPED))
"""Accepted messages about no contact that can go: orders about imports hold for all of their rows."""

_EMPTY = (
    "UPDATE entries SET source = NULL, message_id = NULL, key = NULL, headers = NULL, value = NULL, phone = NULL,"
    f" user_id = NULL, detail = NULL, salt = NULL WHERE position {THESE}"
)
_json = msgspec.json.Encoder().encode
_read_sought = msgspec.json.Decoder(Sought).decode


def contact_of(connection: Connection, contact_id: bytes) -> int | None:
    """The number of the contact with this id; None for one that no entry made."""
    row = connection.execute("SELECT contact FROM contacts WHERE id = ?", (contact_id,)).fetchone()
    return None if row is None else int(row[0])


def erased_among(connection: Connection, contacts: Iterable[int]) -> dict[int, int]:
    """See `Erasures.erased_among`."""
    query = f"SELECT contact, erasure FROM erased_contacts WHERE contact {THESE}"
    return dict(connection.execute(query, (listed(contacts),)).fetchall())


def erase(connection: Connection, signer: Signer, contact: int, order: OrderPlace, *, keeps_out: bool) -> Emptied:
    """Empty what the entries say of a contact and all that are one with it.

    What was decided before is written. Which entries these are, an entry that does not know the person any more says;
    whom to look for elsewhere is kept until that is done.
    """
    contacts = sorted(group(connection, survivors(connection, [contact], order.erasure)[contact]))
    about, of_others, kept = split_up(connection, contacts, order.erasure)
    sought, in_log = seek(connection, contacts, [*about, *of_others], kept, order)
    connection.execute("INSERT INTO unfinished_erasures VALUES (?, ?)", (order.erasure, _json(sought).decode()))
    others = [*of_others, *(position for part in in_log for position in _others(connection, part))]
    others = sorted({*others, *_retried(connection, [*about, *others])})
    positions = [*about, *others]
    names = _forget_names(connection, signer, positions)
    sources = {
        source
        for some in chunks(positions)
        for (source,) in connection.execute(
            f"SELECT DISTINCT source FROM entries WHERE position {THESE} AND source IS NOT NULL", (listed(some),)
        ).fetchall()
    }
    held = named_by(connection, contacts)
    for some in chunks(positions):
        connection.execute(_EMPTY, (listed(some),))
    _forget_sources(connection, sources)
    out = hashes(signer, sought.last_phones, sought.user_ids) if keeps_out else ()
    hashed = sorted(name.hex() for by in out for name in by)
    emptied = Emptied(contacts, others, len(positions), names, hashed, kept)
    release(connection, contacts, order.erasure, held)
    mark(connection, emptied, order.erasure)
    return emptied


def mark(connection: Connection, emptied: Emptied, erasure: int) -> None:
    """Note which contacts the erasure at a position has erased, and whom it keeps out."""
    keep_out(connection, emptied.kept_out, erasure)
    connection.executemany(
        "INSERT OR IGNORE INTO erased_contacts (contact, erasure) VALUES (?, ?)",
        [(contact, erasure) for contact in emptied.contacts],
    )


def forget_sought(connection: Connection, erasures: Collection[int]) -> bool:
    """Forget whom these erasures looked for; whether no page of the file or its WAL has it any more."""
    connection.execute(f"DELETE FROM unfinished_erasures WHERE erasure {THESE}", (listed(erasures),))
    return overwrite_whole(connection)


def _others(connection: Connection, part: InLog) -> list[int]:
    """The entries about no contact that name the person: rejected ones, and rows that were skipped."""
    mentions = part.mentions
    return [
        position
        for index, condition in (
            ("entries_rejected_newest", "reason IS NOT NULL"),
            ("entries_about_nobody", f"contact IS NULL AND reason IS NULL AND type IN ({_SAYING})"),
        )
        for said in _walked(connection, index, condition, part)
        if mentions.may_be_in(b"\n".join(piece for one in said for piece in one[1:] if piece is not None))
        for position, key, headers, value in said
        if mentions.in_message(key, unpack_headers(headers), value) is not None
    ]


_Said = tuple[int, bytes | None, bytes | None, bytes | None]
"""Position, key, headers and value of a message."""


def _walked(connection: Connection, index: str, condition: str, part: InLog) -> Iterator[list[_Said]]:
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


def _forget_names(connection: Connection, signer: Signer, positions: Sequence[int]) -> int:
    """Keep sources and ids of these entries as nothing but keyed hashes; how many."""
    new = 0
    for some in chunks(positions):
        rows = connection.execute(
            "SELECT name, message_id, position FROM entries JOIN sources USING (source)"
            f" WHERE position {THESE} AND message_id IS NOT NULL AND (reason IS NULL OR reason NOT IN {_FORGERIES})"
            " ORDER BY reason IS NOT NULL",
            (listed(some),),
        ).fetchall()
        new += (
            connection.executemany(
                "INSERT OR IGNORE INTO erased_names (name, position) VALUES (?, ?)",
                [(signer.of_erased(name, message_id), position) for name, message_id, position in rows],
            ).rowcount
            if rows
            else 0
        )
    return new


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


class SqliteErasures(Connected, Erasures):
    """Asks one log's file for erasures."""

    def unfinished_erasures(self) -> dict[int, Sought]:
        """See `Erasures.unfinished_erasures`."""
        rows = self._connection.execute("SELECT erasure, sought FROM unfinished_erasures ORDER BY erasure")
        return {erasure: _read_sought(text) for erasure, text in rows.fetchall()}

    def erased_names(self) -> set[bytes]:
        """See `Erasures.erased_names`."""
        return {name for (name,) in self._connection.execute("SELECT name FROM erased_names").fetchall()}

    def next_erasure(self, after: int) -> int | None:
        """See `Erasures.next_erasure`."""
        row = self._connection.execute(
            "SELECT min(position) FROM entries INDEXED BY entries_of_erasures"
            " WHERE type = 'ContactErased' AND reason IS NULL AND position > ?",
            (after,),
        ).fetchone()
        return None if row[0] is None else int(row[0])

    def erasures(self, until: int) -> list[Erasure]:
        """See `Erasures.erasures`."""
        rows = self._connection.execute(
            "SELECT position, detail FROM entries INDEXED BY entries_of_erasures"
            " WHERE type = 'ContactErased' AND reason IS NULL AND position <= ? ORDER BY position",
            (until,),
        )
        return [Erasure(position, read_emptied(detail)) for position, detail in rows.fetchall()]

    def erased_among(self, contacts: Iterable[int]) -> dict[int, int]:
        """See `Erasures.erased_among`."""
        return erased_among(self._connection, contacts)

    def keeps_anybody_out(self) -> bool:
        """See `Erasures.keeps_anybody_out`."""
        return is_anybody(self._connection)

    def kept_out(self, signer: Signer, phones: Collection[str], user_ids: Collection[str]) -> KeptOut:
        """See `Erasures.kept_out`."""
        return kept_out(self._connection, signer, phones, user_ids)

    def emptied_rows(self, emptied: Emptied) -> list[FoldRow]:
        """See `Erasures.emptied_rows`."""
        return self._connection.execute(
            f"SELECT {FOLDED} FROM entries WHERE (contact {THESE} OR position {THESE})"
            " AND salt IS NULL AND import IS NOT NULL AND row IS NOT NULL ORDER BY position",
            (listed(emptied.contacts), listed(emptied.others)),
        ).fetchall()
