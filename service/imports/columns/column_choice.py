"""A mapping as a program gives it, column by column, in the words of `Choices` (R19)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from service.imports.columns.attributes import TAGS, default_attribute, default_type
from service.imports.columns.choices import Choices
from service.imports.columns.column_map import Column, ColumnMap
from service.imports.columns.headers import title_of, told_apart
from service.imports.columns.mapping import Sample, map_by_name, map_columns
from service.imports.table.refusal import MappingRefused


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """What a column shall become; `attribute` None: it is ignored. `type` None: the attribute's own, else string.

    `format` is how its dates are written, None where they are as R3 has them.
    """

    column: str
    attribute: str | None
    type: str | None
    format: str | None = None


def map_as_wanted(
    wanted: Sequence[ColumnChoice],
    header: Sequence[str],
    choices: Choices,
    known: Mapping[str, str],
    sample: Sample = lambda: (),
) -> tuple[Choices, ColumnMap]:
    """The choices with this mapping in them, and what it comes to; columns that are not named are mapped by name.

    What says the same as the name is not a choice, so that whoever says it and whoever does not import the same (R23);
    of columns with one title, the name alone never says it.
    Raises MappingRefused with every fault at once.
    """
    by_name = {column.header: column for column in map_by_name(header, Choices(), known)[0].columns}
    titles = list(map(title_of, header))
    apart = {name for name, title in zip(told_apart(titles), titles, strict=True) if name != title}
    said = [one for one in wanted if one.column in apart or not _says_nothing(one, by_name.get(one.column), known)]
    maps = tuple(_text(one, known) for one in said if one.attribute is not None)
    ignore = tuple(one.column for one in said if one.attribute is None)
    chosen = replace(choices, maps=maps, ignore=ignore)
    columns = map_columns(header, chosen, known, sample)
    _check_meant(wanted, columns)
    return chosen, columns


def _says_nothing(one: ColumnChoice, own: Column | None, known: Mapping[str, str]) -> bool:
    if own is None or one.attribute != own.attribute or one.format is not None:
        return False
    if own.is_tags:
        return one.type in (None, "list")
    return one.attribute is None or (one.type or _own_type(one.attribute, known)) == own.type


def _own_type(attribute: str, known: Mapping[str, str]) -> str:
    default = default_attribute(attribute)
    return known.get(attribute, "string") if default is None else default_type(default) or "string"


def _text(one: ColumnChoice, known: Mapping[str, str]) -> str:
    assert one.attribute is not None
    if one.attribute == TAGS and one.type in (None, "list") and one.format is None:
        return f"{one.column}={TAGS}"
    if one.format is not None:
        return f"{one.column}={one.attribute}:{one.type or 'datetime'}:{one.format}"
    own = _own_type(one.attribute, known)
    is_own = one.type in (None, own) and ":" not in one.attribute
    return f"{one.column}={one.attribute}" if is_own else f"{one.column}={one.attribute}:{one.type or own}"


def _check_meant(wanted: Sequence[ColumnChoice], columns: ColumnMap) -> None:
    """A header with `=` in it can be read in two ways; nothing is mapped that was not meant."""
    became = {column.header: column.attribute for column in columns.columns}
    astray = [one.column for one in wanted if (one.attribute is None) != (became.get(one.column) is None)]
    if astray:
        raise MappingRefused(tuple(f"Column {name[:60]!r} cannot be told from another; rename it." for name in astray))
