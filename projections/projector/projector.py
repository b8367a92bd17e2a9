"""Log to state: folds page after page into a generation, each page with its checkpoint in one transaction."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import takewhile

import msgspec

from ledger.events import types
from ledger.log.erasure import Emptied, Erasure
from ledger.log.port import FoldRow, LogReader
from ledger.log.questions import ABSORBED, CONTACT, IMPORT, POSITION, TYPE
from projections.fold.evolve import VERSION
from projections.fold.growth import Counts, Growth, Origin, Since, opted_in, summed
from projections.fold.outcomes import RowKey, RowMessage, SettledRows, SoFar, closed
from projections.fold.page import FoldPage, ImportIds
from projections.fold.replay import refolded, rows_retold
from projections.fold.state import ContactState
from projections.projector.batch import ProjectorBatch
from projections.projector.erased import TakenErasure, taken_erasures
from projections.state.answers import Checkpoint
from projections.state.port import StateWriter

PAGE = 10_000
"""Entries folded in one transaction."""

REFOLDED = 2_000
"""Contacts folded anew in one transaction: some 0.1 s, for which a call waits to show."""

ERASED = 2_500
"""Erasures taken in one transaction."""


class Contradiction(Exception):
    """State and log do not belong together: evidence of a cut or changed log, not something to mend silently."""


class Projector:
    """Keeps one state file up with the log. Holds no state between pages but the open rows of imports.

    `erased` is how many erasures it has taken.
    """

    def __init__(self, log: LogReader, store: StateWriter) -> None:
        """Raises Contradiction when the state's checkpoint is not on this log's chain."""
        self._log = log
        self._store = store
        self.checkpoint = store.checkpoint()
        self._open_rows = store.open_rows()
        self._import_ids = ImportIds(log)
        self._may_be_dirty = True
        self.erased = 0
        ledger, found = log.ledger(), store.ledger()
        if ledger is not None and found is not None and found != ledger.id:
            raise Contradiction(
                f"the state is part of another ledger ({found}), and the log is of {ledger.id}:"
                " put this ledger's own state back, or fold it anew with `contacts rebuild`"
            )
        head = log.head_at(self.checkpoint.position)
        if head is None:
            raise Contradiction(
                f"the state is folded to position {self.checkpoint.position}, but the log ends at"
                f" {log.head().position}: the log was cut or replaced; restore it, or rebuild the state from it"
            )
        if head.hash != self.checkpoint.hash:
            raise Contradiction(
                f"the log's hash at position {head.position} is not the one the state was folded from:"
                " the log was changed; run `contacts verify`"
            )
        if ledger is not None:
            store.belong(ledger.id)

    def advance(self, *, until: int | None = None, limit: int = PAGE) -> int:
        """Fold the next page, not beyond position `until`; gives how many entries it had (0: nothing new).

        Raises StorageFault with the state as it was.
        """
        after = self.checkpoint.position
        for order, follow in (
            (self._log.next_revision(after), self._revise),
            (self._log.next_erasure(after), self._erase),
        ):
            if order is not None and (until is None or order <= until):
                if order == after + 1:
                    return follow(order, until)
                until = order - 1
        rows = self._log.fold_page(self.checkpoint.position, limit, until)
        if not rows:
            return 0
        first, last = rows[0][POSITION], rows[-1][POSITION]
        touched = {row[CONTACT] for row in rows if row[CONTACT] is not None and row[CONTACT] < row[POSITION]}
        touched.update(row[ABSORBED] for row in rows if row[ABSORBED] is not None)
        wanted = {contact for contact in touched if contact < first}
        growth = Growth()
        dirty = self._but_erased(self._store.dirty_since(wanted), after) if self._may_be_dirty else {}
        states = self._store.load(wanted - dirty.keys()) if wanted else {}
        if dirty:
            states |= self._refolded(dirty, growth, self.checkpoint.position)
        new = self._store.new_contacts(self._import_ids, growth)
        batch = ProjectorBatch(states, self._import_ids, new, growth)
        batch.fold(rows, touched)
        page, checkpoint, open_rows = batch.page, self._checkpoint_at(last), dict(self._open_rows)
        changed = [page.states[contact] for contact in page.changed | dirty.keys() if contact in page.states]
        gone = (page.absorbed | dirty.keys()) - page.states.keys()
        retried = self._log.retried(first - 1, last)
        outcomes = closed(batch.messages(), open_rows, SettledRows(self._store.settled_rows), retried)
        self._store.save(
            changed, batch.new, gone, outcomes, open_rows, page.imports, checkpoint, growth.counts, dirty.keys()
        )
        self._open_rows, self.checkpoint = open_rows, checkpoint
        return len(rows)

    def refold(self, limit: int = REFOLDED) -> int:
        """Fold anew up to `limit` contacts that an undo or a redo has touched; gives how many there were.

        Raises StorageFault with the state as it was.
        """
        waiting = self._store.some_dirty(limit) if self._may_be_dirty else {}
        dirty = self._but_erased(waiting, self.checkpoint.position)
        if dirty:
            growth = Growth()
            states = self._refolded(dirty, growth, self.checkpoint.position)
            self._store.refold(dirty.keys(), states, growth.counts)
        elif not waiting:
            self._may_be_dirty = False
        return len(dirty)

    def _revise(self, position: int, _until: int | None) -> int:
        """Take the undo, redo or split at `position` by itself."""
        (row,) = self._log.fold_page(position - 1, 1)
        (self._split if row[TYPE] == types.CONTACTS_SPLIT else self._undo)(row)
        return 1

    def _undo(self, row: FoldRow) -> None:
        """Take an undo or a redo, and note whom it is about; they are folded anew one by one."""
        source, position = row[IMPORT], row[POSITION]
        assert source is not None
        page, touched = FoldPage({}, self._import_ids), self._log.touched(source, position, position)
        page.fold([row])
        checkpoint = self._checkpoint_at(position)
        self._store.undo(page.imports, touched, checkpoint)
        self.checkpoint, self._may_be_dirty = checkpoint, True

    def _erase(self, position: int, until: int | None) -> int:
        """Take the erasure at `position`, and those right behind it: the full-text index is written anew once for all.

        What there is of the contacts goes, and their rows of imports are erased. Whoever was one with them for a time
        is folded anew first: some of what was said of both is gone.
        """
        counts = dict[Origin, Counts]()
        shared, others, retold = set[str](), set[int](), dict[RowKey, RowMessage]()
        after, in_a_row = position - 1, self._in_a_row(position, until)
        position = in_a_row[-1].position
        erasures = list(taken_erasures(self._log, self._import_ids, in_a_row))
        contacts = [contact for one in erasures for contact in one.emptied.contacts]
        apart = self._were_one_with_others(erasures)
        states = self._store.load(set(contacts) - apart)
        for one in erasures:
            if not apart.isdisjoint(one.emptied.contacts):
                refolded_ones, imports, rows_of_others = self._refold_others(one)
                others |= refolded_ones
                shared |= imports
                retold |= {(row.import_id, row.row): row for row in rows_of_others}
                states |= self._store.load(one.emptied.contacts)
            gone = [states[contact] for contact in one.emptied.contacts if contact in states]
            for origin, less in one.counts(gone).items():
                counts[origin] = summed((counts[origin], less)) if origin in counts else less
        emptied = Emptied(contacts, [other for one in erasures for other in one.emptied.others], 0, 0)
        page, open_rows = FoldPage({}, self._import_ids), dict(self._open_rows)
        page.note_erased(self._log.emptied_rows(emptied))
        rows = list(closed(page.messages, open_rows, SettledRows(), {}))
        rows += self._closed_before(open_rows)
        touched = self._touched_still({one.import_id for one in page.messages} | shared, position)
        checkpoint = self._checkpoint_at(position)
        self._store.erase(contacts, rows, list(retold.values()), open_rows, touched, checkpoint, counts, others)
        self._open_rows, self.checkpoint = open_rows, checkpoint
        self.erased += position - after
        return position - after

    def _closed_before(self, open_rows: dict[RowKey, SoFar]) -> list[RowMessage]:
        """Rows that were closed, and of which a message is erased whose last one is about somebody else.

        They are erased where they stand; `open_rows`, which the erased messages opened anew, loses them.
        """
        again = open_rows.keys() - self._open_rows.keys()
        for row in again:
            del open_rows[row]
        told = self._store.closed_rows(again) if again else []
        return [msgspec.structs.replace(row, outcome="erased", is_older=False) for row in told]

    def _were_one_with_others(self, erasures: Sequence[TakenErasure]) -> set[int]:
        """The contacts of those erasures in whose component somebody is who does not go with them."""
        joined = self._log.components(contact for one in erasures for contact in one.emptied.contacts)
        members = defaultdict[int, set[int]](set)
        for contact, root in joined.items():
            members[root].add(contact)
        return {
            contact
            for one in erasures
            if not all(members[joined[contact]] <= set(one.emptied.contacts) for contact in one.emptied.contacts)
            for contact in one.emptied.contacts
        }

    def _in_a_row(self, position: int, until: int | None) -> list[Erasure]:
        """The erasures that stand one behind the other from `position` on."""
        last = position + ERASED - 1 if until is None else min(position + ERASED - 1, until)
        found = self._log.erasures(last, position - 1)
        return [one for _, one in takewhile(lambda one: one[1].position == one[0], enumerate(found, position))]

    def _refold_others(self, erasure: TakenErasure) -> tuple[set[int], set[str], list[RowMessage]]:
        """Fold anew who was one with the erased for a time; gives these, and the imports that say something of them.

        And what became of the rows about them, as the log tells it now. Of whom nothing is left is counted as erased.
        """
        emptied, position = erasure.emptied, erasure.position
        others = self._log.components(emptied.contacts).keys() - set(emptied.contacts)
        if not others:
            return set(), set(), []
        anew = self._but_erased(dict.fromkeys(others, position), position - 1)
        dirty, growth = self._store.dirty_since(anew), Growth()
        by = erasure.recorded, erasure.source, erasure.by
        states = self._refolded({**anew, **dirty}, growth, position - 1, by)
        gone = [contact for contact in anew if contact not in states]
        new = self._store.new_contacts(self._import_ids, growth)
        self._store.save(
            states.values(), new, gone, (), self._open_rows, {}, self.checkpoint, growth.counts, dirty.keys()
        )
        rows = self._log.fold_rows_about(others, position)
        imports = {import_id for row in rows if (import_id := self._import_ids[row[IMPORT]]) is not None}
        retold = rows_retold(self._log, self._log.undoings(position), others, position, self._import_ids)
        return others, imports | {row.import_id for row in retold}, retold

    def forget(self, contacts: Sequence[int]) -> None:
        """Take contacts out that are erased later than this state: nothing is left that could be told of them."""
        if contacts:
            self._store.erase(contacts, (), (), self._open_rows, {}, self.checkpoint, {})

    def _touched_still(self, import_ids: Iterable[str], until: int) -> dict[str, int]:
        """How many contacts that are not erased the last undo or redo of these imports is about."""
        undoings, found = self._log.undoings(until), dict[str, int]()
        for import_id in import_ids:
            source = self._log.source_number(types.IMPORTS + import_id)
            last = undoings.last(source, until)
            if last is not None:
                found[import_id] = len(self._log.touched(last.source, last.position))
        return found

    def _but_erased(self, dirty: Since, until: int) -> Since:
        """Contacts to be folded anew as of position `until`: not those that are erased by then."""
        gone = self._log.erased_among(dirty) if dirty else {}
        if not gone:
            return dirty
        return {contact: since for contact, since in dirty.items() if gone.get(contact, until + 1) > until}

    def _split(self, row: FoldRow) -> None:
        """Take a split: the two contacts are folded anew, unless they are erased."""
        named = {contact: row[POSITION] for contact in (row[CONTACT], row[ABSORBED]) if contact is not None}
        both = self._but_erased(named, row[POSITION])
        dirty, growth = self._store.dirty_since(both), Growth()
        checkpoint = self._checkpoint_at(row[POSITION])
        states = self._refolded({**both, **dirty}, growth, row[POSITION])
        gone = [contact for contact in both if contact not in states]
        new = self._store.new_contacts(self._import_ids, growth)
        self._store.save(states.values(), new, gone, (), self._open_rows, {}, checkpoint, growth.counts, dirty.keys())
        self.checkpoint = checkpoint

    def _refolded(
        self, dirty: Since, growth: Growth, until: int, by: tuple[int, int | None, str | None] | None = None
    ) -> dict[int, ContactState]:
        """Contacts folded anew as of a position, and counted; `by`: what is emptied is counted off as by this one."""
        before = summed(growth.counts.values())
        states = refolded(self._log, self._log.undoings(until), dirty, until, self._import_ids, growth)
        if self._log.next_erasure(0) is not None:  # what an entry that is empty by now said is still counted
            there, head = self._store.load(dirty), self._log.head_at(until)
            assert head is not None
            counted, counts = summed(growth.counts.values()), growth.of(*(by or (head.recorded, None, None)))
            opted_in_now = opted_in(states.values()) - opted_in(there.values())
            counts.opted_in += opted_in_now - (counted.opted_in - before.opted_in)
            too_many = counted.contacts - before.contacts - (len(states) - len(there))
            counts.erased += max(0, too_many)
            counts.redone += max(0, -too_many)
        return states

    def _checkpoint_at(self, position: int) -> Checkpoint:
        head = self._log.head_at(position)
        assert head is not None
        return Checkpoint(position, head.hash, VERSION)
