"""Row checks, compiled once for a mapping: a record in, what its messages say out, or every fault it has."""

import hashlib
from collections.abc import Callable, Sequence

import orjson

from ledger.events.quoting import shown
from ledger.events.traits import WHATSAPP_OPTED
from service.imports.columns.attributes import FIRST_NAME, LAST_NAME, NAME, USER_ID
from service.imports.columns.cells import (
    SHORT,
    CellFault,
    Reader,
    cell_reader,
    column_reader,
    text,
    text_reader,
    user_id,
)
from service.imports.columns.choices import Choices
from service.imports.columns.column_map import ColumnMap
from service.imports.columns.user_id_cells import user_id_reader
from service.imports.rows.phone_faults import phone_faults_of
from service.imports.rows.phones import phones_of
from service.imports.rows.plain_rows import PlainRows
from service.imports.rows.reasons import RowFault, fault
from service.imports.rows.row import WITHOUT_PHONE, Row, RowRejected
from service.imports.rows.row_tags import RowTags
from service.imports.rows.text_columns import TextColumns
from service.imports.table.by_column import Columns

_Step = tuple[int, str, Reader | None]


def _stand_in(user_id: str) -> int:
    """A number for a row that has a user id and no phone: the same for the same id."""
    return WITHOUT_PHONE + int.from_bytes(hashlib.sha256(user_id.encode()).digest()[:7], "big")


class RowChecks:
    """The checks of one mapping with its options. Pure: no state between rows."""

    def __init__(self, columns: ColumnMap, choices: Choices) -> None:
        self._map = columns
        self._columns = columns.columns
        self.matches_either = choices.match == "either"
        self.width = len(columns.columns)
        self._read = cell_reader(columns, choices)
        self._phones_of = phones_of(columns, choices.country_code, clean=choices.clean_phones)
        self._phone_faults = phone_faults_of(columns, choices.country_code, clean=choices.clean_phones)
        self._clears = choices.blank == "clear"
        self._user_id_at = columns.index_of(USER_ID)
        self._given_ids = user_id_reader(columns, choices)
        self._text = text_reader(columns)
        self._opt_in_at = columns.index_of(WHATSAPP_OPTED)
        self._steps: tuple[_Step, ...] = tuple(
            (place, column.attribute or "", column_reader(column, relaxed_names=choices.relaxed_names))
            for place, column in enumerate(columns.columns)
            if column.is_trait
        )
        self._tags = RowTags(columns, choices.tags)
        self._has_parted_names = any(name in (FIRST_NAME, LAST_NAME) for _, name, _ in self._steps)
        self._unnamed = [place for place, column in enumerate(columns.columns) if not column.header]
        self._plain = PlainRows(columns, choices)
        self._same = choices.edited
        self._same_json = None if choices.edit is None else orjson.dumps(self._same).decode()
        self._opts_in = self._same.get(WHATSAPP_OPTED) is True

    def text_columns(self) -> TextColumns:
        """To be shown every record, so that it tells which texts might be of another type."""
        return TextColumns(self._map, self._read)

    def phones(self, columns: Columns) -> list[int]:
        """The digits of many records' phones in E.164, 0 where there is no good one."""
        read = self._read
        if self._same_json is not None and self._user_id_at is not None:
            found = self._phones_of(columns.cells)
            return [
                phone or (_stand_in(id) if id else 0)
                for phone, id in zip(found, columns.cells[self._user_id_at], strict=True)
            ]
        return self._phones_of(columns.cells if read is None else [list(map(read, cells)) for cells in columns.cells])

    def user_ids(self, columns: Columns) -> tuple[list[str], int] | None:
        """Their user ids, "" where a record has none, and how many have one that is nobody's (R6).

        None where no column is mapped to it.
        """
        cells = self._trimmed(columns, self._user_id_at)
        if cells is None:
            return None
        given = self._given_ids(cells)
        return given, 0 if given is cells else sum(
            cell != "" and one == "" for cell, one in zip(cells, given, strict=True)
        )

    def opted_in(self, columns: Columns) -> list[bool] | None:
        """Which of them say TRUE for WhatsApp Opted; None where no column is mapped to it."""
        if self._opts_in:
            return [True] * len(columns)
        cells = self._trimmed(columns, self._opt_in_at)
        return None if cells is None else [cell.upper() == "TRUE" for cell in cells]

    @property
    def user_id_of(self) -> Callable[[Sequence[str]], str] | None:
        """A record's user id, "" where it has none; None where no column is mapped to it."""
        cell_of, given = self._cell_reader(self._user_id_at), self._given_ids
        return None if cell_of is None else (lambda cells: given([cell_of(cells)])[0])

    @property
    def says_opted_in(self) -> Callable[[Sequence[str]], bool] | None:
        """Whether a record says TRUE for WhatsApp Opted; None where no column is mapped to it."""
        if self._opts_in:
            return lambda _: True
        opt_in = self._cell_reader(self._opt_in_at)
        return None if opt_in is None else (lambda cells: opt_in(cells).upper() == "TRUE")

    @property
    def says_opted_out(self) -> Callable[[Sequence[str]], bool] | None:
        """Whether a record says FALSE for WhatsApp Opted; None where no column is mapped to it."""
        opt_in = self._cell_reader(self._opt_in_at)
        return None if opt_in is None else (lambda cells: opt_in(cells).upper() == "FALSE")

    def column(self, attribute: str) -> str:
        """The header of the column that is mapped to an attribute, "" when none is."""
        return next((column.header for column in self._columns if column.attribute == attribute), "")

    def tags_of(self, cells: list[str]) -> list[str]:
        """All tags of a record that was taken; those of the upload alone where its own are none by now."""
        prepared = cells if self._read is None else list(map(self._read, cells))
        fitted = (prepared + [""] * self.width)[: self.width]
        try:
            tags_json = self._tags.of(tuple(fitted[place].strip() for place in self._tags.places))
        except CellFault:
            tags_json = self._tags.of(())
        return list(orjson.loads(tags_json))

    def plain(self, columns: Columns) -> list[Row | None]:
        """The rows of many records at once, None for those that `check` must look at."""
        if self._same_json is not None and self._user_id_at is not None:
            return [Row(id or None, self._same_json) for id in columns.cells[self._user_id_at]]
        return self._plain.of(columns)

    def check(self, cells: list[str], *, has_phone: bool) -> Row:
        """Check a record; `has_phone`: the scan found its phone in order. Raises RowRejected."""
        faults: list[RowFault] = []
        if self._read is not None:
            cells = list(map(self._read, cells))
        if len(cells) != self.width or self._unnamed:
            cells = self._fitted(cells, faults)
        if not has_phone:
            faults += self._phone_faults(cells)
        traits = self._traits(cells, faults) | self._same
        if self._has_parted_names:
            self._join_names(traits, faults)
        given_id = self._user_id(cells, faults) if self._user_id_at is not None else None
        tags_json = self._row_tags(cells, faults) if self._tags.places else None
        if faults:
            raise RowRejected(faults)
        return Row(given_id, orjson.dumps(traits).decode(), tags_json)

    def _traits(self, cells: list[str], faults: list[RowFault]) -> dict[str, object]:
        traits: dict[str, object] = {}
        for place, name, read in self._steps:
            cell = cells[place].strip()
            if cell:
                if read is None and len(cell) <= SHORT and cell[0] != "=":
                    traits[name] = cell
                else:
                    try:
                        traits[name] = (read or self._text)(cell)
                    except CellFault as wrong:
                        faults.append(self._fault(place, wrong))
            elif self._clears and name != WHATSAPP_OPTED:
                traits[name] = None
        return traits

    def _row_tags(self, cells: list[str], faults: list[RowFault]) -> str | None:
        try:
            return self._tags.of(tuple(cells[place].strip() for place in self._tags.places))
        except CellFault as wrong:
            faults.append(self._fault(self._tags.places[0], wrong))
            return None

    def _user_id(self, cells: list[str], faults: list[RowFault]) -> str | None:
        place = self._user_id_at or 0
        (cell,) = self._given_ids([cells[place].strip()])
        if not cell:
            return None
        try:
            return user_id(cell)
        except CellFault as wrong:
            faults.append(self._fault(place, wrong))
            return None

    def _fitted(self, cells: list[str], faults: list[RowFault]) -> list[str]:
        """As many cells as the header has; a row may be short, and blank cells beyond the header are nothing."""
        unnamed = [cells[place] for place in self._unnamed if place < len(cells)]
        extra = [cell for cell in (*cells[self.width :], *unnamed) if cell.strip()]
        if extra:
            faults.append(
                fault("", "too_many_cells", f"More cells than the header has names; one is {shown(extra[0])}.")
            )
        return (cells + [""] * (self.width - len(cells)))[: self.width]

    def _fault(self, place: int, wrong: CellFault) -> RowFault:
        header = self._columns[place].header
        return fault(header, wrong.reason, f"{header} {wrong.message}.", wrong.advice)

    def _join_names(self, traits: dict[str, object], faults: list[RowFault]) -> None:
        """Name from First Name and Last Name; the other alone where one is blank (R13)."""
        parts = [part for name in (FIRST_NAME, LAST_NAME) if isinstance(part := traits.get(name), str)]
        if parts:
            try:
                traits[NAME] = text(" ".join(parts))
            except CellFault as wrong:
                faults.append(fault(self.column(LAST_NAME), wrong.reason, f"The whole name {wrong.message}."))
        elif self._clears:
            traits[NAME] = None

    def _trimmed(self, columns: Columns, place: int | None) -> list[str] | None:
        if place is None:
            return None
        cells = columns.cells[place]
        return list(map(str.strip, cells if self._read is None else map(self._read, cells)))

    def _cell_reader(self, place: int | None) -> Callable[[Sequence[str]], str] | None:
        if place is None:
            return None
        read = self._read
        if read is not None:
            return lambda cells: read(cells[place]).strip() if place < len(cells) else ""
        return lambda cells: cells[place].strip() if place < len(cells) else ""
