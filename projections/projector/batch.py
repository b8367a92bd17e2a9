"""Rows of the log on their way into a state: the contacts of one message go without a fold, all others through it."""

from collections.abc import Container
from operator import attrgetter

from ledger.log.port import FoldRow
from ledger.log.questions import CONTACT, CONTACT_ID
from projections.fold.component import States
from projections.fold.growth import Growth
from projections.fold.outcomes import RowMessage
from projections.fold.page import FoldPage, ImportIds
from projections.state.port import NewContacts

_position = attrgetter("position")


class ProjectorBatch:
    """Rows that are saved together. `states` must have all contacts they touch, as they were just before, if at all."""

    def __init__(self, states: States, import_ids: ImportIds, new: NewContacts, growth: Growth) -> None:
        """`new` counts in `growth` too."""
        self.page = FoldPage(states, import_ids, growth)
        self.new = new

    def fold(self, rows: list[FoldRow], touched: Container[int | None]) -> None:
        """Take these rows too, in log order; `touched` are contacts that other rows are about than made them."""
        take = self.new.take
        self.page.fold([row for row in rows if row[CONTACT_ID] is None or row[CONTACT] in touched or not take(row)])

    def messages(self) -> list[RowMessage]:
        """What became of import rows since this was asked last, in log order."""
        found = self.page.messages + self.new.messages
        if self.new.messages:
            found.sort(key=_position)
        self.page.messages.clear()
        self.new.messages.clear()
        return found


class ContactNumbers:
    """A set of contacts' numbers up to some position, a bit each."""

    def __init__(self, until: int) -> None:
        self._until = until
        self._bits = bytearray(until // 8 + 1)

    def add(self, contact: int) -> None:
        """Put a number in; one beyond the position, which only a damaged log has, is in anyway."""
        if 0 <= contact <= self._until:
            self._bits[contact >> 3] |= 1 << (contact & 7)

    def __contains__(self, contact: object) -> bool:
        if not isinstance(contact, int) or not 0 <= contact <= self._until:
            return True
        return self._bits[contact >> 3] >> (contact & 7) & 1 == 1
