"""Every column of a file with what it becomes, as it is kept with an import."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from service.imports.columns.attributes import IDENTITY, TAGS

REJECTED = "rejected:"
"""Begins the headers that a rejects CSV adds."""

EXPORTED = "exported:"
"""Begins the headers of an export that no import could take for what they are."""

OURS = (REJECTED, EXPORTED)
"""Such columns are ignored when a file of ours is read again, and its guard against formulas is taken off."""


def own_headers(headers: Iterable[str]) -> list[str]:
    """Those that a file has itself, without what a rejects CSV added."""
    return [header for header in headers if not header.startswith(REJECTED)]


@dataclass(frozen=True, slots=True)
class Column:
    """A column and what it becomes; `attribute` None: it is ignored. `header` is trimmed, "" where there is none.

    `format` is how its dates are written, None where they are as R3 has them. Tags have a type of their own.
    """

    header: str
    attribute: str | None
    type: str = "string"
    format: str | None = None

    @property
    def is_tags(self) -> bool:
        """Whether its cells are tags of their row."""
        return self.attribute == TAGS and self.type == TAGS

    @property
    def is_trait(self) -> bool:
        """Whether its cells are values of an attribute, and neither who the contact is nor tags."""
        return self.attribute is not None and self.attribute not in IDENTITY and not self.is_tags

    def to_json(self) -> list[str | None]:
        """As JSON values; a column without a format as it always was."""
        whole = [self.header, self.attribute, self.type, self.format]
        return whole if self.format else whole[:3]


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Every column of a file, in its order. `is_guarded`: the file is one of ours (formula guard).

    `is_sheet`: it is a workbook's, of which a cell may be a number, and no text that looks like one.
    """

    columns: tuple[Column, ...]
    is_guarded: bool = False
    is_sheet: bool = False

    @property
    def is_export(self) -> bool:
        """Whether the file is an export of ours, whose values are as contacts have them, whatever they look like."""
        return any(column.header.startswith(EXPORTED) for column in self.columns)

    def index_of(self, attribute: str) -> int | None:
        """The column that becomes `attribute`."""
        return next((place for place, column in enumerate(self.columns) if column.attribute == attribute), None)

    def to_json(self) -> dict[str, Any]:
        """As JSON values; of a file that is no workbook as it always was."""
        kept = {"columns": [column.to_json() for column in self.columns], "is_guarded": self.is_guarded}
        return kept | {"is_sheet": True} if self.is_sheet else kept

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "ColumnMap":
        """The mapping that `to_json` gave."""
        columns = tuple(Column(*column) for column in values["columns"])
        return cls(columns, values["is_guarded"], values.get("is_sheet", False))
