"""What an erasure takes out of contact state, for a projector that comes to it and for a rebuild alike (R31)."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ledger.events.data import command_of
from ledger.log.erasure import Emptied, Erasure
from ledger.log.port import LogReader
from projections.fold.growth import Counts, Origin, erased
from projections.fold.page import ImportIds
from projections.fold.state import ContactState

_AT_ONCE = 1_000


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


def taken_erasures(log: LogReader, import_ids: ImportIds, found: Sequence[Erasure]) -> Iterator[TakenErasure]:
    """All about these erasures, which are in log order."""
    sources = dict[str, int | None]()
    for start in range(0, len(found), _AT_ONCE):
        some = found[start : start + _AT_ONCE]
        entries = log.entries_at(position for position, _ in some)
        for position, emptied in some:
            entry = entries[position]
            name = entry.source or ""
            if name not in sources:
                sources[name] = log.source_number(name)
            by = import_ids.sender(command_of(entry.headers, entry.value).by, sources[name])
            yield TakenErasure(position, emptied or Emptied([], [], 0, 0), entry.recorded, sources[name], by)


def erased_later(log: LogReader, after: int) -> list[int]:
    """The contacts that are erased by entries after a position."""
    later = [one.emptied for one in log.erasures(log.head().position, after) if one.emptied is not None]
    return sorted({contact for emptied in later for contact in emptied.contacts})
