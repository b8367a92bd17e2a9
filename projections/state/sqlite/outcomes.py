"""Outcomes of import rows, written into a state's file."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from itertools import islice

import orjson

from ledger import sqlite
from projections.fold.outcomes import RowMessage
from projections.state.sqlite.rows import text_of

_ROWS = 10_000
"""Import rows whose outcomes are kept together: those of one import, with the same outcome, in one row of `outcomes`.

`positions` and `rows` are JSON lists, in log order; all of them are after the `until` before. A row of the table for
each would be a tenth of all the work of the projector.
"""


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
            again = {row.row for row in some if row.replaces and row.import_id == import_id}
            _take_back(connection, number_of(connection, import_id), again)


def _take_back(connection: sqlite.Connection, number: int, rows: Collection[int]) -> None:
    """Rows of an import that a retry has brought in are not rejected any more."""
    groups = connection.execute(
        "SELECT until, is_older, positions, rows, contacts FROM outcomes WHERE outcome = 'rejected' AND import = ?",
        (number,),
    ).fetchall()
    for until, is_older, *lists in groups:
        lines = list(zip(*map(orjson.loads, lists), strict=True))
        left = [line for line in lines if line[1] not in rows]
        if len(left) == len(lines):
            continue
        key = until, number, is_older
        if left:
            connection.execute(
                "UPDATE outcomes SET positions = ?, rows = ?, contacts = ?"
                " WHERE until = ? AND import = ? AND outcome = 'rejected' AND is_older = ?",
                (*(text_of(list(each)) for each in zip(*left, strict=True)), *key),
            )
        else:
            connection.execute(
                "DELETE FROM outcomes WHERE until = ? AND import = ? AND outcome = 'rejected' AND is_older = ?", key
            )
        fewer = len(lines) - len(left)
        connection.execute(
            "UPDATE imports SET rejected = rejected - ?, older = older - ? WHERE number = ?",
            (fewer, fewer if is_older else 0, number),
        )
        _end_where_it_ends(connection, until)


def _end_where_it_ends(connection: sqlite.Connection, until: int) -> None:
    """Outcomes that are kept up to a position are kept up to that of the last one among them."""
    groups = connection.execute("SELECT positions FROM outcomes WHERE until = ?", (until,)).fetchall()
    last = max((orjson.loads(positions)[-1] for (positions,) in groups), default=until)
    connection.execute("UPDATE outcomes SET until = ? WHERE until = ?", (last, until))


def number_of(connection: sqlite.Connection, import_id: str) -> int:
    """The number of an import in this file, a new one where it has none yet."""
    connection.execute("INSERT INTO imports (id) VALUES (?) ON CONFLICT DO NOTHING", (import_id,))
    row = connection.execute("SELECT number FROM imports WHERE id = ?", (import_id,)).fetchone()
    return int(row[0])
