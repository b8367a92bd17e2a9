"""What changed last of each of some contacts (R27): what a list tells of its rows.

It takes a replay to know from what to what. Contacts with fewer events come first, and those for which the bound is
too small are left out; so a page with a contact of 10,000 events costs no more than any other.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping

from ledger.log.port import FoldRow, LogReader
from ledger.log.questions import CONTACT
from projections.fold.component import States, Step, steps
from projections.fold.event import Event
from projections.fold.page import ImportIds, event_in
from projections.past.history import HistoryStep, told_all


def last_changes(log: LogReader, contacts: Collection[int], until: int, most: int) -> dict[int, list[HistoryStep]]:
    """By number, the newest event up to position `until` that changed a contact; of an import's row all that did.

    No more than `most` events are replayed in all.
    """
    roots = _within(log, contacts, most)
    rows: dict[int, list[FoldRow]] = defaultdict(list)
    for row in log.fold_rows_about(roots, until):
        assert row[CONTACT] is not None
        rows[roots[row[CONTACT]]].append(row)
    undoings, ids = log.undoings(until), ImportIds(log)
    found: dict[int, list[Step]] = {}
    for about in rows.values():
        states: States = {}
        events = (event for row in about if (event := event_in(row, ids)) is not None)
        for step in steps(events, undoings, states):
            if step.has_changed:
                before = found.get(step.contact, [])
                found[step.contact] = [*before, step] if before and _row_of(before[-1]) == _row_of(step) else [step]
    wanted = {contact: found[contact] for contact in contacts if contact in found}
    told = iter(told_all(log, [step for changed in wanted.values() for step in changed]))
    return {contact: [next(told) for _ in changed] for contact, changed in wanted.items()}


def _row_of(step: Step) -> tuple[object, ...]:
    """The row of an import that a step is of, which can be two messages; any other message is one by itself."""
    cause = step.cause
    if isinstance(cause, Event) and cause.import_id is not None:
        return cause.import_id, cause.row
    return (cause.position,)


def _within(log: LogReader, contacts: Collection[int], most: int) -> Mapping[int, int]:
    """Whoever was ever merged with one of the contacts, and into whom, as far as `most` events reach."""
    roots = log.components(contacts)
    counts: dict[int, int] = defaultdict(int)
    for contact, count in log.counts_about(roots, most + 1).items():
        counts[roots[contact]] += count
    taken, left = set[int](), most
    for root, count in sorted(counts.items(), key=lambda one: one[1]):
        left -= count
        if left < 0:
            break
        taken.add(root)
    return {contact: root for contact, root in roots.items() if root in taken}
