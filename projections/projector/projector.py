"""Log to state: folds page after page into a generation, each page with its checkpoint in one transaction."""

from ledger.log.port import LogReader
from ledger.log.questions import ABSORBED, CONTACT, IMPORT, POSITION
from projections.fold.evolve import VERSION
from projections.fold.growth import Growth, Since
from projections.fold.outcomes import RejectedRows, closed
from projections.fold.page import FoldPage, ImportIds
from projections.fold.replay import refolded
from projections.fold.state import ContactState
from projections.projector.batch import ProjectorBatch
from projections.state.answers import Checkpoint
from projections.state.port import StateWriter

PAGE = 10_000
"""Entries folded in one transaction."""

REFOLDED = 2_000
"""Contacts folded anew in one transaction: some 0.1 s, for which a call waits to show."""


class Contradiction(Exception):
    """State and log do not belong together: evidence of a cut or changed log, not something to mend silently."""


class Projector:
    """Keeps one state file up with the log. Holds no state between pages but the open rows of imports."""

    def __init__(self, log: LogReader, store: StateWriter) -> None:
        """Raises Contradiction when the state's checkpoint is not on this log's chain."""
        self._log = log
        self._store = store
        self.checkpoint = store.checkpoint()
        self._open_rows = store.open_rows()
        self._import_ids = ImportIds(log)
        self._may_be_dirty = True
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
        undoing = self._log.next_undoing(self.checkpoint.position)
        if undoing is not None and (until is None or undoing <= until):
            if undoing == self.checkpoint.position + 1:
                return self._undo(undoing)
            until = undoing - 1
        rows = self._log.fold_page(self.checkpoint.position, limit, until)
        if not rows:
            return 0
        first, last = rows[0][POSITION], rows[-1][POSITION]
        touched = {row[CONTACT] for row in rows if row[CONTACT] is not None and row[CONTACT] < row[POSITION]}
        touched.update(row[ABSORBED] for row in rows if row[ABSORBED] is not None)
        wanted = {contact for contact in touched if contact < first}
        growth = Growth()
        dirty = self._store.dirty_since(wanted) if self._may_be_dirty else {}
        states = self._store.load(wanted - dirty.keys()) if wanted else {}
        if dirty:
            states |= self._refolded(dirty, growth)
        new = self._store.new_contacts(self._import_ids, growth)
        batch = ProjectorBatch(states, self._import_ids, new, growth)
        batch.fold(rows, touched)
        page, checkpoint, open_rows = batch.page, self._checkpoint_at(last), dict(self._open_rows)
        changed = [page.states[contact] for contact in page.changed | dirty.keys() if contact in page.states]
        gone = (page.absorbed | dirty.keys()) - page.states.keys()
        retried = self._log.retried(first - 1, last)
        outcomes = closed(batch.messages(), open_rows, RejectedRows(self._store.rejected_rows), retried)
        self._store.save(
            changed, batch.new, gone, outcomes, open_rows, page.imports, checkpoint, growth.counts, dirty.keys()
        )
        self._open_rows, self.checkpoint = open_rows, checkpoint
        return len(rows)

    def refold(self, limit: int = REFOLDED) -> int:
        """Fold anew up to `limit` contacts that an undo or a redo has touched; gives how many there were.

        Raises StorageFault with the state as it was.
        """
        dirty = self._store.some_dirty(limit) if self._may_be_dirty else {}
        if dirty:
            growth = Growth()
            states = self._refolded(dirty, growth)
            self._store.refold(dirty.keys(), states, growth.counts)
        else:
            self._may_be_dirty = False
        return len(dirty)

    def _undo(self, position: int) -> int:
        """Take the undo or redo at `position`, and note whom it is about; they are folded anew one by one."""
        (row,) = self._log.fold_page(position - 1, 1)
        source = row[IMPORT]
        assert source is not None
        page, touched = FoldPage({}, self._import_ids), self._log.touched(source, position)
        page.fold([row])
        checkpoint = self._checkpoint_at(position)
        self._store.undo(page.imports, touched, checkpoint)
        self.checkpoint, self._may_be_dirty = checkpoint, True
        return 1

    def _refolded(self, dirty: Since, growth: Growth) -> dict[int, ContactState]:
        until = self.checkpoint.position
        return refolded(self._log, self._log.undoings(until), dirty, until, self._import_ids, growth)

    def _checkpoint_at(self, position: int) -> Checkpoint:
        head = self._log.head_at(position)
        assert head is not None
        return Checkpoint(position, head.hash, VERSION)
