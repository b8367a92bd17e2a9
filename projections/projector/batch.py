"""Rows of the log on their way into a state: the contacts of one message go without a fold, all others through it."""

from collections.abc import Iterable
from operator import attrgetter

from ledger.log.port import FoldRow
from projections.fold.component import States
from projections.fold.outcomes import RowMessage
from projections.fold.page import FoldPage, ImportIds
from projections.state.port import NewContacts

_position = attrgetter("position")


class Batch:
    """Rows that are saved together. `states` must have all contacts they touch, as they were just before, if at all.

    A row that made a contact waits until another is about it, or until none can be any more (`end`).
    """

    def __init__(self, states: States, import_ids: ImportIds, new: NewContacts) -> None:
        self.page = FoldPage(states, import_ids)
        self.new = new
        self._alone: dict[int | None, FoldRow] = {}

    def fold(self, rows: Iterable[FoldRow]) -> None:
        """Take these rows too, in log order."""
        alone, others = self._alone, []
        for row in rows:
            contact, absorbed = row[5], row[7]
            if row[6] is not None:
                alone[contact] = row
                continue
            if contact in alone:
                others.append(alone.pop(contact))
            if absorbed is not None and absorbed in alone:
                others.append(alone.pop(absorbed))
            others.append(row)
        self.page.fold(others)

    def end(self) -> None:
        """All rows have come."""
        self.page.fold([row for row in self._alone.values() if not self.new.take(row)])
        self._alone.clear()

    def messages(self) -> list[RowMessage]:
        """What became of import rows since this was asked last, in log order."""
        found = sorted(self.page.messages + self.new.messages, key=_position)
        self.page.messages.clear()
        self.new.messages.clear()
        return found
