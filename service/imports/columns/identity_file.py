"""A file of contacts by what finds them: of a change of many contacts, which has no other."""

import csv
import io
from collections.abc import Iterable

from service.imports.columns.attributes import PHONE_NUMBER, TITLES, USER_ID
from service.imports.columns.column_map import Column, ColumnMap

COLUMNS = ColumnMap((Column(TITLES[PHONE_NUMBER], PHONE_NUMBER), Column(TITLES[USER_ID], USER_ID)))
"""Of the frozen file. A contact stands in it by its full phone, or where it has none by its user id."""


def header_line() -> bytes:
    """The first line of a frozen file."""
    return _written([[column.header for column in COLUMNS.columns]])


def identity_lines(contacts: Iterable[tuple[str | None, str | None]]) -> bytes:
    """The lines of contacts, each given by its phone in E.164 and its user id."""
    return _written([[phone or "", "" if phone else user_id or ""] for phone, user_id in contacts])


def _written(rows: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
