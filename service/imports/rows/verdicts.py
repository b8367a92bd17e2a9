"""Which rows of a file are taken and which are not, in the order in which they are published."""

import mmap
from array import array
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import NoReturn

from ledger.events.traits import WHATSAPP_OPTED
from service.imports.columns.attributes import PHONE_NUMBER, USER_ID
from service.imports.rows.judged_until import Progress
from service.imports.rows.reasons import (
    RowFault,
    duplicate,
    duplicate_user_id,
    kept_out_fault,
    opt_in_not_allowed,
    too_large,
    user_id_taken,
)
from service.imports.rows.reject import Reject
from service.imports.rows.row import Row, RowRejected
from service.imports.rows.rows import RowChecks
from service.imports.rows.scan import Scan
from service.imports.rows.settle import settle
from service.imports.table.by_column import Columns, by_column
from service.imports.table.records import all_cells_of, cells_of

MOST_TRAITS_BYTES = 252 * 1024
"""Of a row's traits as JSON, so that its message stays below 256 KiB."""

_SURELY_SMALL = 32 * 1024
"""Bytes of a record; as JSON it is at most six times as long."""


class SourceRows:
    """Reads rows of the copied file again, in any order."""

    def __init__(self, path: Path, delimiter: str, found: Scan) -> None:
        with path.open("rb") as file:
            # sliced, not read: a system call a row lets go of the interpreter's lock, and the publisher takes it
            # and kept mapped: some hundred rows in any order map nearly all of it again, whatever was given back
            self._file = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._delimiter = delimiter
        self._found = found

    def __enter__(self) -> "SourceRows":
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._file.close()

    def read(self, indexes: Iterable[int]) -> Iterator[list[str]]:
        """The cells of each row."""
        return cells_of(self._raw(indexes), self._delimiter)

    def columns(self, indexes: Iterable[int], width: int) -> Columns:
        """The same for one row at least, as columns."""
        return by_column(all_cells_of(list(self._raw(indexes)), self._delimiter), width)

    def _raw(self, indexes: Iterable[int]) -> Iterator[bytes]:
        file, sizes, starts = self._file, self._found.sizes, self._found.starts
        return (file[starts[index] : starts[index] + sizes[index]] for index in indexes)


@dataclass(frozen=True, slots=True)
class JudgedRows:
    """Rows that follow one another: those taken, by their indexes, and those not.

    `progress` is behind them; its `rejects_size` is left to whoever keeps the rejects. `places` are those of the rows
    taken in the order of publishing, from 0.
    """

    taken: list[tuple[int, Row]]
    rejects: list[Reject]
    progress: Progress
    places: list[int]


class Verdicts:
    """Judges the rows of one file; the verdicts follow from the file, the choices, `opted_out` and `kept_out`.

    `opted_out` has the phones (digits of E.164) whose WhatsApp Opted may not become TRUE here (R16).
    `kept_out` are indexes of rows about people who were erased and are kept out (R31).
    `out` are indexes of rows that are out already, on which there is no verdict: they count as taken.
    """

    def __init__(
        self,
        found: Scan,
        rows: SourceRows,
        checks: RowChecks,
        opted_out: frozenset[int],
        out: Collection[int] = (),
        kept_out: frozenset[int] = frozenset(),
    ) -> None:
        self._found = found
        self._rows = rows
        self._checks = checks
        self._matches_either = checks.matches_either
        self._opted_out = opted_out
        self._kept_out = kept_out
        self._out = frozenset(out)
        self._phones_out = {found.phones[index]: index for index in out}
        self._columns = {name: checks.column(name) for name in (PHONE_NUMBER, USER_ID, WHATSAPP_OPTED)}
        self._says_opted_in = checks.says_opted_in
        self._losers = self._settled()

    def part(self, done: Progress, most: int) -> JudgedRows:
        """The verdicts on up to `most` rows that follow `done`."""
        group: array[int] = self._found.order[done.at : done.at + most]
        lines, phones, judged = self._found.lines, self._found.phones, self._judged
        last_phone, keeper, duplicates = done.phone, done.keeper, 0
        taken: list[tuple[int, Row]] = []
        places: list[int] = []
        rejects: list[Reject] = []
        out, phones_out, out_here = self._out, self._phones_out, 0
        records = self._rows.columns(group, self._checks.width)
        for place, (index, row) in enumerate(zip(group, self._checks.plain(records), strict=True)):
            phone = phones[index]
            if out and phone in phones_out:
                if index in out:
                    out_here += 1
                    continue
                last_phone, keeper = phone, phones_out[phone]
            if phone and phone == last_phone:
                same = duplicate(self._columns[PHONE_NUMBER], keeper + 1, lines[keeper])
                rejects.append(Reject(index + 1, lines[index], (same,)))
                duplicates += 1
                continue
            try:
                if row is None or self._is_to_judge(index):
                    row = judged(index, records.record(place))
            except RowRejected as why:
                rejects.append(Reject(index + 1, lines[index], why.faults))
                duplicates += self._matches_either and index in self._losers
            else:
                last_phone, keeper = phone, index
                taken.append((index, row))
                places.append(done.at + place)
        progress = Progress(
            done.at + len(group),
            done.rank + len(taken) + out_here,
            last_phone,
            keeper,
            done.duplicate + duplicates,
            done.rejected + len(rejects) - duplicates,
            done.rejects_size,
        )
        return JudgedRows(taken, rejects, progress, places)

    def _is_to_judge(self, index: int) -> bool:
        """Whether more than its own cells decides about a row, or it may be too large."""
        phone = self._found.phones[index]
        is_large = self._found.sizes[index] > _SURELY_SMALL
        is_refused = phone in self._opted_out or index in self._losers or index in self._kept_out
        return not phone or is_large or is_refused

    def _judged(self, index: int, cells: list[str]) -> Row:
        """The row, if it is taken. Raises RowRejected."""
        row = self._checked(index, cells)
        if index in self._losers:
            raise RowRejected((self._lost(index),))
        return row

    def _checked(self, index: int, cells: list[str]) -> Row:
        """The row, if it is good by itself. Raises RowRejected."""
        phone = self._found.phones[index]
        if index in self._kept_out:
            raise RowRejected((kept_out_fault(),))
        if phone in self._opted_out and self._says_opted_in is not None and self._says_opted_in(cells):
            self._refuse_opt_in(cells)
        row = self._checks.check(cells, has_phone=phone != 0)
        if self._found.sizes[index] > _SURELY_SMALL and len(row.traits_json.encode()) > MOST_TRAITS_BYTES:
            raise RowRejected((too_large(MOST_TRAITS_BYTES),))
        return row

    def _refuse_opt_in(self, cells: list[str]) -> NoReturn:
        """Whatever else is wrong with the row is told as well. Raises RowRejected."""
        refused = opt_in_not_allowed(self._columns[WHATSAPP_OPTED])
        try:
            self._checks.check(cells, has_phone=True)
        except RowRejected as why:
            raise RowRejected((*why.faults, refused)) from None
        raise RowRejected((refused,))

    def _is_good(self, index: int, cells: list[str]) -> bool:
        try:
            self._checked(index, cells)
        except RowRejected:
            return False
        return True

    def _settled(self) -> dict[int, int]:
        user_id_of = self._checks.user_id_of
        return {} if user_id_of is None else settle(self._found, self._rows.read, user_id_of, self._is_good)

    def _lost(self, index: int) -> RowFault:
        owner = self._losers[index]
        told = duplicate_user_id if self._matches_either else user_id_taken
        return told(self._columns[USER_ID], owner + 1, self._found.lines[owner])
