"""What a file's columns could become, each with the reason, and the type that its values fit (R19)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from service.imports.columns.attributes import IDENTITY, PHONE_NUMBER, TAGS, TITLES, fold, says_title
from service.imports.columns.choices import Choices
from service.imports.columns.column_map import Column, ColumnMap
from service.imports.columns.date_formats import fitting
from service.imports.columns.mapping import map_by_name
from service.imports.rows.cells import CellFault, Reader, reader
from service.imports.rows.phone_cells import odd_character
from service.imports.table.formula_guard import unguard

Reason = Literal["exact", "synonym", "existing", "new", "ignored"]

_GUESSED = ("boolean", "datetime", "number")
_ENOUGH = 0.9
"""The share of values that must be of a type before it is proposed: the others would be rejected rows."""
_SHARE_OF_LISTS = 0.5
_IGNORED = Column("", None)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a column could become; `attribute` None: it is ignored.

    `reason`: its header is a default attribute's name or a synonym of one, or an existing attribute's; `new` becomes a
    custom attribute. `fits` is the share of its `values` (those of the sample that are not blank) that are of the type,
    0 to 1; None where there are none, or where a row's other columns count too. Of phone numbers it is the share of
    digits alone, which `clean_phones` need not clean (R14). `formats` are those by which all of them are dates, several
    where day and month cannot be told apart: whoever maps the column names one (R19).
    """

    column: str
    attribute: str | None
    type: str
    reason: Reason
    values: int
    fits: float | None
    formats: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As JSON values; tags are told as a list."""
        return {**asdict(self), "type": "list" if self.type == TAGS else self.type, "formats": list(self.formats)}


def proposals(
    header: Sequence[str], rows: Sequence[Sequence[str]], known: Mapping[str, str]
) -> tuple[tuple[Proposal, ...], tuple[str, ...]]:
    """A proposal for each column, and what keeps them from being taken as they are, each a sentence.

    `rows` are a sample; `known` has the existing custom attributes and their types.
    """
    columns, faults = map_by_name(header, Choices(), known, lambda: rows)
    if columns.is_guarded:
        rows = [list(map(unguard, row)) for row in rows]
    return tuple(_proposal(columns, place, rows, known) for place in range(len(columns.columns))), faults


def better_types(found: Sequence[Proposal], columns: ColumnMap) -> list[Proposal]:
    """Those of new attributes that are mapped to a string, and whose values are of another type; dates of any kind."""
    mapped = {column.header: column for column in columns.columns if column.header and column.format is None}
    strings = {name for name, column in mapped.items() if column.type == "string" and name == column.attribute}
    return [
        one
        for one in found
        if (one.reason == "new" and one.column in strings and (one.type != "string" or one.formats))
        or (one.reason == "existing" and one.formats and mapped.get(one.column, _IGNORED).type == "datetime")
    ]


def _proposal(columns: ColumnMap, place: int, rows: Sequence[Sequence[str]], known: Mapping[str, str]) -> Proposal:
    column = columns.columns[place]
    values = [cell for row in rows if place < len(row) and (cell := row[place].strip())]
    if column.attribute is None:
        return Proposal(column.header, None, column.type, "ignored", len(values), None)
    if column.attribute == PHONE_NUMBER and values:
        share = sum(not odd_character(value, clean=False) for value in values) / len(values)
        return Proposal(column.header, column.attribute, column.type, _reason(column.header), len(values), share)
    if column.attribute in IDENTITY or column.is_tags:
        return Proposal(column.header, column.attribute, column.type, _reason(column.header), len(values), None)
    if column.attribute in TITLES:
        return _fitting(column.header, column.attribute, column.type, _reason(column.header), values)
    if any(fold(name) == fold(column.header) for name in known):
        found = _fitting(column.header, column.attribute, column.type, "existing", values)
        return replace(found, formats=tuple(fitting(values))) if column.type == "datetime" else found
    found = _fitting(column.header, column.attribute, _guess(values), "new", values)
    return replace(found, formats=tuple(fitting(values))) if found.type in ("string", "number") else found


def _reason(header: str) -> Reason:
    return "exact" if says_title(header) else "synonym"


def _fitting(header: str, attribute: str, type: str, reason: Reason, values: Sequence[str]) -> Proposal:
    share = _share(reader(attribute, type, relaxed_names=False), values) if values else None
    return Proposal(header, attribute, type, reason, len(values), share)


def _guess(values: Sequence[str]) -> str:
    """The type of which most values are, if that is nearly all of them; else a string, which takes any."""
    if not values:
        return "string"
    shares = {type: _share(reader("", type, relaxed_names=False), values) for type in _GUESSED}
    best = max(_GUESSED, key=lambda type: shares[type])
    if shares[best] >= _ENOUGH:
        return best
    return "list" if sum(";" in value for value in values) >= _SHARE_OF_LISTS * len(values) else "string"


def _share(read: Reader | None, values: Sequence[str]) -> float:
    return 1.0 if read is None else sum(_is_read(read, value) for value in values) / len(values)


def _is_read(read: Reader, value: str) -> bool:
    try:
        read(value)
    except CellFault:
        return False
    return True
