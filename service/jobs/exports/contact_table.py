"""Contacts as the rows of a CSV that opens right in a spreadsheet and can be imported again as it is."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import orjson

from service.imports.columns.attributes import (
    COUNTRY_CODE,
    FIRST_NAME,
    LAST_NAME,
    NAME,
    PHONE_NUMBER,
    TAGS,
    TITLES,
    USER_ID,
)
from service.imports.columns.choices import Choices
from service.imports.columns.column_map import EXPORTED
from service.imports.columns.mapping import MOST_ATTRIBUTES, map_by_name
from service.imports.rows.row_tags import joined_tags
from service.imports.table.formula_guard import guard
from service.jobs.exports.wanted_export import ExportColumn

_IDENTITY = (TITLES[COUNTRY_CODE], TITLES[PHONE_NUMBER])
_OF_MEMBERS = {"phone": _IDENTITY, "user_id": (TITLES[USER_ID],)}
"""The headers of members that a file can say."""
_TAGS = "Tags"


class ContactTable:
    """Makes the header, and a row for each Contact JSON.

    `known` are the existing custom attributes with their types, as an import knows them. What an import could not take
    as it is has a header that begins with `exported:`, and is ignored when the file is imported: the contact's id,
    times, and attributes whose name means something else as a header.
    """

    def __init__(self, columns: Sequence[ExportColumn], known: Mapping[str, str]) -> None:
        self._columns = columns
        self.header = [*_headers(columns, known), f"{EXPORTED}contact"]

    def row(self, contact: Mapping[str, Any]) -> list[str]:
        """The cells of a contact."""
        return [*chain.from_iterable(self._cells(contact, column) for column in self._columns), contact["id"]]

    def guarded_header(self) -> list[str]:
        """The header as it is written."""
        return list(map(guard, self.header))

    def _cells(self, contact: Mapping[str, Any], column: ExportColumn) -> tuple[str, ...]:
        if column.is_trait:
            return (guard(_text(contact["traits"].get(column.name))),)
        if column.name == "phone":
            code: str | None = contact["country_code"]
            return (code.removeprefix("+"), contact["phone_number"]) if code else ("", "")
        if column.name == TAGS:
            return (guard(joined_tags(contact["tags"])),)
        return (guard(contact[column.name] or ""),)


def _text(value: Any) -> str:
    """A value as a cell that an import reads as the same value; a list's items with `;` between them."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case list():
            return ";".join(map(_text, value))
    return orjson.dumps(value).decode()


def _headers(columns: Sequence[ExportColumn], known: Mapping[str, str]) -> list[str]:
    """Titles and names, as far as an import that reads them takes each for what it is."""
    pieces = (
        {FIRST_NAME, LAST_NAME} if ExportColumn(NAME, True) in columns else set()
    )  # a file has the one or the other
    headers: list[str] = []
    traits = 0
    for column in columns:
        if not column.is_trait:
            headers += _of_member(column.name, known)
        elif column.name in pieces or traits == MOST_ATTRIBUTES or not _says(column.name, known):
            headers.append(f"{EXPORTED}{column.name}")
        else:
            headers.append(TITLES.get(column.name, column.name))
            traits += 1
    return headers


def _of_member(name: str, known: Mapping[str, str]) -> list[str]:
    if name == TAGS:
        mapped, _ = map_by_name([_TAGS, *_IDENTITY], Choices(), known)
        return [_TAGS if mapped.columns[0].is_tags else f"{EXPORTED}{_TAGS}"]
    return list(_OF_MEMBERS.get(name, (f"{EXPORTED}{name}",)))


def _says(attribute: str, known: Mapping[str, str]) -> bool:
    """Whether an import takes a column that is called by this attribute for just that attribute."""
    header = TITLES.get(attribute, attribute)
    mapped, faults = map_by_name([header, *_IDENTITY], Choices(), known)
    found = mapped.columns[0]
    return not faults and found.is_trait and (found.header, found.attribute) == (header, attribute)
