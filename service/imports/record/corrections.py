"""Rows that were not taken, to be corrected in place, and the small file that the corrected ones make (R22)."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from service.imports.columns.column_map import REJECTED, ColumnMap
from service.imports.record.corrected import LINE
from service.imports.record.rejects import cells_of
from service.imports.rows.reasons import RowFault
from service.imports.rows.reject import Reject
from service.imports.table.dialect import TableShape
from service.imports.table.formula_guard import guard, unguard

DELIMITER = ","
"""Of the small file."""


@dataclass(frozen=True, slots=True)
class FaultyCell:
    """A cell with a fault, and the column that it stands in, by its place in the file."""

    place: int
    column: str
    text: str


@dataclass(frozen=True, slots=True)
class FaultyRow:
    """A row that was not taken: its faulty cells, its other cells by column as far as they say something, its faults.

    `row` counts from 1, `line` is where its record starts. Without faulty cells the fault is the whole row's.
    """

    row: int
    line: int
    faults: tuple[RowFault, ...]
    faulty: tuple[FaultyCell, ...]
    others: tuple[tuple[str, str], ...]


def faulty_rows(source: Path, shape: TableShape, columns: ColumnMap, rejects: Iterable[Reject]) -> Iterator[FaultyRow]:
    """The rows of some rejects, which come in the order of the file."""
    for reject, cells in _cells_of(source, shape, columns, rejects):
        named = {fault.column for fault in reject.faults if fault.column}
        of_file = [
            FaultyCell(place, column.header, cells[place] if place < len(cells) else "")
            for place, column in enumerate(columns.columns)
            if column.header and not column.header.startswith(REJECTED)
        ]
        yield FaultyRow(
            reject.row,
            reject.line,
            reject.faults,
            tuple(cell for cell in of_file if cell.column in named),
            tuple((cell.column, cell.text) for cell in of_file if cell.column not in named and cell.text.strip()),
        )


def corrected_csv(
    source: Path,
    shape: TableShape,
    columns: ColumnMap,
    rejects: Iterable[Reject],
    corrected: Mapping[int, Mapping[str, str]],
) -> Iterator[str]:
    """The lines of a CSV with the file's own columns, of the rows in `corrected`: by line, what stands in some columns.
    `rejected:line` says where each row stood.

    Rows that are no rejects, and those in which nothing changes, are left out; of one of which nothing is said, its
    line alone being there, all stays: for whoever has agreed to messages since. A row that has more cells than the
    header keeps them, so that it is rejected again: nothing of it gets lost unseen.
    """
    own = [place for place, column in enumerate(columns.columns) if not column.header.startswith(REJECTED)]
    line_of = csv.writer(_Echo(), delimiter=DELIMITER).writerow
    yield line_of([*(guard(columns.columns[place].header) for place in own), LINE])
    wanted = (reject for reject in rejects if reject.line in corrected)
    for reject, cells in _cells_of(source, shape, columns, wanted):
        said = corrected[reject.line]
        before = [cells[place] if place < len(cells) else "" for place in own]
        after = [said.get(columns.columns[place].header, cell) for place, cell in zip(own, before, strict=True)]
        more = cells[len(columns.columns) :]
        if after != before or not said:
            yield line_of([*map(guard, after), str(reject.line), *map(guard, more)])  # which comes off where LINE is


class _Echo:
    """What the CSV writer writes to: it gives each row back as a line."""

    def write(self, line: str) -> str:
        return line


def _cells_of(
    source: Path, shape: TableShape, columns: ColumnMap, rejects: Iterable[Reject]
) -> Iterator[tuple[Reject, list[str]]]:
    for reject, cells in cells_of(source, shape, rejects):
        yield reject, list(map(unguard, cells)) if columns.is_guarded else cells
