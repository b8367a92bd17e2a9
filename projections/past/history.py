"""A contact's history: each event with what it changed, and the state at any past position (R27, R29)."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from ledger.events import moments, types
from ledger.events.data import Command, Data, command_of, data_of
from ledger.log.entry import Entry
from ledger.log.port import LogReader
from ledger.log.undo import Undoings
from projections.fold import component
from projections.fold.component import States, Step
from projections.fold.event import Event, event_of
from projections.fold.state import Change, ContactState, changes


class HistoryStep(msgspec.Struct, frozen=True):
    """An entry of a contact's history, and what it did: an event, or an undo or redo of an import that had some."""

    entry: Entry
    data: Data
    step: Step

    @property
    def event(self) -> Event | None:
        """The event, skipped or not; None for an undo and a redo."""
        return self.step.cause if isinstance(self.step.cause, Event) else None

    @property
    def changed(self) -> tuple[Change, ...]:
        """What a person saw change."""
        return tuple(changes(self.step.before, self.step.after))


def steps(log: LogReader, members: Sequence[int], until: int | None = None) -> Iterator[HistoryStep]:
    """Replay everything about a contact and all that were merged with it, in log order, not beyond `until`."""
    yield from _steps(log, members, until, {})


def states_at(log: LogReader, members: Sequence[int], position: int) -> dict[int, ContactState]:
    """The contacts of a merge component that existed at `position`, by number."""
    states: States = {}
    for _ in _steps(log, members, position, states):
        pass
    return states


def _steps(log: LogReader, members: Sequence[int], until: int | None, states: States) -> Iterator[HistoryStep]:
    undoings = log.undoings(log.head().position if until is None else until)
    read: dict[int, tuple[Entry, Data]] = {}
    for step in component.steps(_events(log, members, until, undoings, read), undoings, states):
        if not isinstance(step.cause, Event):
            entry = log.entry(step.cause.position)
            assert entry is not None
            yield HistoryStep(entry, Data(), step)
            continue
        entry, data = read.pop(step.cause.position)
        if not step.cause.is_skipped or step.before is not None:
            yield HistoryStep(entry, data, step)


def _events(
    log: LogReader, members: Sequence[int], until: int | None, undoings: Undoings, read: dict[int, tuple[Entry, Data]]
) -> Iterator[Event]:
    """The events about these contacts; what each was read from goes to `read`, by position."""
    numbers: dict[str | None, int | None] = {}
    for entry in log.by_contact(members, until):
        if undoings and entry.source not in numbers:
            numbers[entry.source] = log.source_number(entry.source)
        data = data_of(entry.headers, entry.value)
        read[entry.position] = entry, data
        yield _event(entry, numbers.get(entry.source), data)


def _event(entry: Entry, source: int | None, data: Data) -> Event:
    assert entry.contact is not None
    name = entry.source or ""
    import_id = name.removeprefix(types.IMPORTS) if name.startswith(types.IMPORTS) else None
    return event_of(
        entry.position, entry.recorded, entry.stated, entry.type, entry.contact, entry.contact_id, entry.absorbed,
        entry.skipped, source, import_id, None if import_id is None else data.row, data.rowend, entry.phone,
        entry.user_id, data,
    )  # fmt: skip


def event_document(step: HistoryStep) -> dict[str, Any]:
    """One event in the History shape."""
    entry = step.entry
    document: dict[str, Any] = {
        "position": entry.position,
        "id": entry.message_id,
        "type": entry.type,
        "source": entry.source,
        "stated_at": moments.text(entry.recorded if entry.stated is None else entry.stated),
        "recorded_at": moments.text(entry.recorded),
        "changes": [
            {"attribute": change.attribute, "from": change.before, "to": change.after} for change in step.changed
        ],
    }
    if step.data.row is not None and entry.source is not None and entry.source.startswith(types.IMPORTS):
        document["row"], document["line"] = step.data.row, step.data.line
    if step.data.event is not None:
        document["event"] = step.data.event
    if entry.skipped:
        document["skipped"] = True
    # what somebody else's message says of its sender means nothing
    command = command_of(entry.headers, entry.value) if types.is_ours(entry.source or "") else Command()
    if step.event is None:
        import_id = (entry.source or "").removeprefix(types.IMPORTS)
        document |= {"import": import_id, "by": command.by, "reason": command.reason}
    elif command.by is not None:
        document["by"] = command.by
    return document
