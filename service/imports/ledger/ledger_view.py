"""What imports ask of the bus, the log and contact state, which they only read."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import TypeVar

import msgspec

from ledger.bus.port import Bus, Reader
from ledger.events import types
from ledger.events.data import data_of
from ledger.events.traits import TraitType
from ledger.log.entry import Entry
from ledger.log.port import LogReader, StoredLog
from ledger.log.undo import Refused
from projections.lists.catalogue import attributes
from projections.state.generations import Generations
from projections.state.indexes import KINDS
from projections.state.port import StateReader
from service.imports.columns.attributes import default_type
from service.imports.ledger.at_head import LedgerHead, at_head
from service.imports.ledger.opted_out_person import OptedOutPerson
from service.imports.record.counts import AppendRejection, ImportUndo, NotRedone, Outcomes
from service.imports.registry.from_log import imports_of_log
from service.imports.registry.registry import Import

_SAMPLE = 20_000
"""Contacts, the newest: enough to know the attributes in use, and quick among millions."""

_SHOWN = 100
"""Rows that a redo could not bring back."""

_Answer = TypeVar("_Answer")


class LedgerView:
    """A deployment as imports see it; where nothing has run yet it is empty. `backlog` is asked by one thread only."""

    def __init__(self, bus: Bus, log: StoredLog, generations: Generations) -> None:
        self._bus = bus
        self._log = log
        self._generations = generations
        self._reader: Reader | None = None
        self._taken: LogReader | None = None

    def close(self) -> None:
        """Let go of bus and log."""
        for one in (self._reader, self._taken):
            if one is not None:
                one.close()

    def backlog(self) -> int:
        """How many messages the bus keeps that the log has not taken. Raises Unavailable, Unusable."""
        return self._not_taken(self._on_the_bus())

    def catching_up(self) -> Callable[[], bool]:
        """Gives what says whether the state has all that is on the bus now, whatever comes later.

        Both raise as `backlog` does.
        """
        ranges, head = self._on_the_bus(), None

        def is_caught_up() -> bool:
            nonlocal head
            if head is None:
                if self._not_taken(ranges):
                    return False
                head = self._taken.head().position if self._taken else 0
            folded: int = self._asked(lambda state: state.checkpoint().position, 0)
            return folded >= head

        return is_caught_up

    def _on_the_bus(self) -> Mapping[int, tuple[int, int]]:
        if self._reader is None:
            self._reader = self._bus.reader()
        return self._reader.ranges()

    def _not_taken(self, ranges: Mapping[int, tuple[int, int]]) -> int:
        if self._taken is None and self._log.exists():
            self._taken = self._log.open()
        taken = self._taken.offsets(self._reader.bus_id) if self._taken and self._reader else {}
        return sum(max(0, end - max(begin, taken.get(at, begin))) for at, (begin, end) in ranges.items())

    def behind(self) -> int:
        """How many messages are on the bus, or in the log, that the state does not have. Raises as `backlog` does."""
        waiting = self.backlog()
        folded: int = self._asked(lambda state: state.checkpoint().position, 0)
        dirty: int = self._asked(lambda state: state.dirty_count(), 0)
        return waiting + dirty + (self._taken.head().position - folded if self._taken else 0)

    def recorded(self) -> int:
        """When the log took its newest message (microseconds since the epoch); 0: there is none."""
        if not self._log.exists():
            return 0
        with self._log.reading() as log:
            return log.head().recorded

    def at_head(self) -> AbstractContextManager[LedgerHead]:
        """The ledger as it is now, for the length of a block."""
        return at_head(self._log, self._generations)

    def opted_in_by(self, import_id: str, is_redo: bool) -> list[OptedOutPerson]:
        """The people who have opted out and whom an undo or a redo of an import would opt in again, at most (R16)."""
        with self.at_head() as head:
            return head.opted_in_by(import_id, is_redo=is_redo)

    def outcomes(self, import_id: str) -> Outcomes:
        """The outcomes of an import's rows so far."""
        tally = self._asked(lambda state: state.tally(import_id), None)
        if tally is None:
            return Outcomes()
        return Outcomes(
            tally.created,
            tally.updated,
            tally.unchanged,
            tally.older,
            tally.skipped,
            tally.rejected,
            tally.erased,
            undoing=None if tally.undoing is None else _undoing(tally.undoing, tally.touched, tally.refolded),
        )

    def message(self, source: str, id: str) -> Entry | None:
        """What the log decided of a message of ours; None while it has not taken it."""
        if not self._log.exists():
            return None
        with self._log.reading() as log:
            return log.by_message_id(id, source)

    def imports_of_log(self, is_known: Callable[[str], bool]) -> list[Import]:
        """The imports that the log has and whose ids are not known."""
        if not self._log.exists():
            return []
        with self._log.reading() as log:
            return list(imports_of_log(log, is_known))

    def not_redone(self, position: int) -> NotRedone:
        """The rows that the redo at a position could not bring back."""
        with self._log.reading() as log:
            refused = log.refused(position)
            names = log.message_ids(sorted(refused.phone + refused.user_id))
            rows: dict[str, int] = {}
            for at, id in names:
                rows.setdefault(id.rpartition(".")[0], at)
            shown = [self._not_redone(log, at, refused) for at in sorted(rows.values())[:_SHOWN]]
        return NotRedone(len(rows), [one for one in shown if one is not None])

    def _not_redone(self, log: LogReader, position: int, refused: Refused) -> AppendRejection | None:
        entry = log.entry(position)
        if entry is None:
            return None
        data, taken = data_of(entry.headers, entry.value), "phone" if position in refused.phone else "user id"
        return AppendRejection(data.row or 0, data.line or 0, "identity_conflict", f"Its {taken} is another contact's.")

    def rejections(self, import_id: str) -> Iterator[AppendRejection]:
        """An import's rows that the append rejected, by row."""
        # most have none, and looking for them goes through every row's outcome
        if not self.outcomes(import_id).rejected:
            return
        found: list[tuple[int, int]] = self._asked(lambda state: state.rejected_rows(import_id, -1), [])
        with self._log.reading() as log:
            for position, row in found:
                entry = log.entry(position)
                if entry is not None:
                    line = data_of(entry.headers, entry.value).line or 0
                    yield AppendRejection(row, line, entry.reason or "invalid", entry.detail or "")

    def attribute_types(self) -> dict[str, str]:
        """Custom attributes that contacts have now, and their types (R3).

        Among many contacts all are known once the projector keeps the index of them, which this has it make.
        """
        types: dict[str, TraitType] = self._asked(self._types_in, {})
        return {name: type for name, type in types.items() if default_type(name) is None}

    def _types_in(self, state: StateReader) -> dict[str, TraitType]:
        if not state.keeps(KINDS) and state.count() > _SAMPLE:
            self._generations.asked().ask([KINDS])
            return state.trait_types(_SAMPLE)
        return {one["name"]: one["type"] for one in attributes(state) if one["contacts"]}

    def _asked(self, ask: Callable[[StateReader], _Answer], without: _Answer) -> _Answer:
        """The state's answer; `without` while there is no state."""
        if self._generations.current() is None:
            return without
        with self._generations.in_use().reading() as state:
            return ask(state)


class _UndoMessage(msgspec.Struct):
    position: int
    type: str
    by: str | None = None
    reason: str | None = None


_decode_undoing = msgspec.json.Decoder(_UndoMessage).decode


def _undoing(document: str, touched: int, refolded: int) -> ImportUndo:
    said = _decode_undoing(document)
    return ImportUndo(said.position, said.type == types.IMPORT_REDONE, said.by, said.reason, touched, refolded)
