"""A contact's history: each event with what it changed, and the state at any past position (R27, R29).

The whole of it is replayed from the rows that the fold takes; the entries themselves are read for those events alone
that are told.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from ledger.events import moments, types
from ledger.events.data import Command, Data, Settling, command_of, data_of, merge_order_of, settling_of
from ledger.log import revisions
from ledger.log.entry import Entry, public_id
from ledger.log.identity_events import made_by
from ledger.log.port import FoldRow, LogReader
from ledger.log.questions import POSITION, SKIPPED, VALUE
from projections.fold import component
from projections.fold.component import States, Step
from projections.fold.event import Event
from projections.fold.page import ImportIds, event_in
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


def replay(
    log: LogReader, members: Sequence[int], until: int | None = None, states: States | None = None
) -> Iterator[Step]:
    """What each event about a contact, and all that were merged with it, did, in log order, not beyond `until`.

    `members` are the contact and all that it was ever merged with. Where some were split again, what is another's
    alone is left out. `states`, empty at first, has the contacts as the last step left them. A skipped event is a step
    where the contact was there.
    """
    events, told = replay_all(log, members, until, states)
    if not any(event.type == types.CONTACTS_SPLIT for event in events):
        return told
    folded = [event for event in events if not event.is_skipped]
    return filter(_Story(folded, members[0], log.head().position if until is None else until).has, told)


def replay_all(
    log: LogReader, members: Sequence[int], until: int | None = None, states: States | None = None
) -> tuple[list[Event], Iterator[Step]]:
    """As `replay`, of all contacts that were ever merged with each other; the events, and what each does.

    What an erasure has emptied, of somebody that was one with them for a time, is told of nowhere.
    """
    at = log.head().position if until is None else until
    ids, undoings = ImportIds(log), log.undoings(at)
    rows = log.fold_rows_about(members, at)
    events = [event for row in rows if (event := _event(row, ids)) is not None]
    silent = {row[POSITION] for row in rows if row[VALUE] is None}
    found = component.steps(events, undoings, {} if states is None else states)
    return events, (
        step
        for step in found
        if step.cause.position not in silent
        and not (isinstance(step.cause, Event) and step.cause.is_skipped and step.before is None)
    )


class _Story:
    """Which steps of a component are told of a contact: those of it and of all that are merged into it at the end."""

    def __init__(self, events: Sequence[Event], contact: int, at: int) -> None:
        self._about = revisions.about(events, at)
        self._contact = contact
        made = {made: event.position for event in events if (made := made_by(event)) is not None}
        self._theirs = {one for one, position in made.items() if self._about[position] == contact}

    def has(self, step: Step) -> bool:
        """Whether a step is one of them: what was said of the contact, and what merged it or split it."""
        cause = step.cause
        if not isinstance(cause, Event) or cause.is_skipped:
            return step.contact in self._theirs
        is_named = cause.type in types.ABOUT_MERGES and cause.contact in self._theirs
        return is_named or cause.absorbed in self._theirs or self._about[cause.position] == self._contact


def steps(log: LogReader, members: Sequence[int], until: int | None = None) -> Iterator[HistoryStep]:
    """As `replay`, each step with its entry."""
    return (told(log, step) for step in replay(log, members, until))


def touches(step: Step, attribute: str) -> bool:
    """Whether a person saw this attribute change; `phone`, `user_id` and `tags` are attributes here too."""
    cause = step.cause
    if isinstance(cause, Event) and cause.absorbed is None and attribute not in (*_OTHERS, *(cause.traits or ())):
        return False
    return any(change.attribute == attribute for change in changes(step.before, step.after))


_OTHERS = ("phone", "user_id", "tags")


def states_at(log: LogReader, members: Sequence[int], position: int) -> dict[int, ContactState]:
    """The contacts of a merge component that existed at `position`, by number."""
    states: States = {}
    for _ in replay(log, members, position, states):
        pass
    return states


def told_all(log: LogReader, steps: Sequence[Step]) -> list[HistoryStep]:
    """The steps of replays with their entries, which are read at once."""
    entries = log.entries_at(step.cause.position for step in steps)
    return [told(log, step, entries[step.cause.position]) for step in steps]


def told(log: LogReader, step: Step, entry: Entry | None = None) -> HistoryStep:
    """A step with its entry, which is read where it is not given."""
    entry = entry or log.entry(step.cause.position)
    assert entry is not None
    return HistoryStep(entry, data_of(entry.headers, entry.value) if isinstance(step.cause, Event) else Data(), step)


def _event(row: FoldRow, ids: ImportIds) -> Event | None:
    if not row[SKIPPED]:
        return event_in(row, ids)
    taken = event_in((*row[:SKIPPED], 0, *row[SKIPPED + 1 :]), ids)  # type: ignore[arg-type]  # the same columns
    return None if taken is None else msgspec.structs.replace(taken, is_skipped=True)


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
    document |= _said_in_vain(step)
    command = said_by(entry)
    if entry.type in types.ABOUT_IMPORTS:
        document["import"] = (entry.source or "").removeprefix(types.IMPORTS)
    if entry.type in types.ORDERS:
        document |= {"by": command.by, "reason": command.reason}
    elif command.by is not None:
        document["by"] = command.by
    if entry.type == types.CONTACTS_SPLIT:
        order = merge_order_of(entry.headers, entry.value)
        document["split"] = {"contact": order.absorbed, "survivor": order.survivor}
    taken_in, survivor = step.step.absorbed, step.step.after
    if taken_in is not None and survivor is not None:
        document["merged"] = {"contact": public_id(taken_in.id), "survivor": public_id(survivor.id)}
    if (retry := retry_of(entry)) is not None:
        document["retry"] = {"position": retry.position, "by": retry.by, "reason": retry.reason}
    return document


def _said_in_vain(step: HistoryStep) -> dict[str, Any]:
    """What an event says that changed nothing: `said`, which was known, and `older` where it lost to newer values."""
    event = step.event
    if event is None or event.is_skipped or event.absorbed is not None or step.changed:
        return {}
    values = [{"attribute": name, "value": value} for name, value in (event.traits or {}).items()]
    said = values + [{"attribute": "tags", "value": tag} for tag in event.tags or ()]
    return ({"said": said} if said else {}) | ({"older": True} if step.step.has_lost else {})


def retry_of(entry: Entry) -> Settling | None:
    """Who had the message taken again after it was rejected, and why; None for one that was not."""
    if entry.value is None or _RETRIED not in entry.value:  # most need no second look
        return None
    return settling_of(entry.headers, entry.value)


_RETRIED = types.MESSAGE_RETRIED.encode()


def line_of(entry: Entry) -> int | None:
    """In which line of its file the row of an import's message stands; None for any other message."""
    is_of_import = entry.source is not None and entry.source.startswith(types.IMPORTS)
    return data_of(entry.headers, entry.value).line if is_of_import else None


def said_by(entry: Entry) -> Command:
    """Who sent a message of ours; nobody for one that is not, since what it says of its sender means nothing."""
    return command_of(entry.headers, entry.value) if types.is_ours(entry.source or "") else Command()
