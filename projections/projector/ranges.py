"""Folding a whole log at once: range after range of contacts, so that each contact is encoded and saved only once.

In log order, a contact comes up again and again, and memory cannot hold them all. So the entries are first set aside by
the range of contacts they are about, in log order; then a range is folded in memory and saved, and so is the next.
Contacts that were ever merged are in one range. What became of import rows is gathered by position and saved last, for
the messages of one row can be about contacts of two ranges.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

from ledger.events import types
from ledger.log.head import Head
from ledger.log.port import FoldRow, LogReader
from ledger.log.questions import ABSORBED, CONTACT, IMPORT, POSITION, TYPE
from ledger.log.undo import Undoings
from projections.fold.component import States
from projections.fold.evolve import VERSION
from projections.fold.growth import Counts, Growth, summed
from projections.fold.outcomes import RowKey, RowMessage, SettledRows, SoFar, closed
from projections.fold.page import ImportIds
from projections.projector.batch import ContactNumbers, ProjectorBatch
from projections.projector.erased import TakenErasure, taken_erasures
from projections.projector.spool import Spool
from projections.state.answers import Checkpoint
from projections.state.port import StateWriter

_MOST_RANGES = 500
"""So that a block set aside has ten entries at least, and few blocks have to be kept in mind."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is taken at once.

    `contacts` are in a range, unless there would be too many ranges: a state takes 2 kB, so few of them stay in the
    processor's cache, which makes the fold a third faster than with 25,000. `entries` are read at once: a twentieth
    less processor time than with 20,000, for the same reason. The row messages of `section` positions are put in order
    together.
    """

    contacts: int = 2_000
    entries: int = 5_000
    section: int = 100_000


_position = attrgetter("position")


class Ranges:
    """Which range the entries about a contact belong to."""

    def __init__(self, log: LogReader, until: int, contacts: int) -> None:
        at_once = max(contacts, log.contact_count(until) // _MOST_RANGES)
        self._starts = log.every_nth_contact(at_once, until)
        self._joined: dict[int, int] = {}
        for absorbed, survivor in log.merges(until):
            one, other = self._root(absorbed), self._root(survivor)
            if one != other:  # a damaged log may say anything, but must not lead in a circle
                self._joined[one] = other
        self.count = len(self._starts) + 1

    def of(self, contact: int) -> int:
        """The range of this contact, and of all that were ever merged with it."""
        return bisect_right(self._starts, self._root(contact) if self._joined else contact)

    def component(self, contact: int) -> int:
        """A contact that stands for all that were ever merged with this one."""
        return self._root(contact)

    def _root(self, contact: int) -> int:
        while (other := self._joined.get(contact)) is not None:
            contact = other
        return contact


def fold_ranges(
    log: LogReader, store: StateWriter, folder: Path, until: Head, sizes: Sizes, progress: Callable[[int], None]
) -> None:
    """Fold the log up to `until` into an empty store, range after range.

    What is set aside is in unnamed files in `folder`, a little less than the log takes there. `progress` is called
    with positions up to `until`, the first half of them while reading, the others while folding.
    """
    ranges, imports = Ranges(log, until.position, sizes.contacts), dict[str, dict[str, str]]()
    again = ContactNumbers(until.position)
    with (
        closing(Spool[FoldRow](folder, tuple)) as entries,
        closing(Spool[RowMessage](folder, RowMessage)) as messages,
    ):
        for position in _set_aside(log, ranges, until.position, entries, again, sizes.entries):
            progress(position // 2)
        import_ids, undoings, growth = ImportIds(log), log.undoings(until.position), Growth()
        revision = log.next_revision(0)
        erasures = list(taken_erasures(log, import_ids, log.erasures(until.position)))
        is_revised = revision is not None and revision <= until.position
        for number in range(ranges.count):
            batch = ProjectorBatch({}, import_ids, store.new_contacts(import_ids, growth), growth)
            page = batch.page
            touched = _touched(entries.take(number), ranges, undoings) if is_revised else set()
            apart: dict[int, list[FoldRow]] = defaultdict(list)
            for rows in entries.take(number):
                batch.fold(_others(rows, ranges, touched, apart) if touched else rows, again)
                _by_section(batch.messages(), messages, sizes.section)
            for component in apart.values():
                page.fold_component(component, undoings)
            _by_section(batch.messages(), messages, sizes.section)
            _take_out(page.states, erasures, growth)
            store.fill((page.states[contact] for contact in sorted(page.states)), batch.new)
            imports |= page.imports
            progress((until.position + until.position * (number + 1) // ranges.count) // 2)
        open_rows: dict[RowKey, SoFar] = {}
        in_order, retried = _in_order(messages, until.position, sizes.section), log.retried(0, until.position)
        rows_in_order = closed(in_order, open_rows, SettledRows(), retried)
        checkpoint = Checkpoint(until.position, until.hash, VERSION)
        nobody = store.new_contacts(import_ids, growth)
        store.save((), nobody, (), rows_in_order, open_rows, imports, checkpoint, growth.counts)
        store.all_refolded(touched_by_orders(log, undoings, until.position))


def _take_out(states: States, erasures: Sequence[TakenErasure], growth: Growth) -> None:
    """Take out whom the erasures have erased, and count that at their times."""
    for erasure in erasures:
        gone = [states.pop(contact) for contact in erasure.emptied.contacts if contact in states]
        for origin, counts in erasure.counts(gone).items():
            growth.counts[origin] = summed([growth.counts.get(origin, Counts()), counts])


def touched_by_orders(log: LogReader, undoings: Undoings, until: int) -> dict[str, int]:
    """How many contacts the last undo or redo of each import touched, by the import's id."""
    last = {one.source: one for one in undoings.after(0) if one.position <= until}
    import_ids = ImportIds(log)
    found = {import_ids[source]: len(log.touched(source, one.position)) for source, one in last.items()}
    return {import_id: count for import_id, count in found.items() if import_id is not None}


def _set_aside(
    log: LogReader, ranges: Ranges, until: int, entries: Spool[FoldRow], again: ContactNumbers, limit: int
) -> Iterator[int]:
    """`again` gets the contacts that other entries are about than made them."""
    position, of = 0, ranges.of
    while rows := log.fold_page(position, limit, until):
        by_range: dict[int, list[FoldRow]] = defaultdict(list)
        for row in rows:
            contact, absorbed = row[CONTACT], row[ABSORBED]
            by_range[0 if contact is None else of(contact)].append(row)
            if contact is not None and contact != row[POSITION]:
                again.add(contact)
            if absorbed is not None:
                again.add(absorbed)
        for number, some in by_range.items():
            entries.put(number, some)
        position = rows[-1][POSITION]
        yield position


def _touched(blocks: Iterator[list[FoldRow]], ranges: Ranges, undoings: Undoings) -> set[int]:
    """The components that have an event of an import that was ever undone, or a split."""
    return {
        ranges.component(row[CONTACT])
        for rows in blocks
        for row in rows
        if row[CONTACT] is not None and (row[IMPORT] in undoings or row[TYPE] == types.CONTACTS_SPLIT)
    }


def _others(
    rows: list[FoldRow], ranges: Ranges, touched: Container[int], apart: dict[int, list[FoldRow]]
) -> list[FoldRow]:
    """The rows that are not about these components; those that are go `apart`, by component."""
    others = []
    for row in rows:
        if row[CONTACT] is not None and (component := ranges.component(row[CONTACT])) in touched:
            apart[component].append(row)
        else:
            others.append(row)
    return others


def _by_section(messages: list[RowMessage], sections: Spool[RowMessage], section: int) -> None:
    """Set messages that are in log order aside by section."""
    start = 0
    while start < len(messages):
        number = messages[start].position // section
        end = bisect_left(messages, (number + 1) * section, start, key=_position)
        sections.put(number, messages[start:end])
        start = end


def _in_order(sections: Spool[RowMessage], until: int, section: int) -> Iterator[RowMessage]:
    for number in range(until // section + 1):
        messages = [message for some in sections.take(number) for message in some]
        messages.sort(key=_position)
        yield from messages
