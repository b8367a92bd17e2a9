"""Contacts folded anew from the log, each with all that were ever merged with it."""

from collections import defaultdict
from collections.abc import Iterable
from operator import attrgetter, itemgetter

from ledger.events.traits import canonical_of
from ledger.log.port import FoldRow, LogReader
from ledger.log.questions import CONTACT, IMPORT, POSITION, SKIPPED
from ledger.log.revisions import about
from ledger.log.undo import Undoings
from projections.fold.component import States, counting, steps
from projections.fold.event import Stamp, Value
from projections.fold.growth import Growth, Since
from projections.fold.outcomes import RowMessage, SettledRows, closed
from projections.fold.page import FoldPage, ImportIds, event_in


def replayed(log: LogReader, undoings: Undoings, contacts: Iterable[int], until: int, import_ids: ImportIds) -> States:
    """These contacts as of position `until`, by number, without those that no event makes any more."""
    wanted = set(contacts)
    page = FoldPage({}, import_ids)
    for rows in _rows_of_components(log, wanted, until):
        if any(not row[SKIPPED] and undoings.count(row[IMPORT], row[POSITION], until) for row in rows):
            page.fold_component(rows, undoings)
    return {contact: state for contact, state in page.states.items() if contact in wanted}


def refolded(
    log: LogReader, undoings: Undoings, uncounted: Since, until: int, import_ids: ImportIds, growth: Growth
) -> States:
    """The contacts in `uncounted` as `replayed` has them; what undos and redos did to them is counted in `growth`."""
    page = FoldPage({}, import_ids, growth)
    for rows in _rows_of_components(log, uncounted, until):
        page.fold_component(rows, undoings, uncounted)
    return {contact: state for contact, state in page.states.items() if contact in uncounted}


def rows_retold(
    log: LogReader, undoings: Undoings, contacts: Iterable[int], until: int, import_ids: ImportIds
) -> list[RowMessage]:
    """What became of the rows of imports that are about these contacts, as far as all of a row's messages are.

    As a fold of the log as it is now tells it, an erasure having emptied some; without the rows that are erased.
    """
    page = FoldPage({}, import_ids)
    for rows in _rows_of_components(log, contacts, until):
        page.fold_component(rows, undoings)
    messages = sorted(page.messages, key=attrgetter("position"))
    return [row for row in closed(messages, {}, SettledRows(), {}) if row.outcome != "erased"]


def last_words(log: LogReader, contacts: Iterable[int], trait: str, until: int) -> dict[int, Value]:
    """The newest value (R4) that a trait of these contacts was given, cleared since or not; `until` is the log's head.

    By number; contacts that no event that counts gave one are left out.
    """
    wanted, undoings, import_ids = set(contacts), log.undoings(until), ImportIds(log)
    found: dict[int, Value] = {}
    for rows in _rows_of_components(log, wanted, until):
        events = [event for row in rows if (event := event_in(row, import_ids)) is not None]
        states: States = {}
        for _ in steps(events, undoings, states):
            pass
        folded = [event for event in events if not event.is_skipped]
        whose = about(folded, until)  # of those who were one and were split, each has its own last word
        last: dict[int, tuple[Stamp, Value]] = {}
        for event in counting(folded, undoings, until):
            if (value := (event.traits or {}).get(trait)) is not None:
                contact, said = whose[event.position], (event.stamp, value)
                last[contact] = max(last.get(contact, said), said, key=itemgetter(0))
        there = wanted.intersection(states, last)
        found |= {contact: canonical_of(trait, last[contact][1]) for contact in there}
    return found


def _rows_of_components(log: LogReader, contacts: Iterable[int], until: int) -> Iterable[list[FoldRow]]:
    """The rows about the contacts and whoever they are merged with, a component at a time, in log order."""
    roots = log.components(contacts)
    rows: dict[int, list[FoldRow]] = defaultdict(list)
    for row in log.fold_rows_about(roots, until):
        assert row[CONTACT] is not None
        rows[roots[row[CONTACT]]].append(row)
    return rows.values()
