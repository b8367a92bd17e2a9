"""The identities folded anew from the entries, beside those that the log keeps, for `verify` to compare (R28)."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec

from ledger.events import types
from ledger.events.identity import Known
from ledger.events.signing import Signer
from ledger.log import undo
from ledger.log.entry import phone_text
from ledger.log.erasure import read_emptied
from ledger.log.fault import Fault
from ledger.log.identities import Identities
from ledger.log.merge_orders import NewNumber, read_given_up
from ledger.log.questions import KeptIdentities
from ledger.log.sqlite import by_hand, undoing
from ledger.log.sqlite.erasing import kept_out
from ledger.log.sqlite.erasing.releasing import release
from ledger.log.sqlite.head import head
from ledger.log.sqlite.identities import PHONES, USER_IDS, make, store
from ledger.log.sqlite.merges import BY_HAND, IS_BY_HAND
from ledger.log.sqlite.seal import seal_faults
from ledger.sqlite import Connection, unsafe

_CHUNK = 2_000

_TABLES = (
    "CREATE TABLE contacts (contact INTEGER PRIMARY KEY, id BLOB, phone INTEGER, user_id TEXT)",
    "CREATE TABLE phones (phone INTEGER PRIMARY KEY, contact INTEGER, since INTEGER)",
    "CREATE TABLE user_ids (user_id TEXT PRIMARY KEY, contact INTEGER, since INTEGER) WITHOUT ROWID",
    "CREATE TABLE former_phones (phone INTEGER, until INTEGER, contact INTEGER, since INTEGER,"
    " PRIMARY KEY (phone, until)) WITHOUT ROWID",
    "CREATE TABLE former_user_ids (user_id TEXT, until INTEGER, contact INTEGER, since INTEGER,"
    " PRIMARY KEY (user_id, until)) WITHOUT ROWID",
    "CREATE TABLE merges (absorbed INTEGER, since INTEGER, survivor INTEGER, until INTEGER,"
    " PRIMARY KEY (absorbed, since)) WITHOUT ROWID",
    "CREATE INDEX merges_by_survivor ON merges (survivor, absorbed)",
)
_BINDING = f"""
SELECT entries.position, entries.contact, entries.absorbed, entries.phone, entries.user_id
FROM entries CROSS JOIN main.contacts AS known ON known.contact = entries.contact
WHERE entries.position > ? AND entries.position <= ? AND reason IS NULL AND NOT skipped AND entries.contact_id IS NULL
AND (absorbed IS NOT NULL OR (entries.phone IS NOT NULL AND known.phone IS NOT entries.phone)
    OR (entries.user_id IS NOT NULL AND known.user_id IS NOT entries.user_id))
AND NOT {IS_BY_HAND} ORDER BY entries.position LIMIT ?
"""
"""The entries that may bind a phone or a user id to a contact that was there before."""

_UNUSED_SOURCES = """
SELECT source FROM sources WHERE
NOT EXISTS (SELECT 1 FROM entries WHERE entries.source = sources.source AND reason IS NULL)
AND NOT EXISTS (SELECT 1 FROM entries WHERE entries.source = sources.source AND reason IS NOT NULL)
AND NOT EXISTS (SELECT 1 FROM entries WHERE import = sources.source AND import IS NOT NULL AND salt IS NULL)
AND name <> 'forgotten:' || source AND NOT (EXISTS (SELECT 1 FROM erased_contacts) AND (name GLOB '/*'))
"""
"""After an erasure a source of ours may have no message left; a foreign one is then forgotten, but for its number."""

_LAST_ERASURE = "SELECT max(position) FROM entries WHERE type = 'ContactErased' AND reason IS NULL"

_UNEXPLAINED_NAMES = """
SELECT position FROM erased_names WHERE NOT EXISTS
(SELECT 1 FROM entries WHERE entries.position = erased_names.position AND salt IS NULL)
"""


class IdentitiesAnew(KeptIdentities):
    """One view of a log, as it is at `head` whatever is appended meanwhile, with the identities that its entries make.

    The tables of the log that have the same names are behind `log.`.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.head = head(connection)
        for table in _TABLES:
            connection.execute(table)

    def faults(self, signer: Signer | None) -> Iterator[Fault]:
        """What in the log is not in its entries, and not as they have it: seal, offsets, sources, identities."""
        yield from seal_faults(self._connection, signer)
        for (source,) in self._connection.execute(_UNUSED_SOURCES):
            yield Fault(self.head.position, f"sources: no entry has the source of number {source}")
        for (position,) in self._connection.execute(_UNEXPLAINED_NAMES):
            yield Fault(position, "erased_names: a name is taken for erased, and the entry it leads to is not")
        yield from self._erasure_faults()
        yield from kept_out.faults(self._connection)
        yield from fold_identities(self._connection, self.head.position)
        yield from self._contradictions()
        for compared in _COMPARED:
            yield from self._differences(compared)

    def _erasure_faults(self) -> Iterator[Fault]:
        """Where the table of erased contacts says something else than the erasures."""
        query = "SELECT contact, erasure FROM erased_contacts"
        kept: dict[int, int] = dict(self._connection.execute(query).fetchall())
        query = (
            "SELECT position, contact, detail FROM entries INDEXED BY entries_of_erasures"
            " WHERE type = 'ContactErased' AND reason IS NULL ORDER BY position"
        )
        position = names = 0
        for position, contact, detail in self._connection.execute(query).fetchall():
            emptied = read_emptied(detail)
            names += 0 if emptied is None else emptied.names
            contacts = [] if emptied is None else emptied.contacts
            if contact not in contacts or any(kept.pop(one, None) != position for one in contacts):
                yield Fault(position, "erased_contacts: they are not the contacts that the erasure says it erased")
        (count,) = self._connection.execute("SELECT count(*) FROM erased_names").fetchone()
        if count != names:
            yield Fault(
                position, f"erased_names: {count:,} names are never taken again, and the erasures say {names:,}"
            )
        for position in kept.values():
            yield Fault(position, "erased_contacts: a contact is there that no entry has erased")

    def _contradictions(self) -> Iterator[Fault]:
        """Where the entries themselves come to a contact with a name that finds another one, or nobody (R1)."""
        for (table, key), named in ((PHONES, "phone"), (USER_IDS, "user id")):
            rows = self._connection.execute(
                f"SELECT known.contact, ifnull({table}.since, known.contact) FROM main.contacts AS known"
                f" LEFT JOIN main.{table} USING ({key})"
                f" WHERE known.{key} IS NOT NULL AND {table}.contact IS NOT known.contact"
            )
            for contact, position in rows:
                yield Fault(position, f"contacts: the {named} of contact {contact} does not find it")

    def _differences(self, compared: "_Compared") -> Iterator[Fault]:
        table, contact, at = compared.table, compared.contact, compared.at
        for number, position in self._only_in(f"log.{table}", f"main.{table}", compared):
            yield Fault(position, f"{table}: {compared.named} {number} is there, and no entry says so")
        for number, position in self._only_in(f"main.{table}", f"log.{table}", compared):
            yield Fault(position, f"{table}: {compared.named} {number} is missing, and an entry says it")
        differs = ", ".join(f"ours.{column} IS NOT theirs.{column}" for column in compared.columns)
        rows = self._connection.execute(
            f"SELECT theirs.{contact}, theirs.{at}, {differs} FROM main.{table} AS theirs"
            f" JOIN log.{table} AS ours USING ({', '.join(compared.key)})"
            f" WHERE {differs.replace(', ', ' OR ')}"
        )
        for number, position, *changed in rows:
            names = zip(compared.columns, changed, strict=True)
            which = ", ".join(column for column, is_changed in names if is_changed)
            yield Fault(position, f"{table}: {compared.named} {number} has another {which} than the entries say")

    def _only_in(self, one: str, other: str, compared: "_Compared") -> Iterator[tuple[int, int]]:
        same = " AND ".join(f"theirs.{column} = ours.{column}" for column in compared.key)
        return iter(
            self._connection.execute(
                f"SELECT {compared.contact}, {compared.at} FROM {one} AS ours WHERE NOT EXISTS"
                f" (SELECT 1 FROM {other} AS theirs WHERE {same})"
            )
        )


class _Compared(NamedTuple):
    """A table, and how a row of it is named in a fault: of which contact it is, and at which position."""

    table: str
    named: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    contact: str = "contact"
    at: str = "since"


_COMPARED = (
    _Compared("contacts", "contact", ("contact",), ("id", "phone", "user_id"), at="contact"),
    _Compared("phones", "the phone of contact", ("phone",), ("contact", "since")),
    _Compared("user_ids", "the user id of contact", ("user_id",), ("contact", "since")),
    _Compared("former_phones", "a former phone of contact", ("phone", "until"), ("contact", "since")),
    _Compared("former_user_ids", "a former user id of contact", ("user_id", "until"), ("contact", "since")),
    _Compared("merges", "the merge of contact", ("absorbed", "since"), ("survivor", "until"), contact="absorbed"),
)


def fold_identities(connection: Connection, until: int) -> Iterator[Fault]:
    """Fold the entries up to `until` into the empty tables of identities; the redos that say something else.

    Nothing is done before the first of them is asked for.
    """
    return _Fold(connection, until).run()


class _Fold:
    def __init__(self, connection: Connection, until: int) -> None:
        self._connection = connection
        self._until = until
        self._erased = connection.execute(_LAST_ERASURE).fetchone()[0] or 0

    def run(self) -> Iterator[Fault]:
        """Fold the entries; yields the redos that say something else than what comes of them."""
        done = 0
        for position, type, source, detail in self._orders():
            self._bind(done, position - 1)
            if type in types.ABOUT_MERGES:
                self._merge_or_split(position, type)
            elif type == types.CONTACT_ERASED:
                self._erase(position, detail)
            elif type == types.IMPORT_UNDONE:
                undoing.release(self._connection, source, position)
            else:
                told = _refused(detail)
                is_told = told is not None and position < self._erased  # of whoever stood in its way nothing is left
                left = undoing.claim(self._connection, source, position, told if is_told else None)
                if not is_told and left != told:
                    yield Fault(position, "the redo leaves out other rows than those it could not bring back")
            done = position
        self._bind(done, self._until)

    def _orders(self) -> list[tuple[int, str, str, str | None]]:
        return self._connection.execute(
            "SELECT position, type, name, detail FROM entries INDEXED BY entries_of_undoings JOIN sources"
            " USING (source) WHERE type IN ('ImportUndone', 'ImportRedone') AND reason IS NULL"
            f" UNION ALL SELECT position, type, NULL, NULL {BY_HAND}"
            " UNION ALL SELECT position, type, NULL, detail FROM entries INDEXED BY entries_of_erasures"
            " WHERE type = 'ContactErased' AND reason IS NULL ORDER BY position"
        ).fetchall()

    def _merge_or_split(self, position: int, type: str) -> None:
        contact, absorbed, contact_id, phone, detail = self._connection.execute(
            "SELECT contact, absorbed, contact_id, phone, detail FROM entries WHERE position = ?", (position,)
        ).fetchone()
        undoings = undoing.undoings(self._connection, position)
        if type == types.NUMBER_CHANGED and contact is not None:
            number = NewNumber(contact, phone_text(phone), absorbed, contact_id, read_given_up(detail))
            by_hand.change_number(self._connection, number, position, undoings)
        elif None not in (contact, absorbed):  # as in a log that was changed
            change = by_hand.merge if type == types.CONTACTS_MERGED else by_hand.split
            change(self._connection, contact, absorbed, position, undoings)

    def _erase(self, position: int, detail: str | None) -> None:
        """What the entries left have found whoever was one with the erased contacts for a time."""
        emptied = read_emptied(detail)
        if emptied is not None:
            release(self._connection, emptied.contacts, position)

    def _bind(self, after: int, until: int) -> None:
        """What the entries in between bind, none of which is an undo: so no phone and no user id is freed by them."""
        make(self._connection, after, until)
        while rows := self._connection.execute(_BINDING, (after, until, _CHUNK)).fetchall():
            for position, contact, absorbed, phone, user_id in rows:
                holder, other = self._known(contact), None if absorbed is None else self._known(absorbed)
                identities = Identities()
                if holder is not None and other is not None and not _contradict(holder, other):
                    identities.merge(holder, other, position, *by_hand.aliases(self._connection, other.contact))
                elif holder is not None and absorbed is None:
                    identities.attach(holder, position, phone_text(phone), user_id)
                store(self._connection, identities)
            after = rows[-1][0]

    def _known(self, contact: int) -> Known | None:
        query = "SELECT phone, user_id FROM contacts WHERE contact = ?"
        row = self._connection.execute(query, (contact,)).fetchone()
        return Known(contact, phone_text(row[0]), row[1]) if row else None


def _contradict(one: Known, other: Known) -> bool:
    """Whether two contacts cannot be one: an entry that was changed may say that they are."""
    return None not in (one.phone, other.phone) or None not in (one.user_id, other.user_id)


def _refused(detail: str | None) -> undo.Refused | None:
    try:
        return undo.refused(detail or "")
    except msgspec.DecodeError:
        return None


@contextmanager
def identities_anew(log: Path, scratch: Path) -> Iterator[IdentitiesAnew]:
    """The identities of the log at this path, folded in the new file `scratch`. The log's WAL grows meanwhile."""
    connection = unsafe(scratch)
    try:
        connection.execute("ATTACH DATABASE ? AS log", (f"{log.absolute().as_uri()}?mode=ro",))
        connection.execute("BEGIN")
        yield IdentitiesAnew(connection)
    finally:
        connection.close()
