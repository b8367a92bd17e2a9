"""Log to state: folds page after page into a generation, each page with its checkpoint in one transaction."""

from dataclasses import dataclass, field

import msgspec

from ledger.events import types
from ledger.log.entry import phone_text
from ledger.log.reader import FoldRow, LogReader
from projections.decode import Data, data_of_row, event_of
from projections.fold import VERSION, State, evolve
from projections.outcomes import Outcome, RowOutcome, combined, of_event
from projections.store import Checkpoint, ClosedRow, RowKey, StateStore

PAGE = 10_000
"""Entries folded in one transaction."""


class Contradiction(Exception):
    """State and log do not belong together: evidence of a cut or changed log, not something to mend silently."""


@dataclass(slots=True)
class _Page:
    """What folding one page gathers before it is saved."""

    states: dict[int, State]
    changed: dict[int, State] = field(default_factory=dict)
    absorbed: set[int] = field(default_factory=set)
    closed: list[ClosedRow] = field(default_factory=list)
    imports: dict[str, dict[str, str]] = field(default_factory=dict)


class Projector:
    """Keeps one state file up with the log. Holds no state between pages but the open rows of imports."""

    def __init__(self, log: LogReader, store: StateStore) -> None:
        """Raises Contradiction when the state's checkpoint is not on this log's chain."""
        self._log = log
        self._store = store
        self.checkpoint = store.checkpoint()
        self._open_rows = store.open_rows()
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
        open_rows = dict(self._open_rows)
        page = self._fold(rows, open_rows)
        last = rows[-1]
        checkpoint = Checkpoint(last[0], last[14], VERSION)
        self._store.save(page.changed.values(), page.absorbed, page.closed, open_rows, page.imports, checkpoint)
        self._open_rows = open_rows
        self.checkpoint = checkpoint
        return len(rows)

    def _fold(self, rows: list[FoldRow], open_rows: dict[RowKey, RowOutcome]) -> _Page:
        first = rows[0][0]
        wanted = {row[5] for row in rows if row[5] is not None and row[5] < first}
        wanted.update(row[7] for row in rows if row[7] is not None and row[7] < first)
        page = _Page(self._store.load(wanted) if wanted else {})
        for row in rows:
            data = data_of_row(row)
            source, type = row[9], row[3]
            result = self._apply(page, row, data)
            if source is None or not source.startswith(types.IMPORTS):
                continue
            import_id = source.removeprefix(types.IMPORTS)
            if row[4] is None and type in _IMPORT_COLUMNS:
                page.imports.setdefault(import_id, {})[_IMPORT_COLUMNS[type]] = _document(row)
            elif data.row is not None and result is not None:
                self._close_row(page, open_rows, row[0], import_id, data, result)
        return page

    def _apply(self, page: _Page, row: FoldRow, data: Data) -> RowOutcome | None:
        position, recorded, stated, type, reason, contact, contact_id, absorbed, skipped = row[:9]
        if reason is not None:
            return RowOutcome(Outcome.REJECTED, is_older=False)
        if skipped:
            return RowOutcome(Outcome.SKIPPED, is_older=False)
        if contact is None:
            return None
        event = event_of(position, recorded, stated, type, contact, contact_id, phone_text(row[12]), row[13], data)
        states = page.states
        before = states.get(event.contact)
        after = evolve(before, event, None if absorbed is None else states.pop(absorbed))
        states[event.contact] = page.changed[event.contact] = after
        if absorbed is not None:
            page.absorbed.add(absorbed)
            page.changed.pop(absorbed, None)
        return None if data.row is None else of_event(before, after, event)

    @staticmethod
    def _close_row(
        page: _Page,
        open_rows: dict[RowKey, RowOutcome],
        position: int,
        import_id: str,
        data: Data,
        result: RowOutcome,
    ) -> None:
        assert data.row is not None
        key = (import_id, data.row)
        so_far = combined(open_rows.pop(key, None), result)
        if data.rowend:
            page.closed.append(ClosedRow(position, import_id, data.row, so_far))
        else:
            open_rows[key] = so_far


_IMPORT_COLUMNS = {types.IMPORT_STARTED: "started", types.IMPORT_SPLIT: "split"}


class _WithData(msgspec.Struct):
    data: msgspec.Raw


_raw_data = msgspec.json.Decoder(_WithData).decode


def _document(row: FoldRow) -> str:
    """The data of a ledger message of ours, which is always in structured mode, as it was sent."""
    return bytes(_raw_data(row[11] or b'{"data":{}}').data).decode()
