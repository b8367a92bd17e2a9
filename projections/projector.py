"""Log to state: folds page after page into a generation, each page with its checkpoint in one transaction."""

from ledger.log.reader import LogReader
from projections.fold import VERSION
from projections.outcomes import closed
from projections.page import ImportIds, Page
from projections.store import Checkpoint, StateStore

PAGE = 10_000
"""Entries folded in one transaction."""


class Contradiction(Exception):
    """State and log do not belong together: evidence of a cut or changed log, not something to mend silently."""


class Projector:
    """Keeps one state file up with the log. Holds no state between pages but the open rows of imports."""

    def __init__(self, log: LogReader, store: StateStore) -> None:
        """Raises Contradiction when the state's checkpoint is not on this log's chain."""
        self._log = log
        self._store = store
        self.checkpoint = store.checkpoint()
        self._open_rows = store.open_rows()
        self._import_ids = ImportIds(log)
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

    def advance(self, *, until: int | None = None, limit: int = PAGE) -> int:
        """Fold the next page, not beyond position `until`; gives how many entries it had (0: nothing new).

        Raises sqlite.Error with the state as it was.
        """
        rows = self._log.fold_page(self.checkpoint.position, limit, until)
        if not rows:
            return 0
        first, last = rows[0][0], rows[-1][0]
        wanted = {row[5] for row in rows if row[5] is not None and row[5] < first}
        wanted.update(row[7] for row in rows if row[7] is not None and row[7] < first)
        page = Page(self._store.load(wanted) if wanted else {}, self._import_ids)
        page.fold(rows)
        head = self._log.head_at(last)
        assert head is not None
        checkpoint, open_rows = Checkpoint(last, head.hash, VERSION), dict(self._open_rows)
        changed = [page.states[contact] for contact in sorted(page.changed)]
        self._store.save(changed, page.absorbed, closed(page.messages, open_rows), open_rows, page.imports, checkpoint)
        self._open_rows, self.checkpoint = open_rows, checkpoint
        return len(rows)
