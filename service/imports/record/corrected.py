"""Rejected rows that came once more, corrected: of which import they are, and which of them were taken since (R22)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from service.imports.columns.column_map import REJECTED, own_headers
from service.imports.record.folder import ImportFolder
from service.imports.record.rejects import cells_of
from service.imports.registry.registry import Import, Registry
from service.imports.rows.reject import Reject
from service.imports.table.dialect import shape
from service.imports.table.formula_guard import unguard
from service.imports.table.records import records

LINE = REJECTED + "line"
"""The column that says in which line of the first file a row stood."""

_REASON = REJECTED + "reason"
_COMPARED = 100
_LOOKED_AT = 200
"""Imports, the newest: who corrects rows mostly does so not long after."""

Rejects = Callable[[Import], Iterable[Reject]]


@dataclass(frozen=True, slots=True)
class _Named:
    """A row that says why it was rejected, and what stands in its file's own columns."""

    reason: str
    cells: tuple[str, ...]


def rejects_file_of(
    source: Path, delimiter: str | None, headers: Sequence[str], registry: Registry, root: Path, rejects: Rejects
) -> str | None:
    """The id of the import of whose rejects CSV a file has rows; None where there is none.

    `headers` are the names of the file's columns, `root` holds a folder for each import. It has the same columns, and
    rejected the first 100 rows in the lines and for the reasons that they name: of several such imports it is the one
    with whose rows most cells without a fault agree, the newest of these.
    """
    named = _named(source, delimiter, headers)
    if not named:
        return None
    own, alike = own_headers(headers), {}
    for one in map(registry.get, islice(registry.ids(), _LOOKED_AT)):
        if own_headers(column.header for column in one.columns.columns) == own and _has(rejects(one), named):
            alike[one.id] = _alike(one, root, rejects, named)
    return max(alike, key=lambda id: alike[id], default=None)  # the first of equals, which come newest first


def _named(source: Path, delimiter: str | None, headers: Sequence[str]) -> Mapping[int, _Named]:
    """The first rows of a rejects CSV, by the line that each names; none of another file."""
    if LINE not in headers or _REASON not in headers:
        return {}
    line_at, reason_at = headers.index(LINE), headers.index(_REASON)
    own = [place for place, header in enumerate(headers) if not header.startswith(REJECTED)]
    numbered = ((_number(cells, line_at), cells) for _, cells in _rows(source, delimiter))
    return {
        number: _Named(cells[reason_at].strip(), tuple(unguard(cells[place]) for place in own if place < len(cells)))
        for number, cells in islice(numbered, _COMPARED)
        if number is not None and reason_at < len(cells)
    }


def _alike(one: Import, root: Path, rejects: Rejects, named: Mapping[int, _Named]) -> int:
    """In how many cells without a fault the rows of an import's file agree with those that name their lines."""
    source, columns = ImportFolder(root / one.id).source, one.columns
    if not source.exists():
        return 0
    own = [place for place, column in enumerate(columns.columns) if not column.header.startswith(REJECTED)]
    found, alike = (reject for reject in rejects(one) if reject.line in named), 0
    for reject, cells in cells_of(source, shape(source, one.choices.delimiter), found):
        read = list(map(unguard, cells)) if columns.is_guarded else cells
        faulty = {fault.column for fault in reject.faults}
        alike += sum(
            place < len(read) and read[place] == cell and columns.columns[place].header not in faulty
            for place, cell in zip(own, named[reject.line].cells, strict=False)
        )
    return alike


def lines_taken(
    of: Import, registry: Registry, root: Path, rejects: Rejects, is_in_force: Callable[[str], bool]
) -> Mapping[int, str]:
    """The lines of rejected rows that imports of corrected rows have taken, each with the id of the first that did.

    Rows that were rejected again, and corrected again, count too. `is_in_force(id)`: whether an import is done, and not
    undone. `root` holds a folder for each.
    """
    taken: dict[str, dict[int, str]] = {}
    # what corrects an import is newer than it, so that of each one what corrects it is known before
    for one in sorted(_with_corrections(of, registry), key=lambda one: one.id, reverse=True):
        came: dict[int, str] = {}
        for again in registry.that_correct(one.id):
            if is_in_force(again.id):
                left = {reject.line for reject in rejects(again)} - taken[again.id].keys()
                came = dict.fromkeys(_first_lines(again, root, left), again.id) | came
        taken[one.id] = (
            {line: came[line] for line in (each.line for each in rejects(one)) if line in came} if came else {}
        )
    return taken[of.id]


def _with_corrections(of: Import, registry: Registry) -> Iterable[Import]:
    found, open_ones = {of.id: of}, [of]
    while open_ones:
        for again in registry.that_correct(open_ones.pop().id):
            if again.id not in found:
                found[again.id] = again
                open_ones.append(again)
    return found.values()


def _first_lines(again: Import, root: Path, left: set[int]) -> Iterator[int]:
    """Where the rows of an import stood in the file that it corrects, but for those in the lines that are `left`."""
    headers, source = [column.header for column in again.columns.columns], ImportFolder(root / again.id).source
    if LINE in headers and source.exists():
        place = headers.index(LINE)
        for line, cells in _rows(source, again.choices.delimiter):
            number = None if line in left else _number(cells, place)
            if number is not None:
                yield number


def _rows(source: Path, delimiter: str | None) -> Iterator[tuple[int, list[str]]]:
    found = shape(source, delimiter)
    every = records(source, found.delimiter, found.offset, found.line, are_rows=found.are_rows)
    return ((line, cells) for line, _, _, cells in every)


def _number(cells: Sequence[str], place: int) -> int | None:
    text = cells[place].strip() if place < len(cells) else ""
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _has(rejects: Iterable[Reject], named: Mapping[int, _Named]) -> bool:
    reasons = {
        reject.line: "; ".join(fault.reason for fault in reject.faults) for reject in rejects if reject.line in named
    }
    return reasons == {line: one.reason for line, one in named.items()}
