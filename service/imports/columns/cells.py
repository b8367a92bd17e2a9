"""What one cell must be to become a value of an attribute's type (R3, R12, R16, R19)."""

import math
import re
import unicodedata
from collections.abc import Callable

from ledger.events.quoting import named, shown
from ledger.events.traits import (
    LARGEST_INTEGER,
    MOST_ITEMS,
    MOST_STRING_BYTES,
    WHATSAPP_OPTED,
    has_control_characters,
    is_datetime,
)
from ledger.events.user_ids import is_damaged
from service.imports.columns.attributes import NAMES, TITLES
from service.imports.columns.choices import Choices
from service.imports.columns.column_map import Column, ColumnMap
from service.imports.columns.date_formats import DateFormat, date_format
from service.imports.table.formula_guard import unguard

Reader = Callable[[str], object]
"""Turns a trimmed cell that is not blank into a value. Raises CellFault."""

SHORT = MOST_STRING_BYTES // 4
"""So many characters are never too many bytes."""

MOST_USER_ID_CHARACTERS = 256


class CellFault(ValueError):
    """A cell that cannot be taken: a row reason, and a message that goes on from the column's name.

    `advice` None: the reason's own.
    """

    def __init__(self, reason: str, message: str, advice: str | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.advice = advice


def cell_reader(columns: ColumnMap, choices: Choices) -> Callable[[str], str] | None:
    """What a cell of the file says, before anything is asked of it; None where it is taken as it stands.

    The guard against formulas comes off (a rejects CSV), and a null value is a blank (R18).
    """
    nulls = frozenset(choices.null_values)
    if not nulls:
        return unguard if columns.is_guarded else None

    def read(cell: str) -> str:
        said = unguard(cell) if columns.is_guarded else cell
        return "" if said.strip() in nulls else said

    return read


def column_reader(column: Column, *, relaxed_names: bool) -> Reader | None:
    """As `reader`, of a mapped column, whose dates may be written in a way of their own (R19)."""
    if column.format is not None:
        return _dated(date_format(column.format))
    return reader(column.attribute or "", column.type, relaxed_names=relaxed_names)


def reader(attribute: str, type: str, *, relaxed_names: bool) -> Reader | None:
    """The reader of a mapped column; None where a string is taken as it is, once it is known to be short."""
    if attribute in NAMES:
        return _relaxed_name if relaxed_names else _name
    if attribute == WHATSAPP_OPTED:
        return _opt_in
    return _READERS[type]


def text(cell: str) -> str:
    """A string of any content, up to 32 KiB in UTF-8. Raises CellFault."""
    if len(cell) > SHORT and len(cell.encode()) > MOST_STRING_BYTES:
        raise CellFault("too_long", f"is {len(cell.encode()):,} bytes long; {MOST_STRING_BYTES:,} are allowed")
    return cell


def text_reader(columns: ColumnMap) -> Callable[[str], str]:
    """As `text`; a spreadsheet's `="04001"`, which keeps a number a text, is 04001, but in an export of ours."""
    return text if columns.is_export else _text_without_mark


_TEXT_MARK = re.compile(r'="((?:[^"]|"")*)"').fullmatch


def _text_without_mark(cell: str) -> str:
    marked = _TEXT_MARK(cell) if cell.startswith('="') else None
    return text(cell if marked is None else marked[1].replace('""', '"').strip() or cell)


def user_id(cell: str) -> str:
    """A user id (R6). Raises CellFault."""
    if len(cell) > MOST_USER_ID_CHARACTERS:
        raise CellFault("user_id_invalid", f"has {len(cell):,} characters; {MOST_USER_ID_CHARACTERS} are allowed")
    if not cell.isprintable() and has_control_characters(cell):
        raise CellFault("user_id_invalid", "has a control character, such as a line break")
    if is_damaged(cell):
        raise CellFault(
            "user_id_scientific", f"is in scientific notation: a spreadsheet has cut digits off: {shown(cell)}"
        )
    return cell


_RELAXED = "'\u2019-."


def _name(cell: str) -> str:
    if cell.replace(" ", "").isalpha() or not (odd := _odd_in_name(cell, "")):
        return text(cell)
    would_help = not _odd_in_name(cell, _RELAXED)
    advice = None if would_help else "Use letters and spaces only."
    raise CellFault("name_not_letters", f"may have letters and spaces only: {shown(cell)} has {odd}", advice)


def _relaxed_name(cell: str) -> str:
    if cell.replace(" ", "").isalpha() or not (odd := _odd_in_name(cell, _RELAXED)):
        return text(cell)
    told = f"may have letters, spaces and ' \u2019 - . only: {shown(cell)} has {odd}"
    raise CellFault("name_not_letters", told, "Use letters, spaces and ' \u2019 - . only.")


_JOINERS = "\u200c\u200d"  # part of the spelling in Persian and in Indian scripts


def _odd_in_name(cell: str, also: str) -> str:
    """What keeps it from being letters with their combining marks, spaces, and characters of `also` (R12), if any."""
    has_letter = follows_letter = False
    for character in cell:
        kind = unicodedata.category(character)
        if kind.startswith("L"):
            has_letter = follows_letter = True
        elif not (follows_letter and (kind.startswith("M") or character in _JOINERS)):
            follows_letter = False
            if character != " " and character not in also:
                return named(character)
    return "" if has_letter else "no letter"


def _opt_in(cell: str) -> bool:
    try:
        return _BOOLEANS[cell.upper()]
    except KeyError:
        raise CellFault("opt_in_invalid", f"must be TRUE or FALSE: {shown(cell)}") from None


_BOOLEANS = {"TRUE": True, "FALSE": False}


def _boolean(cell: str) -> bool:
    try:
        return _BOOLEANS[cell.upper()]
    except KeyError:
        raise CellFault("type_mismatch", f"must be TRUE or FALSE: {shown(cell)}") from None


_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?").fullmatch


def _number(cell: str) -> int | float:
    match = _NUMBER(cell)
    if match is None:
        raise CellFault("type_mismatch", f"must be a number such as -12.5: {shown(cell)}")
    if match[1] is None and match[2] is None and len(cell) <= 17:
        number: int | float = int(cell)
    else:
        number = float(cell)
    if not math.isfinite(number) or (abs(number) > LARGEST_INTEGER and match[1] is None and match[2] is None):
        raise CellFault("type_mismatch", f"is a number beyond ±2^53; map the column to a string: {shown(cell)}")
    return number


def _datetime(cell: str) -> str:
    if not is_datetime(cell):
        raise CellFault(
            "type_mismatch", f"must be a date or a date and time with zone, such as 2022-10-31T14:00:00Z: {shown(cell)}"
        )
    return cell


def _dated(form: DateFormat) -> Reader:
    def read(cell: str) -> str:
        written = form.read(cell)
        if written is None:
            raise CellFault("type_mismatch", f"must be a date by {form.text}: {shown(cell)}")
        return written

    return read


def _list(cell: str) -> list[str]:
    items = [item.strip() for item in cell.split(";")]
    if len(items) > MOST_ITEMS:
        raise CellFault("too_long", f"is a list of {len(items):,} items; {MOST_ITEMS:,} are allowed")
    return [text(item) for item in items if item]


_READERS: dict[str, Reader | None] = {
    "string": None,
    "number": _number,
    "boolean": _boolean,
    "datetime": _datetime,
    "list": _list,
}


def title(attribute: str) -> str:
    """What people call an attribute."""
    return TITLES.get(attribute, attribute)
