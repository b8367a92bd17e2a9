"""The choices of an earlier import with the same columns, to be used again."""

from collections.abc import Sequence
from itertools import islice

from service.imports.columns.column_choice import ColumnChoice
from service.imports.columns.column_map import REJECTED, ColumnMap, own_headers
from service.imports.registry.registry import Import, Registry

_LOOKED_AT = 200
"""Imports, the newest: who brings the same columns again mostly did so not long ago."""


def with_same_columns(registry: Registry, headers: Sequence[str]) -> Import | None:
    """The newest import that was confirmed with these columns in this order; None if there is none.

    Those that a rejects CSV adds do not count.
    """
    wanted = own_headers(headers)
    for id in islice(registry.ids(), _LOOKED_AT):
        one = registry.get(id)
        if one.confirmed_at is not None and own_headers(column.header for column in one.columns.columns) == wanted:
            return one
    return None


def choices_of(columns: ColumnMap) -> list[ColumnChoice]:
    """What somebody chose for each column, as it is chosen anew."""
    return [
        ColumnChoice(column.header, column.attribute, "list" if column.is_tags else column.type, column.format)
        for column in columns.columns
        if column.header and not column.header.startswith(REJECTED)
    ]
