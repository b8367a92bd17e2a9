"""An append under way: what the log already has, what is decided, and its writing at the end."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from uuid import UUID

import msgspec

from ledger import sqlite
from ledger.events.data import Command
from ledger.events.signing import Signer
from ledger.log.entry import Headers, NewEntry, unpack_headers
from ledger.log.erasure import Emptied
from ledger.log.identities import Identities
from ledger.log.keeping_out import KeptOut
from ledger.log.port import Batch, Rejection, Taken
from ledger.log.sqlite import undoing
from ledger.log.sqlite.erasing import erasing, kept_out, releasing
from ledger.log.sqlite.erasing.seeking import OrderPlace
from ledger.log.sqlite.erasing.together import ErasingTogether
from ledger.log.sqlite.head import head
from ledger.log.sqlite.identities import load, make, store
from ledger.log.sqlite.merge_orders import SqliteMergeOrders
from ledger.log.sqlite.rows import write
from ledger.log.sqlite.undoing import is_undone
from ledger.log.sqlite.whole import undecided
from ledger.log.undo import Refused

_listed = msgspec.json.Encoder().encode


class SqliteBatch(SqliteMergeOrders, Batch):
    """An append under way, inside one transaction: look up, decide, add; all of it counts at commit or none.

    `last` is the entry that was added last, written already or not; None before the first.
    """

    def __init__(
        self, connection: sqlite.Connection, now: int, entropy: Callable[[int], bytes], signer: Signer | None
    ) -> None:
        super().__init__(connection)
        self._signer = signer
        self._entropy = entropy
        self.head = head(connection)
        self.recorded = max(self.head.recorded, now)
        self.position = self.head.position
        self.identities = Identities()
        self._entries: list[NewEntry] = []
        self.last: NewEntry | None = None
        self._newest: dict[int, int] = {}
        self._looked_through = 0
        self._digests: dict[tuple[str, str], bytes] = {}
        self._together: ErasingTogether | None = None

    def taken(self, names: Mapping[str, Sequence[str]]) -> dict[tuple[str, str], Taken]:
        """See `Batch.taken`."""
        found = {}
        for source, ids in names.items():
            known = self._not_beyond_newest(source, ids)
            rows = self._connection.execute(
                "SELECT message_id, position, headers, value, skipped FROM entries WHERE reason IS NULL"
                " AND source = (SELECT source FROM sources WHERE name = ?)"
                " AND message_id IN (SELECT value FROM json_each(?))",
                (source, _listed(known).decode()),
            )
            for message_id, position, headers, value, skipped in rows:
                found[source, message_id] = Taken(position, headers, value, bool(skipped))
        return found | self._erased(names)

    def _erased(self, names: Mapping[str, Sequence[str]]) -> dict[tuple[str, str], Taken]:
        """The erased entries that had one of these names, which only the deployment's secret can tell."""
        if self._signer is None or not self._connection.execute("SELECT 1 FROM erased_names LIMIT 1").fetchone():
            return {}
        digests = {self._of_erased((source, id)): (source, id) for source, ids in names.items() for id in ids}
        rows = self._connection.execute(
            "SELECT name, position, skipped FROM json_each(?) AS asked"
            " CROSS JOIN erased_names ON name = unhex(asked.value) JOIN entries USING (position)",
            (_listed([digest.hex() for digest in digests]).decode(),),
        )
        return {digests[name]: Taken(position, None, None, bool(skipped)) for name, position, skipped in rows}

    def _of_erased(self, name: tuple[str, str]) -> bytes:
        """The digest of a name, kept for the length of the append: it is looked for again behind each order."""
        digest = self._digests.get(name)
        if digest is None:
            assert self._signer is not None
            digest = self._digests[name] = self._signer.of_erased(*name)
        return digest

    def _not_beyond_newest(self, source: str, ids: Sequence[str]) -> list[str]:
        """The ids that can be there at all: an import's rise, so of a new batch none can (SQLite orders as we do)."""
        newest = self._connection.execute(
            "SELECT max(message_id) FROM entries WHERE reason IS NULL"
            " AND source = (SELECT source FROM sources WHERE name = ?)",
            (source,),
        ).fetchone()[0]
        return [] if newest is None else [message_id for message_id in ids if message_id <= newest]

    def rejected_names(self, names: Mapping[str, Sequence[str]]) -> set[tuple[str, str]]:
        """See `Batch.rejected_names`."""
        found: set[tuple[str, str]] = set()
        if not self._connection.execute("SELECT EXISTS (SELECT 1 FROM entries WHERE reason IS NOT NULL)").fetchone()[0]:
            return found
        for source, ids in names.items():
            rows = self._connection.execute(
                "SELECT message_id FROM entries WHERE reason IS NOT NULL"
                " AND source = (SELECT source FROM sources WHERE name = ?)"
                " AND message_id IN (SELECT value FROM json_each(?))",
                (source, _listed(ids).decode()),
            )
            found.update((source, message_id) for (message_id,) in rows)
        return found

    def rejected_under(self, source: str, message_id: str) -> list[tuple[Headers, bytes | None]]:
        """See `Batch.rejected_under`."""
        rows = self._connection.execute(
            "SELECT headers, value FROM entries WHERE reason IS NOT NULL"
            " AND reason NOT IN ('reserved', 'unknown_type')"  # that is what strangers' messages are rejected for
            " AND source = (SELECT source FROM sources WHERE name = ?) AND message_id = ?",
            (source, message_id),
        )
        return [(unpack_headers(headers), value) for headers, value in rows]

    def has_rejected(self, raw_digest: bytes) -> bool:
        """See `Batch.has_rejected`."""
        query = "SELECT 1 FROM entries WHERE raw_digest = ? AND reason IS NOT NULL"
        return self._connection.execute(query, (raw_digest,)).fetchone() is not None

    def rejection(self, position: int) -> Rejection | None:
        """See `Batch.rejection`."""
        if self.head.position < position <= self.position:
            entry = self._entries[position - self.head.position - 1]
            found = entry.reason, entry.raw_digest, entry.source, entry.message_id, entry.headers, entry.value
        else:
            found = self._connection.execute(
                "SELECT reason, raw_digest, sources.name, message_id, headers, value"
                " FROM entries LEFT JOIN sources USING (source) WHERE position = ? AND salt IS NOT NULL",
                (position,),
            ).fetchone()
        if found is None or found[0] is None:
            return None
        _, raw_digest, source, message_id, headers, value = found
        assert raw_digest is not None
        return Rejection(raw_digest, None if source is None else (source, message_id or ""), headers, value)

    def settled(self, raw_digest: bytes) -> int | None:
        """See `Batch.settled`."""
        query = "SELECT position FROM entries WHERE raw_digest = ? AND reason IS NULL"
        row = self._connection.execute(query, (raw_digest,)).fetchone()
        return None if row is None else int(row[0])

    def newest(self, contact: int) -> int:
        """See `Batch.newest`."""
        for number in range(self._looked_through, len(self._entries)):
            entry = self._entries[number]
            if entry.contact is not None and not entry.skipped:
                self._newest[entry.contact] = self.head.position + number + 1
        self._looked_through = len(self._entries)
        if contact not in self._newest:
            row = self._connection.execute(
                "SELECT position FROM entries WHERE contact = ? AND reason IS NULL AND skipped = 0"
                " ORDER BY position DESC LIMIT 1",
                (contact,),
            ).fetchone()
            position = row[0] if row else 0
            self._newest[contact] = undoing.newest_about(self._connection, contact, position) or position
        return self._newest[contact]

    def load_identities(self, phones: Iterable[str], user_ids: Iterable[str]) -> Identities:
        """See `Batch.load_identities`."""
        load(self._connection, self.identities, phones, user_ids)
        return self.identities

    def add(self, entry: NewEntry) -> int:
        """See `Batch.add`."""
        self._entries.append(entry)
        self.last = entry
        self.position += 1
        return self.position

    def undone(self, sources: Iterable[str]) -> set[str]:
        """See `Batch.undone`."""
        return {name for name in sources if is_undone(self._connection, name)}

    def undecided_rows(self, source: str, order: Command) -> int | None:
        """See `Batch.undecided_rows`."""
        return undecided(self._connection, source, order)

    def undo(self, source: str) -> None:
        """See `Batch.undo`."""
        undoing.release(self._connection, source, self.position + 1)

    def redo(self, source: str, but: Refused | None = None) -> Refused:
        """See `Batch.redo`."""
        return undoing.claim(self._connection, source, self.position + 1, but)

    def contact_of(self, contact_id: UUID) -> int | None:
        """See `Batch.contact_of`."""
        known = None if self._together is None else self._together.contacts.get(contact_id)
        return known or erasing.contact_of(self._connection, contact_id)

    def erased_at(self, contact: int) -> int | None:
        """See `Batch.erased_at`."""
        if self._together is not None and contact in self._together.erased:
            return self._together.erased[contact]
        return None if self._is_prepared(contact) else erasing.erased_among(self._connection, [contact]).get(contact)

    def prepare_erasures(self, contact_ids: Collection[UUID]) -> None:
        """See `Batch.prepare_erasures`."""
        self.write()
        if self._signer is not None and len(contact_ids) > 1:
            self._together = ErasingTogether(self._connection, self._signer, contact_ids)

    def _is_prepared(self, contact: int) -> bool:
        return self._together is not None and contact in self._together

    def erase(self, contact: int, offset: int, at: int, *, keeps_out: bool = False) -> Emptied:
        """See `Batch.erase`."""
        assert self._signer is not None  # without a secret, nothing could tell what was erased when it comes again
        order, together = OrderPlace(self.position + 1, offset, at), self._together
        if together is not None and contact in together:
            return together.erase(contact, order, keeps_out=keeps_out)
        self._write(lambda: None)
        erased = erasing.erase(self._connection, self._signer, contact, order, keeps_out=keeps_out)
        if together is not None:
            together.note(erased.plan)
        return erased.emptied

    def mark_erased(self, emptied: Emptied) -> None:
        """See `Batch.mark_erased`."""
        releasing.release(self._connection, emptied.contacts, self.position + 1)
        erasing.mark(self._connection, [(emptied, self.position + 1)])

    def kept_out(self, phones: Collection[str], user_ids: Collection[str]) -> KeptOut:
        """See `Batch.kept_out`."""
        return kept_out.kept_out(self._connection, self._signer, phones, user_ids)

    def erasures_keeping_out(self, person: bytes) -> list[int]:
        """See `Batch.erasures_keeping_out`."""
        return kept_out.erasures_keeping_out(self._connection, person)

    def has_readmitted(self) -> bool:
        """See `Batch.has_readmitted`."""
        return kept_out.has_readmitted(self._connection)

    def readmit(self, erasures: Collection[int]) -> None:
        """See `Batch.readmit`."""
        kept_out.readmit(self._connection, erasures)

    def has_events_of(self, source: str) -> bool:
        """See `Batch.has_events_of`."""
        query = "SELECT 1 FROM entries WHERE source = (SELECT source FROM sources WHERE name = ?) AND reason IS NULL"
        return self._connection.execute(f"{query} LIMIT 1", (source,)).fetchone() is not None

    def newest_merge(self, contact: int) -> int:
        """See `Batch.newest_merge`."""
        return 0 if self._is_prepared(contact) else super().newest_merge(contact)

    def write(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        """See `Batch.write`."""
        self._write(meanwhile)
        self._together = None

    def _write(self, meanwhile: Callable[[], None]) -> None:
        if not self._entries:  # then nothing is bound either
            meanwhile()
            self.identities = Identities()
            return
        after = self.head.position
        self.head = write(self._connection, self._entries, self.head, self.recorded, self._entropy)
        meanwhile()
        make(self._connection, after)
        store(self._connection, self.identities)
        if self._together is not None:
            self._together.write()
        self._entries, self.identities = [], Identities()
        self._newest, self._looked_through = {}, 0
