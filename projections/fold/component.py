"""A merge component folded from its first event: what an undo or a redo of an import makes of it (decision 9, R32).

From the position of an undo on, the import's events stop counting; from that of a redo on they count again. What a
contact is then is the fold of the events that count, as if the others had never been.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from operator import itemgetter

import msgspec

from ledger.events.traits import canonical_of
from ledger.log.sqlite.reader import FoldRow, LogReader
from ledger.log.sqlite.undoing import Undoing, Undoings
from projections.fold.evolve import ContactState, Value, differ, evolve
from projections.fold.page import FoldPage, ImportIds, Told


def undone(
    states: Mapping[int, ContactState], told: Iterable[Told], undoing: Undoing, undoings: Undoings
) -> dict[int, ContactState | None]:
    """What an undo or a redo makes of the contacts in `states`, by number; None: no event of it counts any more.

    `told` is every event about the component before. Contacts that the import has no event about are left out.
    """
    before = [one for one in told if one.event.position < undoing.position]
    refolded = _fold(before, undoings, undoing.position)
    found: dict[int, ContactState | None] = {}
    for contact in _survivors(before, undoing.source):
        old, new = states.get(contact), refolded.get(contact)
        if new is not None:
            modified = undoing.recorded if differ(old, new) else (old or new).modified
            new = msgspec.structs.replace(new, modified=modified, position=undoing.position)
        found[contact] = new
    return found


def counting(told: Iterable[Told], undoings: Undoings, at: int) -> list[Told]:
    """The events that make up a component as of position `at`, each as it would be if the others were not.

    One that merged two contacts stays, though without what it says, if it does not count itself: who is who is not
    undone. The first of a contact carries its id.
    """
    ids = {one.event.contact: one.event.contact_id for one in told if one.event.contact_id is not None}
    there: set[int] = set()
    found = []
    for one in told:
        event = one.event
        if not undoings.count(one.source, event.position, at):
            if one.absorbed not in there:
                continue
            event = msgspec.structs.replace(event, phone=None, user_id=None, traits=None, tags=None)
        absorbed = one.absorbed if one.absorbed in there else None
        if event.contact not in there:
            event = msgspec.structs.replace(event, contact_id=ids[event.contact])
        there.add(event.contact)
        there.discard(absorbed or 0)
        found.append(Told(event, absorbed, one.source))
    return found


def evolved(states: Mapping[int, ContactState], one: Told) -> ContactState:
    """The contact that an event is about, after it. A merged-away contact may be all that was there of the two."""
    before, absorbed = states.get(one.event.contact), states.get(one.absorbed or 0)
    if before is None and absorbed is not None:
        assert one.event.contact_id is not None
        before = msgspec.structs.replace(absorbed, contact=one.event.contact, id=one.event.contact_id)
        absorbed = None
    return evolve(before, one.event, absorbed)


def _fold(told: Iterable[Told], undoings: Undoings, at: int) -> dict[int, ContactState]:
    states: dict[int, ContactState] = {}
    for one in counting(told, undoings, at):
        after = evolved(states, one)
        states.pop(one.absorbed or 0, None)
        states[one.event.contact] = after
    return states


def _survivors(told: Iterable[Told], source: int) -> set[int]:
    """The contacts that the source's events are about, by what they have been merged into."""
    into: dict[int, int] = {}
    touched = set()
    for one in told:
        if one.absorbed is not None:
            into[one.absorbed] = one.event.contact
        if one.source == source:
            touched.add(one.event.contact)
    found = set()
    for contact in touched:
        while contact in into:
            contact = into[contact]
        found.add(contact)
    return found


class Replay:
    """Folds the rows of one component in log order, and the undos and redos of its imports at their places.

    `told` is every event about it so far, whether it counts or not.
    """

    def __init__(self, undoings: Undoings, import_ids: ImportIds) -> None:
        self._undoings = undoings
        self.told: list[Told] = []
        self.page = FoldPage({}, import_ids, self.told)

    def fold(self, rows: list[FoldRow], until: int) -> None:
        """Fold all rows of the component up to position `until`, and what was undone and redone by then."""
        sources = {source for _, _, _, _, _, _, _, _, _, source, *_ in rows}
        done = 0
        for undoing in self._undoings.of(sources):
            if undoing.position > until:
                break
            before = next((n for n in range(done, len(rows)) if rows[n][0] > undoing.position), len(rows))
            self.page.fold(rows[done:before])
            done = before
            self._undo(undoing)
        self.page.fold(rows[done:])

    def _undo(self, undoing: Undoing) -> None:
        for contact, state in undone(self.page.states, self.told, undoing, self._undoings).items():
            if state is None:
                self.page.states.pop(contact, None)
            else:
                self.page.states[contact] = state


def replayed(
    log: LogReader, undoings: Undoings, contacts: Iterable[int], until: int, import_ids: ImportIds
) -> dict[int, ContactState]:
    """These contacts as of position `until`, by number, without those that no event makes any more."""
    wanted = set(contacts)
    found: dict[int, ContactState] = {}
    for rows in _rows_of_components(log, wanted, until):
        if any(not row[8] and undoings.count(row[9], row[0], until) for row in rows):
            replay = Replay(undoings, import_ids)
            replay.fold(rows, until)
            found |= replay.page.states
    return {contact: state for contact, state in found.items() if contact in wanted}


def last_words(log: LogReader, contacts: Iterable[int], trait: str, until: int) -> dict[int, Value]:
    """The newest value (R4) that a trait of these contacts was given, cleared since or not; `until` is the log's head.

    By number; contacts that no event that counts gave one are left out.
    """
    wanted, undoings, import_ids = set(contacts), log.undoings(until), ImportIds(log)
    found: dict[int, Value] = {}
    for rows in _rows_of_components(log, wanted, until):
        replay = Replay(undoings, import_ids)
        replay.fold(rows, until)
        of_component = [
            (one.event.stamp, value)
            for one in counting(replay.told, undoings, until)
            if (value := (one.event.traits or {}).get(trait)) is not None
        ]
        if of_component:
            _, newest = max(of_component, key=itemgetter(0))
            found |= dict.fromkeys(wanted.intersection(replay.page.states), canonical_of(trait, newest))
    return found


def _rows_of_components(log: LogReader, contacts: Iterable[int], until: int) -> Iterable[list[FoldRow]]:
    """The rows about the contacts and whoever they are merged with, a component at a time, in log order."""
    roots = log.components(contacts)
    rows: dict[int, list[FoldRow]] = defaultdict(list)
    for row in log.fold_rows_about(roots, until):
        assert row[5] is not None
        rows[roots[row[5]]].append(row)
    return rows.values()
