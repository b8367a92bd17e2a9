"""Undos and redos of imports, and merges, as the log's file has them; what they come to is `ledger.log.undo`'s."""

from array import array
from collections.abc import Iterable, Iterator

import msgspec

from ledger.events import types
from ledger.events.identity import Known
from ledger.log.entry import phone_number, phone_text
from ledger.log.holdings import Clusters
from ledger.log.identities import Identities
from ledger.log.revisions import survivors_of
from ledger.log.sqlite import by_hand
from ledger.log.sqlite.identities import PHONES, USER_IDS, end, load, store
from ledger.log.sqlite.merges import chunks, components, survivors
from ledger.log.undo import Assertion, Refused, Undoing, Undoings, claimed, refused, released
from ledger.sqlite import Connection

_CHUNK = 5_000
_listed = msgspec.json.Encoder().encode


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
    """The position of the last undo or redo after `after` of an import with events about a contact, or of the split
    that made it one of its own again; 0: none.
    """
    split = by_hand.split_at(connection, contact)
    later = connection.execute(
        "SELECT position, source FROM entries INDEXED BY entries_of_undoings"
        " WHERE type IN ('ImportUndone', 'ImportRedone') AND reason IS NULL AND position > ? ORDER BY position DESC",
        (after,),
    ).fetchall()
    members = _listed(sorted(components(connection, [contact]))).decode() if later else ""
    for position, source in later:
        if position < split:
            break
        row = connection.execute(
            "SELECT 1 FROM entries WHERE contact IN (SELECT value FROM json_each(?)) AND source = ?"
            " AND reason IS NULL AND NOT skipped LIMIT 1",
            (members, source),
        ).fetchone()
        if row:
            return int(position)
    return split if split > after else 0


def touched(connection: Connection, source: int, until: int, erased_by: int | None = None) -> list[int]:
    """The contacts that events of a source before position `until` are about, by what they had been merged into then.

    In order of number; also those that are gone, but not those that are erased (with `erased_by`, by that position).
    """
    empty = connection.execute(
        "SELECT DISTINCT contact FROM entries INDEXED BY entries_erased_rows WHERE import = ? AND import IS NOT NULL"
        " AND salt IS NULL AND reason IS NULL AND NOT skipped AND position < ? AND contact IS NOT NULL",
        (source, until),
    ).fetchall()
    found = {contact for (contact,) in empty}
    last = ""
    while rows := connection.execute(
        "SELECT message_id, iif(skipped OR position >= ?, NULL, contact) FROM entries"
        " WHERE source = ? AND reason IS NULL AND message_id > ? ORDER BY message_id LIMIT ?",
        (until, source, last, _CHUNK),
    ).fetchall():
        found.update(contact for _, contact in rows if contact is not None)
        last = rows[-1][0]
    revised = by_hand.revised(connection, until)
    about = set(survivors(connection, sorted(found - revised.keys()), until).values())
    for component in {revised[contact] for contact in found if contact in revised}:
        about |= survivors_of(by_hand.told(connection, component, until), source, until)
    erased = connection.execute(
        "SELECT contact FROM erased_contacts WHERE contact IN (SELECT value FROM json_each(?)) AND erasure <= ?",
        (_listed(sorted(about)).decode(), 2**62 if erased_by is None else erased_by),
    ).fetchall()
    return sorted(about.difference(contact for (contact,) in erased))


def release(connection: Connection, name: str, position: int) -> None:
    """The import with this source (its name) is undone at `position`: free what no event asserts that still counts."""
    source = _number_of(connection, name)
    before = undoings(connection, position)
    revised = by_hand.revised(connection, position)
    about = touched(connection, source, position)
    for chunk in chunks([contact for contact in about if contact not in revised]):
        members = sorted(components(connection, chunk))
        into = survivors(connection, members, position)
        others = _asserted_by_others(connection, into, source, position)
        changed = released(_known(connection, chunk).values(), others, into, before, position)
        connection.executemany(
            "UPDATE contacts SET phone = ?, user_id = ? WHERE contact = ?",
            [(phone_number(then.phone), then.user_id, then.contact) for _, then in changed],
        )
        gone = [(known.phone, known.user_id, then) for known, then in changed]
        end(connection, PHONES, sorted((position, int(phone)) for phone, _, then in gone if phone and not then.phone))
        end(connection, USER_IDS, sorted((position, id) for _, id, then in gone if id and not then.user_id))
    undo = Undoing(position, 0, source, False, frozenset())
    for component in sorted({revised[contact] for contact in about if contact in revised}):
        by_hand.renew(connection, component, before.followed_by(undo), position)


def _asserted_by_others(
    connection: Connection, contacts: Iterable[int], source: int, until: int
) -> Iterator[Assertion]:
    """What events about these contacts before position `until` assert, but for those of a source."""
    for chunk in chunks(sorted(contacts)):
        rows = connection.execute(
            "SELECT contact, position, source, phone, user_id FROM entries"
            " WHERE contact IN (SELECT value FROM json_each(?)) AND reason IS NULL AND NOT skipped AND source IS NOT ?"
            " AND position < ?",
            (_listed(chunk).decode(), source, until),
        )
        yield from map(_assertion, rows.fetchall())


def claim(connection: Connection, name: str, position: int, but: Refused | None = None) -> Refused:
    """The import with this source (its name) is redone at `position`: bind anew what its events assert, in log order.

    Gives the positions of the events that cannot have it, and so go on not counting. What is known to be among them
    (`but`) claims nothing.
    """
    left_out = set() if but is None else {*but.phone, *but.user_id}
    left = Refused([], [])
    source, before = _number_of(connection, name), undoings(connection, position)
    revised = by_hand.revised(connection, position)
    clusters: dict[tuple[int, ...], Clusters] = {}
    for events in _events(connection, source, position):
        assertions = [one for one in events if one.position not in left_out]
        for component in {revised[one.contact] for one in assertions if one.contact in revised} - clusters.keys():
            clusters[component] = Clusters(by_hand.told(connection, component, position), before, position)
        into = survivors(connection, sorted({one.contact for one in assertions}), position)
        holders = _known(connection, set(into.values()))
        identities = Identities()
        phones = [one.phone for one in assertions if one.phone is not None]
        user_ids = [one.user_id for one in assertions if one.user_id is not None]
        load(connection, identities, phones, user_ids)
        of = {one.contact: clusters[revised[one.contact]] for one in assertions if one.contact in revised}
        found = claimed(assertions, into, holders, identities, position, of)
        left = Refused(left.phone + found.phone, left.user_id + found.user_id)
        store(connection, identities)
    redo = Undoing(position, 0, source, True, frozenset({*left_out, *left.phone, *left.user_id}))
    for component in sorted(clusters):
        by_hand.renew(connection, component, before.followed_by(redo), position)
    return left


def _events(connection: Connection, source: int, until: int) -> Iterator[list[Assertion]]:
    """What a source's events about contacts before position `until` assert, in log order."""
    rows = connection.execute(
        "SELECT position FROM entries WHERE source = ? AND reason IS NULL AND NOT skipped"
        " AND contact IS NOT NULL AND position < ?",
        (source, until),
    )
    positions = array("q", (position for (position,) in rows))
    for chunk in chunks(sorted(positions)):
        found = connection.execute(
            "SELECT contact, position, source, phone, user_id FROM entries"
            " WHERE position IN (SELECT value FROM json_each(?)) ORDER BY position",
            (_listed(chunk).decode(),),
        )
        yield [_assertion(row) for row in found.fetchall()]


def _assertion(row: tuple[int, int, int | None, int | None, str | None]) -> Assertion:
    contact, position, source, phone, user_id = row
    return Assertion(contact, position, source, phone_text(phone), user_id)


def _known(connection: Connection, contacts: Iterable[int]) -> dict[int, Known]:
    rows = connection.execute(
        "SELECT contact, phone, user_id FROM contacts WHERE contact IN (SELECT value FROM json_each(?))",
        (_listed(sorted(contacts)).decode(),),
    )
    return {contact: Known(contact, phone_text(phone), user_id) for contact, phone, user_id in rows}


def _number_of(connection: Connection, name: str) -> int:
    return int(connection.execute("SELECT source FROM sources WHERE name = ?", (name,)).fetchone()[0])
