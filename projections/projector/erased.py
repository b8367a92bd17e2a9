"""What an erasure takes out of contact state, for a projector that comes to it and for a rebuild alike (R31)."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ledger.events.data import command_of
from ledger.log.erasure import Emptied, read_emptied
from ledger.log.port import LogReader
from ledger.log.questions import SOURCE
from projections.fold.growth import Counts, Origin, erased
from projections.fold.page import ImportIds
from projections.fold.state import ContactState


class TakenErasure(NamedTuple):
    """An erasure in the log: what it emptied, when it was recorded, by the number of its source, and by whom."""

    position: int
    emptied: Emptied
    recorded: int
    source: int | None
    by: str | None

    def counts(self, states: Iterable[ContactState]) -> dict[Origin, Counts]:
        """What it takes away of these contacts, at its own time."""
        return erased(states, self.recorded, self.source, self.by)


def taken_erasure(log: LogReader, import_ids: ImportIds, position: int) -> TakenErasure:
    """The erasure at a position."""
    entry, (row,) = log.entry(position), log.fold_page(position - 1, 1)
    assert entry is not None
    emptied = read_emptied(entry.detail) or Emptied([], [], 0, 0)
    by = import_ids.sender(command_of(entry.headers, entry.value).by, row[SOURCE])
    return TakenErasure(position, emptied, entry.recorded, row[SOURCE], by)


def taken_erasures(log: LogReader, import_ids: ImportIds, until: int) -> Iterator[TakenErasure]:
    """The erasures up to a position, in log order."""
    return (taken_erasure(log, import_ids, one.position) for one in log.erasures(until))


def erased_later(log: LogReader, after: int) -> list[int]:
    """The contacts that are erased by entries after a position."""
    later = [one.emptied for one in log.erasures(log.head().position) if one.position > after and one.emptied]
    return sorted({contact for emptied in later for contact in emptied.contacts})
