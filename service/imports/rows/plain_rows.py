"""Rows that are plainly good, many at once: columns in, what the rows' messages say out.

What is true of a column's cells together (letters only, short, without quotes) need not be asked of each. A row about
which anything else is to be said is left to `RowChecks`, which alone knows every rule and every fault.
"""

from collections.abc import Callable, Sequence

import orjson

from ledger.events import user_ids
from ledger.events.traits import WHATSAPP_OPTED
from service.imports.columns.attributes import FIRST_NAME, LAST_NAME, NAME, NAMES, USER_ID
from service.imports.columns.cells import (
    MOST_USER_ID_CHARACTERS,
    SHORT,
    CellFault,
    Reader,
    cell_reader,
    column_reader,
    text,
    text_reader,
)
from service.imports.columns.choices import Choices
from service.imports.columns.column_map import ColumnMap
from service.imports.columns.user_id_cells import user_id_reader
from service.imports.rows.row import Row
from service.imports.rows.row_tags import RowTags
from service.imports.table.by_column import Columns

_Members = Callable[[Sequence[str]], list[str]]
"""Of trimmed cells, each one's member of a JSON object with a comma behind it, "" for none."""

_NOT_PLAIN = "\0"
"""In the place of a member where the cell is not plainly good; no file has this character."""


class PlainRows:
    """The plainly good rows of one mapping with its options. Pure: no state between rows."""

    def __init__(self, columns: ColumnMap, choices: Choices) -> None:
        self._read = cell_reader(columns, choices)
        self._user_id_at = columns.index_of(USER_ID)
        self._given_ids = user_id_reader(columns, choices)
        self._unnamed = [place for place, column in enumerate(columns.columns) if not column.header]
        self._parted = [at for name in (FIRST_NAME, LAST_NAME) if (at := columns.index_of(name)) is not None]
        clears, as_text = choices.blank == "clear", text_reader(columns)
        self._members: list[tuple[int, _Members]] = []
        for place, column in enumerate(columns.columns):
            if column.is_trait and column.attribute is not None:
                read = column_reader(column, relaxed_names=choices.relaxed_names)
                clears_this = clears and column.attribute != WHATSAPP_OPTED
                self._members.append((place, _members(column.attribute, read, as_text, clears=clears_this)))
        self._tags = RowTags(columns, choices.tags)
        self._whole_names = _members(NAME, None, text, clears=clears)

    def of(self, columns: Columns) -> list[Row | None]:
        """Each record's row, None where it is not plainly good. Its phone is not looked at."""
        members = [members_of(self._trimmed(columns, place)) for place, members_of in self._members]
        if self._parted:
            parts = zip(*(self._trimmed(columns, place) for place in self._parted), strict=True)
            members.append(self._whole_names([" ".join(filter(None, names)) for names in parts]))
        members += [_blank_ones(self._trimmed(columns, place)) for place in self._unnamed]
        place = self._user_id_at
        ids = [""] * len(columns) if place is None else self._given_ids(self._trimmed(columns, place))
        members.append(_plain_ids(ids))
        tags = self._row_tags(columns)
        rows = [
            None if _NOT_PLAIN in joined else Row(id or None, f"{{{joined[:-1]}}}", tags_json)
            for id, joined, tags_json in zip(ids, map("".join, zip(*members, strict=True)), tags, strict=True)
        ]
        if self._tags.places:
            rows = [None if tags_json is None else row for row, tags_json in zip(rows, tags, strict=True)]
        for place in columns.others:
            rows[place] = None
        return rows

    def _row_tags(self, columns: Columns) -> list[str | None]:
        """Their tags; None where they have those of the upload alone, and where they are not plainly good."""
        if not self._tags.places:
            return [None] * len(columns)
        cells = list(zip(*(self._trimmed(columns, place) for place in self._tags.places), strict=True))
        each: dict[tuple[str, ...], str | None] = {}
        for some in set(cells):
            try:
                each[some] = self._tags.of(some)
            except CellFault:
                each[some] = None
        return [each[some] for some in cells]

    def _trimmed(self, columns: Columns, place: int) -> list[str]:
        cells = columns.cells[place]
        return list(map(str.strip, cells if self._read is None else map(self._read, cells)))


def _members(attribute: str, read: Reader | None, text: Reader, *, clears: bool) -> _Members:
    """Of an attribute's cells; `read` as `reader` gives it, and `text` where that is None.

    `clears`: a blank cell is null.
    """
    key = f"{orjson.dumps(attribute).decode()}:"
    blank = f"{key}null," if clears else ""

    def member(cell: str) -> str:
        if not cell:
            return blank
        try:
            return f"{key}{orjson.dumps((read or text)(cell)).decode()},"
        except CellFault:
            return _NOT_PLAIN

    def members(cells: Sequence[str]) -> list[str]:
        if are_plain is not None and are_plain("".join(cells)) and max(map(len, cells)) <= SHORT:
            return [f'{key}"{cell}",' if cell else blank for cell in cells]
        each = {cell: member(cell) for cell in set(cells)}
        return [each[cell] for cell in cells]

    are_plain = _are_letters if attribute in NAMES and read is not None else _are_as_in_json if read is None else None
    return members


def _are_letters(cells: str) -> bool:
    """Whether these are names as in JSON, in whatever script, or blank."""
    letters = cells.replace(" ", "")
    return letters.isalpha() or not letters


def _are_as_in_json(cells: str) -> bool:
    """Whether nothing in them is written in another way in JSON."""
    return cells.isprintable() and '"' not in cells and "\\" not in cells


def _plain_ids(cells: Sequence[str]) -> list[str]:
    is_plain = max(map(len, cells)) <= MOST_USER_ID_CHARACTERS and "".join(cells).isprintable()
    if is_plain and not user_ids.is_damaged("\n".join(cells)):
        return [""] * len(cells)
    return ["" if _is_plain_id(cell) else _NOT_PLAIN for cell in cells]


def _is_plain_id(cell: str) -> bool:
    return len(cell) <= MOST_USER_ID_CHARACTERS and cell.isprintable() and not user_ids.is_damaged(cell)


def _blank_ones(cells: Sequence[str]) -> list[str]:
    """Of a column without a name, whose cells are to be blank."""
    return [_NOT_PLAIN if cell else "" for cell in cells]
