"""Which columns that become texts hold nothing but numbers, dates or TRUE and FALSE: perhaps another type was meant."""

import re
from collections.abc import Callable, Iterable, Iterator

from ledger.events.traits import is_datetime
from service.imports.columns.attributes import default_type
from service.imports.columns.column_map import ColumnMap
from service.imports.table.by_column import Columns

_NUMBERS = re.compile(r"(?:-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?\n)*").fullmatch
_BOOLEANS = re.compile(r"(?:(?:true|false)\n)*", re.IGNORECASE).fullmatch


def _are_numbers(cells: Iterable[str]) -> bool:
    return _NUMBERS("".join(f"{cell}\n" for cell in cells)) is not None


def _are_booleans(cells: Iterable[str]) -> bool:
    return _BOOLEANS("".join(f"{cell}\n" for cell in cells)) is not None


def _are_datetimes(cells: Iterable[str]) -> bool:
    return all(map(is_datetime, cells))


_TYPES: dict[str, Callable[[Iterable[str]], bool]] = {
    "number": _are_numbers,
    "boolean": _are_booleans,
    "datetime": _are_datetimes,
}


class TextColumns:
    """Looks at every row, a block at a time; a column that cannot be of another type any more costs nothing.

    `read`: what a cell says, if that is not what stands in it. The default attributes are what they are.
    """

    def __init__(self, columns: ColumnMap, read: Callable[[str], str] | None) -> None:
        self._read = read
        self._headers = {
            place: column.header
            for place, column in enumerate(columns.columns)
            if column.attribute is not None and column.type == "string" and default_type(column.attribute) is None
        }
        self._types = {place: list(_TYPES) for place in self._headers}
        self._with_values: set[int] = set()

    def take(self, columns: Columns) -> None:
        """Go on with some more records."""
        for place in list(self._types):
            cells = columns.cells[place]
            said = set(map(str.strip, map(self._read, cells) if self._read is not None else cells)) - {""}
            if not said:
                continue
            self._with_values.add(place)
            one = (next(iter(said)),)  # mostly enough to know
            left = [type for type in self._types[place] if _TYPES[type](one) and _TYPES[type](said)]
            if left:
                self._types[place] = left
            else:
                del self._types[place]

    def found(self) -> Iterator[tuple[str, str]]:
        """Each such column's header with the type of all its values."""
        for place, types in self._types.items():
            if place in self._with_values:
                yield self._headers[place], types[0]
