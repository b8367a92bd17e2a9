"""Outcomes of import rows, written into a state's file."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from itertools import islice
from operator import attrgetter

import orjson

from ledger import sqlite
from projections.fold.outcomes import OUTCOMES, Outcome, RowKey, RowMessage
from projections.state.sqlite.rows import text_of

_ROWS = 10_000
"""Import rows whose outcomes are kept together: those of one import, with the same outcome, in one row of `outcomes`.

`positions` and `rows` are JSON lists, in log order; all of them are after the `until` before. A row of the table for
each would be a tenth of all the work of the projector.
"""


_WHAT_IT_DID: tuple[Outcome, ...] = ("created", "updated", "unchanged")
_DONE = ", ".join(f"'{outcome}'" for outcome in _WHAT_IT_DID)


def save_rows(connection: sqlite.Connection, rows: Iterable[RowMessage]) -> None:
    """Add these outcomes, in log order; a row that `replaces` is counted as what it is now, and not as rejected."""
    left = iter(rows)
    while some := list(islice(left, _ROWS)):
        groups: dict[tuple[str, str, bool], tuple[list[int], ...]] = defaultdict(lambda: ([], [], []))
        for row in some:
            positions, numbers, contacts = groups[row.import_id, row.outcome, row.is_older]
            positions.append(row.position)
            numbers.append(row.row)
            contacts.append(row.contact)
        until = some[-1].position
        for (import_id, outcome, is_older), (positions, numbers, contacts) in groups.items():
            number = number_of(connection, import_id)
            connection.execute(
                "INSERT INTO outcomes (until, import, outcome, is_older, positions, rows, contacts)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (until, number, outcome, int(is_older), *map(text_of, (positions, numbers, contacts))),
            )
            connection.execute(
                f"UPDATE imports SET {outcome} = {outcome} + ?, older = older + ? WHERE number = ?",
                (len(numbers), len(numbers) if is_older else 0, number),
            )
        for import_id in {row.import_id for row in some if row.replaces}:
            again = [row for row in some if row.replaces and row.import_id == import_id]
            _take_back(connection, number_of(connection, import_id), again, ("rejected",))


def closed_rows(connection: sqlite.Connection, rows: Iterable[RowKey]) -> list[RowMessage]:
    """Those of these rows that have an outcome, in log order."""
    wanted, found = defaultdict[str, set[int]](set), list[RowMessage]()
    for import_id, row in rows:
        wanted[import_id].add(row)
    for import_id, these in wanted.items():
        groups = connection.execute(
            "SELECT outcome, is_older, positions, rows, contacts FROM outcomes WHERE import = ?",
            (number_of(connection, import_id),),
        ).fetchall()
        for outcome, is_older, positions, numbers, contacts in groups:
            if these.isdisjoint(orjson.loads(numbers)):
                continue
            lines = zip(*map(orjson.loads, (positions, numbers, contacts)), strict=True)
            found += [
                RowMessage(position, import_id, row, True, outcome, bool(is_older), contact)
                for position, row, contact in lines
                if row in these
            ]
    return sorted(found, key=attrgetter("position"))


def save_erased(connection: sqlite.Connection, rows: Sequence[RowMessage]) -> None:
    """Rows whose messages were erased, in log order: each is counted as that, in place of what it was before."""
    for import_id in {row.import_id for row in rows}:
        number, these = number_of(connection, import_id), [row for row in rows if row.import_id == import_id]
        _take_back(connection, number, these, OUTCOMES)
        _put_in(connection, number, these)
        connection.execute("UPDATE imports SET erased = erased + ? WHERE number = ?", (len(these), number))


def save_retold(connection: sqlite.Connection, rows: Iterable[RowMessage]) -> None:
    """Rows that are told otherwise, since an erasure emptied what another had said: of what they did, nothing else."""
    by_import: dict[str, dict[int, RowMessage]] = defaultdict(dict)
    for row in rows:
        by_import[row.import_id][row.row] = row
    for import_id, now in by_import.items():
        number = number_of(connection, import_id)
        groups = connection.execute(
            f"SELECT outcome, is_older, rows FROM outcomes WHERE outcome IN ({_DONE}) AND import = ?", (number,)
        ).fetchall()
        other = [
            now[row]
            for outcome, is_older, numbers in groups
            for row in now.keys() & orjson.loads(numbers)
            if (now[row].outcome, now[row].is_older) != (outcome, bool(is_older))
        ]
        if other:
            _take_back(connection, number, other, _WHAT_IT_DID)
            _put_in(connection, number, sorted(other, key=attrgetter("position")))
            connection.executemany(
                "UPDATE imports SET created = created + ?, updated = updated + ?, unchanged = unchanged + ?,"
                " older = older + ? WHERE number = ?",
                [(*(row.outcome == one for one in _WHAT_IT_DID), row.is_older, number) for row in other],
            )


def _put_in(connection: sqlite.Connection, number: int, rows: Sequence[RowMessage]) -> None:
    """Outcomes at their places among those that are kept already; each group of these is written once."""
    groups: dict[tuple[int, int, str, int], list[tuple[int, int, int]]] = defaultdict(list)
    newest = max((row.position for row in rows), default=0)
    for row in rows:
        query = "SELECT min(until) FROM outcomes WHERE until >= ?"
        until = connection.execute(query, (row.position,)).fetchone()[0] or newest
        groups[until, number, row.outcome, int(row.is_older)].append((row.position, row.row, row.contact))
    for key, new in groups.items():
        kept = connection.execute(
            "SELECT positions, rows, contacts FROM outcomes"
            " WHERE until = ? AND import = ? AND outcome = ? AND is_older = ?",
            key,
        ).fetchone()
        lines = [] if kept is None else list(zip(*map(orjson.loads, kept), strict=True))
        lines = sorted([*lines, *new])
        connection.execute(
            "INSERT OR REPLACE INTO outcomes (until, import, outcome, is_older, positions, rows, contacts)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*key, *(text_of(list(each)) for each in zip(*lines, strict=True))),
        )


def _take_back(
    connection: sqlite.Connection, number: int, rows: Collection[RowMessage], outcomes: Sequence[Outcome]
) -> None:
    """Rows of an import have one of these outcomes no more, as far as they had.

    A row has one outcome at most, nearly always that of its message here, and then what is kept about that position is
    all that is read: an import of a million rows has a hundred times as much.
    """
    left, listed = {row.row for row in rows}, ", ".join(f"'{outcome}'" for outcome in outcomes)
    positions = (text_of([row.position for row in rows]),)
    near = connection.execute(
        "SELECT DISTINCT (SELECT min(until) FROM outcomes WHERE until >= value) FROM json_each(?)", positions
    ).fetchall()
    _take_back_from(connection, number, left, listed, {until for (until,) in near if until is not None})
    if left:
        all_of_it = connection.execute(
            f"SELECT DISTINCT until FROM outcomes WHERE outcome IN ({listed}) AND import = ?", (number,)
        ).fetchall()
        _take_back_from(connection, number, left, listed, {until for (until,) in all_of_it})


def _take_back_from(
    connection: sqlite.Connection, number: int, left: set[int], listed: str, ends: Collection[int]
) -> None:
    """The same of what is kept up to these positions; rows that are found are taken out of `left`."""
    for until in ends:
        groups = connection.execute(
            f"SELECT outcome, is_older, rows FROM outcomes WHERE until = ? AND import = ? AND outcome IN ({listed})",
            (until, number),
        ).fetchall()
        here = set[int]()
        for outcome, is_older, numbers in groups:
            found = left.intersection(orjson.loads(numbers))
            if found:
                _take_out(connection, (until, number, outcome, is_older), found)
                here |= found
        if here:
            _end_where_it_ends(connection, until)
            left -= here


def _take_out(connection: sqlite.Connection, key: tuple[int, int, str, int], rows: Collection[int]) -> None:
    """Rows that are in a group are no more, and are counted no more."""
    which = "until = ? AND import = ? AND outcome = ? AND is_older = ?"
    kept = connection.execute(f"SELECT positions, rows, contacts FROM outcomes WHERE {which}", key).fetchone()
    lines = list(zip(*map(orjson.loads, kept), strict=True))
    left = [line for line in lines if line[1] not in rows]
    if left:
        connection.execute(
            f"UPDATE outcomes SET positions = ?, rows = ?, contacts = ? WHERE {which}",
            (*(text_of(list(each)) for each in zip(*left, strict=True)), *key),
        )
    else:
        connection.execute(f"DELETE FROM outcomes WHERE {which}", key)
    _, number, outcome, is_older = key
    fewer = len(lines) - len(left)
    connection.execute(
        f"UPDATE imports SET {outcome} = {outcome} - ?, older = older - ? WHERE number = ?",
        (fewer, fewer if is_older else 0, number),
    )


def _end_where_it_ends(connection: sqlite.Connection, until: int) -> None:
    """Outcomes that are kept up to a position are kept up to that of the last one among them."""
    groups = connection.execute("SELECT positions FROM outcomes WHERE until = ?", (until,)).fetchall()
    last = max((orjson.loads(positions)[-1] for (positions,) in groups), default=until)
    if last != until:
        connection.execute("UPDATE outcomes SET until = ? WHERE until = ?", (last, until))


def number_of(connection: sqlite.Connection, import_id: str) -> int:
    """The number of an import in this file, a new one where it has none yet."""
    connection.execute("INSERT INTO imports (id) VALUES (?) ON CONFLICT DO NOTHING", (import_id,))
    row = connection.execute("SELECT number FROM imports WHERE id = ?", (import_id,)).fetchone()
    return int(row[0])
