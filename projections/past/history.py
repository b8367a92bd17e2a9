"""A contact's history: each event with what it changed, and the state at any past position (R27, R29)."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from ledger.events import moments, types
from ledger.events.data import Data, command_of, data_of
from ledger.log.entry import Entry
from ledger.log.sqlite.reader import LogReader
from ledger.log.sqlite.undoing import Undoing, Undoings
from projections.fold.component import undone
from projections.fold.decode import event_of
from projections.fold.evolve import Change, ContactState, Event, changes, evolve
from projections.fold.page import Told


class Step(msgspec.Struct, frozen=True):
    """An event about a contact, or an undo or redo of an import that had some: the entry, and the state it left.

    `told` is None for an undo and a redo, which leave no state (`after` None) where no event of the contact counts.
    """

    entry: Entry
    contact: int
    data: Data
    told: Told | None
    before: ContactState | None
    after: ContactState | None
    changed: tuple[Change, ...]

    @property
    def event(self) -> Event:
        """The event; only of a step that is one."""
        assert self.told is not None
        return self.told.event

    @property
    def source(self) -> int | None:
        """The number of the event's source, where it is known that imports were undone."""
        return None if self.told is None else self.told.source

    @property
    def counted(self) -> bool:
        """Whether it is an event that folded to something at its place."""
        return self.told is not None and not self.entry.skipped


def steps(log: LogReader, component: Sequence[int], until: int | None = None) -> Iterator[Step]:
    """Replay everything about a contact, the contacts merged into it included, in log order, not beyond `until`."""
    undoings = log.undoings(log.head().position if until is None else until)
    numbers: dict[str | None, int | None] = {}
    told: list[Told] = []
    states: dict[int, ContactState] = {}
    waiting: list[Undoing] = []
    for entry in log.by_contact(component, until):
        while waiting and waiting[0].position < entry.position:
            yield from _undo(log, waiting.pop(0), undoings, told, states)
        if undoings and entry.source not in numbers:
            numbers[entry.source] = log.source_number(entry.source)
            coming = [one for one in undoings.of([numbers[entry.source]]) if one.position > entry.position]
            waiting = sorted(waiting + coming, key=lambda one: one.position)
        step = _step(entry, numbers.get(entry.source), states)
        if step is not None:
            yield step
            if step.counted:
                told.append(step.told)  # type: ignore[arg-type]
    for undoing in waiting:
        yield from _undo(log, undoing, undoings, told, states)


def _step(entry: Entry, source: int | None, states: dict[int, ContactState]) -> Step | None:
    """The step of an event, which `states` then have; None for one that was skipped before its contact was there."""
    assert entry.contact is not None
    data = data_of(entry.headers, entry.value)
    before = states.get(entry.contact)
    event = event_of(
        entry.position,
        entry.recorded,
        entry.stated,
        entry.type,
        entry.contact,
        entry.contact_id,
        entry.phone,
        entry.user_id,
        data,
        is_import=(entry.source or "").startswith(types.IMPORTS),
    )
    told = Told(event, entry.absorbed, source)
    if entry.skipped:
        return None if before is None else Step(entry, entry.contact, data, told, before, before, ())
    after = evolve(before, event, None if entry.absorbed is None else states.pop(entry.absorbed))
    states[entry.contact] = after
    return Step(entry, entry.contact, data, told, before, after, tuple(changes(before, after)))


def _undo(
    log: LogReader, undoing: Undoing, undoings: Undoings, told: list[Told], states: dict[int, ContactState]
) -> Iterator[Step]:
    entry = log.entry(undoing.position)
    assert entry is not None
    for contact, after in undone(states, told, undoing, undoings).items():
        before = states.pop(contact, None)
        if after is not None:
            states[contact] = after
        yield Step(entry, contact, Data(), None, before, after, tuple(changes(before, after)))


def states_at(log: LogReader, component: Sequence[int], position: int) -> dict[int, ContactState]:
    """The contacts of a merge component that existed at `position`, by number."""
    states: dict[int, ContactState] = {}
    for step in steps(log, component, position):
        states.pop(step.entry.absorbed or step.contact, None)
        if step.after is not None:
            states[step.contact] = step.after
    return states


def event_document(step: Step) -> dict[str, Any]:
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
    if step.told is None:
        command = command_of(entry.headers, entry.value)
        import_id = (entry.source or "").removeprefix(types.IMPORTS)
        document |= {"import": import_id, "by": command.by, "reason": command.reason}
    return document
