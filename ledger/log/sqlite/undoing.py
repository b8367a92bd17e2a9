"""Undone and redone imports: which of their events count, and what becomes of the phones and user ids (R32)."""

from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

import msgspec

from ledger.events import types
from ledger.events.identity import Known, claim_fault
from ledger.log.entry import phone_text
from ledger.log.identities import Identities
from ledger.sqlite import Connection

_CHUNK = 5_000
_listed = msgspec.json.Encoder().encode


class Refused(msgspec.Struct, frozen=True):
    """Positions of a redone import's events that stay undone: their phone, or user id, is another contact's now."""

    phone: list[int] = []
    user_id: list[int] = []


refused = msgspec.json.Decoder(Refused).decode
"""Reads what the entry of a redo has as its detail."""


class Undoing(msgspec.Struct, frozen=True):
    """An import undone or, with `is_redo`, redone. `source` is the number of the import's source."""

    position: int
    recorded: int
    source: int
    is_redo: bool
    refused: frozenset[int]


class Undoings:
    """The undos and redos of a log up to some position, in order."""

    def __init__(self, all: Iterable[Undoing]) -> None:
        self._of: dict[int | None, list[Undoing]] = defaultdict(list)
        for one in all:
            self._of[one.source].append(one)

    def __bool__(self) -> bool:
        return bool(self._of)

    def __contains__(self, source: int | None) -> bool:
        """Whether the events of a source, by its number, were ever undone."""
        return source in self._of

    def of(self, sources: Collection[int | None]) -> list[Undoing]:
        """Those of the imports with these sources, in log order."""
        found = [one for source in sources if source in self._of for one in self._of[source]]
        return sorted(found, key=lambda one: one.position)

    def after(self, position: int) -> list[Undoing]:
        """Those after a position, in log order."""
        return [one for one in self.of(self._of.keys()) if one.position > position]

    def count(self, source: int | None, position: int, at: int) -> bool:
        """Whether the event of a source at `position` counts as of position `at`."""
        last = self.last(source, at)
        return last is None or (last.is_redo and position not in last.refused)

    def last(self, source: int | None, at: int) -> Undoing | None:
        """What holds for the events of a source as of position `at`; None: they were never undone by then."""
        if source not in self._of:
            return None
        return next((one for one in reversed(self._of[source]) if one.position <= at), None)


def undoings(connection: Connection, until: int) -> Undoings:
    """Every undo and redo that was accepted by position `until`."""
    rows = connection.execute(
        "SELECT position, recorded, source, type, detail FROM entries INDEXED BY entries_of_undoings"
        " WHERE type IN ('ImportUndone', 'ImportRedone') AND reason IS NULL AND position <= ? ORDER BY position",
        (until,),
    )
    found = []
    for position, recorded, source, type, detail in rows:
        not_redone = refused(detail) if detail else Refused()
        left = frozenset(not_redone.phone + not_redone.user_id)
        found.append(Undoing(position, recorded, source, type == types.IMPORT_REDONE, left))
    return Undoings(found)


def named(connection: Connection, phone: int | None, user_id: str | None, until: int) -> list[int]:
    """The contacts that events by position `until`, of imports that were ever undone, name by this phone or user id."""
    rows = connection.execute(
        "SELECT DISTINCT contact FROM entries WHERE source IN"
        " (SELECT source FROM entries INDEXED BY entries_of_undoings WHERE type IN ('ImportUndone', 'ImportRedone')"
        " AND reason IS NULL) AND reason IS NULL AND contact IS NOT NULL AND position <= ?"
        " AND (phone = ? OR user_id = ?)",
        (until, phone, user_id),
    )
    return [contact for (contact,) in rows]


def is_undone(connection: Connection, source: str) -> bool:
    """Whether the import with this source (its name) is undone."""
    row = connection.execute(
        "SELECT type FROM entries INDEXED BY entries_of_undoings"
        " WHERE type IN ('ImportUndone', 'ImportRedone') AND reason IS NULL"
        " AND source = (SELECT source FROM sources WHERE name = ?) ORDER BY position DESC LIMIT 1",
        (source,),
    ).fetchone()
    return row is not None and row[0] == types.IMPORT_UNDONE


def newest_about(connection: Connection, contact: int, after: int) -> int:
    """The position of the last undo or redo after `after` of an import with events about a contact; 0: none."""
    later = connection.execute(
        "SELECT position, source FROM entries INDEXED BY entries_of_undoings"
        " WHERE type IN ('ImportUndone', 'ImportRedone') AND reason IS NULL AND position > ? ORDER BY position DESC",
        (after,),
    ).fetchall()
    members = _listed(sorted(components(connection, [contact]))).decode() if later else ""
    for position, source in later:
        row = connection.execute(
            "SELECT 1 FROM entries WHERE contact IN (SELECT value FROM json_each(?)) AND source = ?"
            " AND reason IS NULL AND NOT skipped LIMIT 1",
            (members, source),
        ).fetchone()
        if row:
            return int(position)
    return 0


def touched(connection: Connection, source: int, until: int) -> list[int]:
    """The contacts that events of a source before position `until` are about, by what they had been merged into then.

    In order of number; also those that are gone.
    """
    found: set[int] = set()
    last = ""
    while rows := connection.execute(
        "SELECT message_id, iif(skipped OR position >= ?, NULL, contact) FROM entries"
        " WHERE source = ? AND reason IS NULL AND message_id > ? ORDER BY message_id LIMIT ?",
        (until, source, last, _CHUNK),
    ).fetchall():
        found.update(contact for _, contact in rows if contact is not None)
        last = rows[-1][0]
    return sorted(set(survivors(connection, sorted(found), until).values()))


def survivors(connection: Connection, contacts: Sequence[int], until: int) -> dict[int, int]:
    """For each of the contacts the one it had been merged into by position `until`, itself where none."""
    found = dict(zip(contacts, contacts, strict=True))
    pending = contacts
    while pending:
        into: dict[int, int] = {}
        for chunk in _chunks(pending):
            into |= connection.execute(
                "SELECT contact, absorbed_by FROM contacts WHERE contact IN (SELECT value FROM json_each(?))"
                " AND absorbed_by IS NOT NULL AND absorbed_at <= ?",
                (_listed(chunk).decode(), until),
            ).fetchall()
        if not into:
            break
        found = {contact: into.get(root, root) for contact, root in found.items()}
        pending = sorted(set(into.values()))
    return found


def components(connection: Connection, contacts: Iterable[int]) -> dict[int, int]:
    """Every contact that was ever merged with one of these, and each of these, with the one that survives of it."""
    roots = set(survivors(connection, sorted(set(contacts)), 2**62).values())
    found = {root: root for root in roots}
    pending = sorted(roots)
    while pending:
        into: list[tuple[int, int]] = []
        for chunk in _chunks(pending):
            into += connection.execute(
                "SELECT contact, absorbed_by FROM contacts WHERE absorbed_by IN (SELECT value FROM json_each(?))",
                (_listed(chunk).decode(),),
            ).fetchall()
        found |= {contact: found[survivor] for contact, survivor in into}
        pending = sorted(contact for contact, _ in into)
    return found


def release(connection: Connection, name: str, position: int) -> None:
    """The import with this source (its name) is undone at `position`: free what no event asserts that still counts."""
    source = _number_of(connection, name)
    before = undoings(connection, position)
    own = Undoing(position, 0, source, False, frozenset())
    for chunk in _chunks(touched(connection, source, position)):
        asserted = _asserted(connection, chunk, before, own)
        holders = connection.execute(
            "SELECT contact, phone, user_id FROM contacts WHERE contact IN (SELECT value FROM json_each(?))",
            (_listed(chunk).decode(),),
        ).fetchall()
        kept = [(contact, *asserted.get(contact, (None, None)), phone, user_id) for contact, phone, user_id in holders]
        connection.executemany(
            "UPDATE contacts SET phone = ?, user_id = ? WHERE contact = ?",
            [(phone, user_id, contact) for contact, phone, user_id, *held in kept if [phone, user_id] != held],
        )
        connection.executemany(
            "UPDATE phones SET position = ? WHERE phone = ?",
            sorted((position, held) for _, phone, _, held, _ in kept if held is not None and phone is None),
        )
        connection.executemany(
            "UPDATE user_ids SET position = ? WHERE user_id = ?",
            sorted((position, held) for _, _, user_id, _, held in kept if held is not None and user_id is None),
        )


def _asserted(
    connection: Connection, contacts: Sequence[int], before: Undoings, own: Undoing
) -> dict[int, tuple[int | None, str | None]]:
    """The phone and the user id that events assert which count but for `own`; contacts without any are left out."""
    into = components(connection, contacts)
    found: dict[int, tuple[int | None, str | None]] = {}
    for chunk in _chunks(sorted(into)):
        rows = connection.execute(
            "SELECT contact, position, source, phone, user_id FROM entries"
            " WHERE contact IN (SELECT value FROM json_each(?)) AND reason IS NULL AND NOT skipped AND source IS NOT ?"
            " AND position < ?",
            (_listed(chunk).decode(), own.source, own.position),
        )
        for contact, position, source, phone, user_id in rows:
            if before.count(source, position, own.position):
                known_phone, known_user_id = found.get(into[contact], (None, None))
                found[into[contact]] = phone or known_phone, user_id or known_user_id
    return found


def claim(connection: Connection, name: str, position: int) -> Refused:
    """The import with this source (its name) is redone at `position`: bind anew what its events assert, in log order.

    Gives the positions of the events that cannot have it, and so go on not counting.
    """
    left = Refused([], [])
    for rows in _events(connection, _number_of(connection, name), position):
        identities = Identities()
        identities.load(
            connection,
            [f"+{phone}" for _, _, phone, _ in rows if phone is not None],
            [user_id for _, _, _, user_id in rows if user_id is not None],
        )
        roots = survivors(connection, sorted({contact for _, contact, _, _ in rows}), position)
        own = _known(connection, set(roots.values()))
        for at, contact, phone_column, user_id in rows:
            holder, phone = own[roots[contact]], phone_text(phone_column)
            fault = claim_fault(holder, phone, user_id, identities.by_phone(phone), identities.by_user_id(user_id))
            if fault is None:
                own[holder.contact] = identities.attach(holder, position, phone, user_id)
            else:
                getattr(left, fault).append(at)
        identities.store(connection)
    return left


def _events(connection: Connection, source: int, until: int) -> Iterator[list[tuple[int, int, int | None, str | None]]]:
    """(position, contact, phone, user id) of a source's events about contacts before `until`, in log order."""
    positions = array(
        "q",
        (
            position
            for (position,) in connection.execute(
                "SELECT position FROM entries WHERE source = ? AND reason IS NULL AND NOT skipped"
                " AND contact IS NOT NULL AND position < ?",
                (source, until),
            )
        ),
    )
    for chunk in _chunks(sorted(positions)):
        yield connection.execute(
            "SELECT position, contact, phone, user_id FROM entries"
            " WHERE position IN (SELECT value FROM json_each(?)) ORDER BY position",
            (_listed(chunk).decode(),),
        ).fetchall()


def _known(connection: Connection, contacts: Iterable[int]) -> dict[int, Known]:
    rows = connection.execute(
        "SELECT contact, phone, user_id FROM contacts WHERE contact IN (SELECT value FROM json_each(?))",
        (_listed(sorted(contacts)).decode(),),
    )
    return {contact: Known(contact, phone_text(phone), user_id) for contact, phone, user_id in rows}


def _chunks(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(numbers), _CHUNK):
        yield numbers[start : start + _CHUNK]


def _number_of(connection: Connection, name: str) -> int:
    return int(connection.execute("SELECT source FROM sources WHERE name = ?", (name,)).fetchone()[0])
