"""A CSV to begin with: every attribute as a column, and two rows that would be taken as they are (R21)."""

import csv
import io
from collections.abc import Mapping

from service.imports.columns.attributes import TITLES, default_attribute
from service.imports.table.formula_guard import guard

_DEFAULTS = ("name", "country_code", "phone_number", "email", "whatsapp_opted", "user_id", "area", "city")
_ROWS = (
    ("Gavin Roberts", "91", "9967536783", "gavin.roberts@example.com", "TRUE", "0123abc45d", "Bandra West", "Mumbai"),
    ("Asha Rao", "91", "9820098200", "asha.rao@example.com", "", "", "Baner", "Pune"),
)
_OF_TYPE = {
    "string": ("gold", "silver"),
    "number": ("12500", "80.5"),
    "boolean": ("TRUE", "FALSE"),
    "datetime": ("2022-10-31", "2022-10-31T14:00:00Z"),
    "list": ("a;b", "c"),
}
_MOST_CUSTOM = 90
"""Columns besides; a row has at most 100 attributes."""


def template(known: Mapping[str, str]) -> str:
    """The template; `known` has the existing custom attributes and their types.

    Left out are names that a header cannot say: those that mean a default attribute, and such as a spreadsheet would
    run.
    """
    custom = [name for name in sorted(known) if default_attribute(name) is None and guard(name) == name][:_MOST_CUSTOM]
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([*(TITLES[name] for name in _DEFAULTS), *custom])
    for number, row in enumerate(_ROWS):
        writer.writerow([*row, *(_OF_TYPE.get(known[name], _OF_TYPE["string"])[number] for name in custom)])
    return out.getvalue()
