"""A contact's history: each event with what it changed, and the state at any past position (R27, R29)."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from ledger.events import moments, types
from ledger.log.entry import Entry
from ledger.log.reader import LogReader
from projections.decode import Data, data_of, event_of
from projections.fold import Change, Event, State, changes, evolve


class Step(msgspec.Struct, frozen=True):
    """One event about a contact: the entry, its data, and the state it left."""

    entry: Entry
    data: Data
    event: Event
    before: State | None
    after: State
    changed: tuple[Change, ...]


def steps(log: LogReader, component: Sequence[int], until: int | None = None) -> Iterator[Step]:
    """Replay everything about a contact, the contacts merged into it included, in log order, not beyond `until`."""
    states: dict[int, State] = {}
    for entry in log.by_contact(component, until):
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
        )
        if entry.skipped:
            if before is not None:
                yield Step(entry, data, event, before, before, ())
            continue
        absorbed = None if entry.absorbed is None else states.pop(entry.absorbed)
        after = evolve(before, event, absorbed)
        states[entry.contact] = after
        yield Step(entry, data, event, before, after, tuple(changes(before, after)))


def states_at(log: LogReader, component: Sequence[int], position: int) -> dict[int, State]:
    """The contacts of a merge component that existed at `position`, by number."""
    states: dict[int, State] = {}
    for step in steps(log, component, position):
        if step.entry.absorbed is not None:
            states.pop(step.entry.absorbed, None)
        states[step.after.contact] = step.after
    return states


def event_document(step: Step) -> dict[str, Any]:
    """One event in the History shape."""
    entry = step.entry
    document: dict[str, Any] = {
        "position": entry.position,
        "id": entry.message_id,
        "type": entry.type,
        "source": entry.source,
        "stated_at": moments.text(step.event.stated),
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
    return document
