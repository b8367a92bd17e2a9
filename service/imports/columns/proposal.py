"""What a file's columns could become, each with the reason, and the type that its values fit (R19)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from service.imports.columns.attributes import IDENTITY, PHONE_NUMBER, TAGS, TITLES, fold, says_title
from service.imports.columns.cells import CellFault, Reader, reader
from service.imports.columns.choices import Choices
from service.imports.columns.column_map import Column, ColumnMap
from service.imports.columns.date_formats import fitting, nearly_fitting
from service.imports.columns.mapping import map_by_name
from service.imports.columns.phone_cells import odd_character
from service.imports.table.formula_guard import unguard

Reason = Literal["exact", "synonym", "existing", "new", "ignored"]

_GUESSED = ("boolean", "datetime", "number")
_ENOUGH = 0.9
"""The share of values that must be of a type before it is proposed: the others would be rejected rows."""
_SHARE_OF_LISTS = 0.5
_IGNORED = Column("", None)
_MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a column could become; `attribute` None: it is ignored.

    `reason`: its header is a default attribute's name or a synonym of one, or an existing attribute's; `new` becomes a
    custom attribute. `fits` is the share of its `values` (those of the sample that are not blank) that are of the type,
    0 to 1; None where there are none, or where a row's other columns count too. Of phone numbers it is the share of
    digits alone, which `clean_phones` need not clean (R14). `formats` are those by which they are dates, several where
    day and month cannot be told apart: whoever maps the column names one (R19). All of them are, but for
    `format_misfits`: at most one in five. `first_misfit` is the first value that is not so, at most 200 characters.
    """

    column: str
    attribute: str | None
    type: str
    reason: Reason
    values: int
    fits: float | None
    formats: tuple[str, ...] = ()
    format_misfits: int = 0
    first_misfit: str | None = None

    @property
    def all_are_dates(self) -> bool:
        """Whether a usual format reads every value."""
        return bool(self.formats) and not self.format_misfits

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
        if (one.reason == "new" and one.column in strings and (one.type != "string" or one.all_are_dates))
        or (one.reason == "existing" and one.all_are_dates and mapped.get(one.column, _IGNORED).type == "datetime")
    ]


def _proposal(columns: ColumnMap, place: int, rows: Sequence[Sequence[str]], known: Mapping[str, str]) -> Proposal:
    column = columns.columns[place]
    values = [cell for row in rows if place < len(row) and (cell := row[place].strip())]
    if column.attribute is None:
        return Proposal(column.header, None, column.type, "ignored", len(values), None)
    if column.attribute == PHONE_NUMBER and values:
        odd = [value for value in values if odd_character(value, clean=False)]
        found = Proposal(column.header, column.attribute, column.type, _reason(column.header), len(values), None)
        return _fitting_but(found, odd)
    if column.attribute in IDENTITY or column.is_tags:
        return Proposal(column.header, column.attribute, column.type, _reason(column.header), len(values), None)
    if column.attribute in TITLES:
        return _fitting(column.header, column.attribute, column.type, _reason(column.header), values)
    if any(fold(name) == fold(column.header) for name in known):
        found = _fitting(column.header, column.attribute, column.type, "existing", values)
        return _dated(found, values) if column.type == "datetime" else found
    found = _fitting(column.header, column.attribute, _guess(values), "new", values)
    return _dated(found, values) if found.type in ("string", "number") else found


def _dated(found: Proposal, values: Sequence[str]) -> Proposal:
    """With the formats by which its values are dates."""
    if every := fitting(values):
        return replace(found, formats=tuple(every))
    formats, misfits = nearly_fitting(values)
    if not misfits:
        return found
    return replace(found, formats=tuple(formats), format_misfits=len(misfits), first_misfit=misfits[0][:_MOST_SHOWN])


def _reason(header: str) -> Reason:
    return "exact" if says_title(header) else "synonym"


def _fitting(header: str, attribute: str, type: str, reason: Reason, values: Sequence[str]) -> Proposal:
    found = Proposal(header, attribute, type, reason, len(values), None)
    return _fitting_but(found, _misfits(reader(attribute, type, relaxed_names=False), values)) if values else found


def _fitting_but(found: Proposal, misfits: Sequence[str]) -> Proposal:
    """With the share of its values that fit, all but `misfits`."""
    fits = 1 - len(misfits) / found.values
    return replace(found, fits=fits, first_misfit=misfits[0][:_MOST_SHOWN] if misfits else None)


def _guess(values: Sequence[str]) -> str:
    """The type of which most values are, if that is nearly all of them; else a string, which takes any."""
    if not values:
        return "string"
    misfits = {type: len(_misfits(reader("", type, relaxed_names=False), values)) for type in _GUESSED}
    best = min(_GUESSED, key=lambda type: misfits[type])
    if len(values) - misfits[best] >= _ENOUGH * len(values):
        return best
    return "list" if sum(";" in value for value in values) >= _SHARE_OF_LISTS * len(values) else "string"


def _misfits(read: Reader | None, values: Sequence[str]) -> list[str]:
    return [] if read is None else [value for value in values if not _is_read(read, value)]


def _is_read(read: Reader, value: str) -> bool:
    try:
        read(value)
    except CellFault:
        return False
    return True
