"""A state file held against one that was folded anew, table by table and row by row (R28)."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any

import orjson

from ledger.log.fault import Fault
from projections.state.digest import full_line
from projections.state.sqlite.proving.raw import RawStateFile
from projections.state.sqlite.rows import state_of
from projections.state.sqlite.tables import COUNTED

Row = tuple[Any, ...]

_NUMBERED = frozenset({"number", "touched", "refolded"})
"""Columns of `imports` that depend on how a file was folded: which number an import has, and how far an undo is."""


def contact_faults(live: RawStateFile, anew: RawStateFile) -> Iterator[Fault]:
    """Contacts that are not what the log folds to; one that is dirty is known to be older than that (R32)."""
    dirty = live.dirty()
    query = "SELECT * FROM contacts ORDER BY contact"
    for ours, theirs in unequal(live.rows(query, ()), anew.rows(query, ()), 1):
        number = (ours or theirs or ())[0]
        if number not in dirty and (ours is None or theirs is None or _says_other(ours, theirs)):
            yield Fault(theirs[6] if theirs else number, f"contact {number} is not what the log folds to")


def _says_other(ours: Row, theirs: Row) -> bool:
    """Whether more differs than the order in which traits were set."""
    return (ours[:7], ours[9:]) != (theirs[:7], theirs[9:]) or _line(ours) != _line(theirs)


def _line(row: Row) -> bytes | None:
    """Everything a contact is made of; None when its row makes no sense."""
    try:
        return full_line(state_of(row))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def import_faults(live: RawStateFile, anew: RawStateFile, touched: Mapping[str, int]) -> Iterator[Fault]:
    """Imports, and how far their undos are; `touched` says how many contacts the last one of each is about."""
    at = anew.checkpoint().position
    columns = [name for name in live.columns("imports") if name not in _NUMBERED]
    query = f"SELECT {', '.join(columns)} FROM imports ORDER BY id"
    for ours, theirs in unequal(live.rows(query, ()), anew.rows(query, ()), 1):
        id = (ours or theirs or ())[0]
        if ours is None or theirs is None:
            yield Fault(at, f"imports: import {id} is {'missing' if ours is None else 'there, and the log has none'}")
        else:
            names = zip(columns, ours, theirs, strict=True)
            other = ", ".join(name for name, found, expected in names if found != expected)
            yield Fault(at, f"imports: {other} of import {id} differs from what the log says")
    waiting = Counter(number for (number,) in live.rows("SELECT import FROM dirty", ()))
    for number, id, counted, refolded in live.rows("SELECT number, id, touched, refolded FROM imports", ()):
        left = waiting.pop(number, 0)
        if (counted, refolded + left) != (touched.get(id, 0),) * 2:
            yield Fault(at, f"imports: touched or refolded of import {id}, or its rows in dirty, differ from the log")
    for number in waiting:
        yield Fault(at, f"dirty: there are rows of import number {number}, which there is not")


def dirty_faults(live: RawStateFile, touched: Callable[[str], Mapping[int, Collection[int]]]) -> Iterator[Fault]:
    """Contacts that wait to be folded anew, though no undo is about them; `touched` as in `StateProof`."""
    query = "SELECT imports.id, dirty.contact, since FROM dirty JOIN imports ON number = import ORDER BY 1, 2"
    for id, rows in groupby(live.rows(query, ()), key=itemgetter(0)):
        meant = {position: set(contacts) for position, contacts in touched(id).items()}
        for _, contact, since in rows:
            if contact not in meant.get(since, ()):
                yield Fault(contact, f"dirty: no undo of import {id} at position {since} is about contact {contact}")


def outcome_faults(live: RawStateFile, anew: RawStateFile) -> Iterator[Fault]:
    """Outcomes of import rows, and of rows of which only the first message has been folded."""
    at = anew.checkpoint().position
    wrong: list[Fault] = []
    for ours, theirs in unequal(_outcomes(live, wrong), anew.outcome_lines(), 1):
        position, id, row, *_ = ours or theirs or ()
        yield Fault(position, f"outcomes: the outcome of row {row} of import {id} is not what the log says")
    yield from wrong
    query = "SELECT * FROM open_rows ORDER BY import, row"
    for ours, theirs in unequal(live.rows(query, ()), anew.rows(query, ()), 2):
        id, row, *_ = ours or theirs or ()
        yield Fault(at, f"open_rows: row {row} of import {id} is not as the log leaves it")


def _outcomes(live: RawStateFile, wrong: list[Fault]) -> Iterator[Row]:
    """The lines of all outcomes, in the order of the table; rows that make no sense are noted as `wrong`."""
    query = (
        "SELECT until, imports.id, outcome, is_older, positions, rows, contacts, import"
        " FROM outcomes LEFT JOIN imports ON number = import ORDER BY until"
    )
    for until, groups in groupby(live.rows(query, ()), key=itemgetter(0)):
        lines: list[Row] = []
        for _, id, outcome, is_older, positions, rows, contacts, number in groups:
            try:
                told = list(zip(*map(orjson.loads, (positions, rows, contacts)), strict=True))
                if id is None or any(type(each) is not int for one in told for each in one):
                    raise ValueError
            except (ValueError, TypeError):
                of = f"{outcome!r} of import number {number} up to {until}"
                wrong.append(Fault(until or 0, f"outcomes: {of} is no list of rows"))
            else:
                lines.extend((position, id, row, outcome, is_older, contact) for position, row, contact in told)
        lines.sort(key=itemgetter(0))
        if not lines or lines[-1][0] != until:
            wrong.append(Fault(until or 0, f"outcomes: what is kept up to {until} does not end there"))
        yield from lines


def count_faults(live: RawStateFile, anew: RawStateFile, has_erasures: bool) -> Iterator[Fault]:
    """Counts by quarter hour and source that are not what the log says; those of undos on their way come later.

    What was counted of a contact before it was erased stays, and of that the log says nothing any more: then only what
    there is now has to be the same.
    """
    at = anew.checkpoint().position
    columns = ", ".join(COUNTED)
    if [tuple(live.rows(f"SELECT {columns} FROM totals", ()))] != [
        tuple(live.rows(f"SELECT {', '.join(f'coalesce(sum({one}), 0)' for one in COUNTED)} FROM growth", ()))
    ]:
        yield Fault(at, "totals: they are not the sums of growth")
    if live.dirty_count():
        return
    if has_erasures:
        now, expected = live.totals(), anew.totals()
        if (now.contacts, now.opted_in) != (expected.contacts, expected.opted_in):
            yield Fault(at, "totals: there are not as many contacts, or opted in, as the log says")
        return
    query = f"SELECT quarter, source, by, {columns} FROM growth ORDER BY quarter, source, by"
    for ours, theirs in unequal(live.rows(query, ()), anew.rows(query, ()), 3):
        quarter, source, *_ = ours or theirs or ()
        yield Fault(at, f"growth: the counts of quarter hour {quarter} and source {source} are not what the log says")


def unequal(ours: Iterator[Row], theirs: Iterator[Row], key: int) -> Iterator[tuple[Row | None, Row | None]]:
    """Rows of two tables that differ, as pairs; None for one that the other does not have.

    Both come in the order of their first `key` columns.
    """
    one, other = next(ours, None), next(theirs, None)
    while one is not None or other is not None:
        if one == other:
            one, other = next(ours, None), next(theirs, None)
        elif other is None or (one is not None and one[:key] < other[:key]):
            yield one, None
            one = next(ours, None)
        elif one is None or one[:key] > other[:key]:
            yield None, other
            other = next(theirs, None)
        else:
            yield one, other
            one, other = next(ours, None), next(theirs, None)
