"""Rows judged by themselves, for tests: what an accepted one says, or why it is rejected."""

import pytest

from service.imports.columns.choices import Choices
from service.imports.columns.mapping import map_columns
from service.imports.rows.phones import phone_of
from service.imports.rows.row import RowRejected
from service.imports.rows.rows import RowChecks

HEADER = ["Name", "Country Code", "Phone Number", "Email", "WhatsApp Opted", "User ID", "Plan"]


GOOD = ["Asha Rao", "91", "9967536783", "asha@example.com", "TRUE", "u1", "gold"]


def checked(header, cells, known=None, **given_choices):
    choices = Choices(**given_choices)
    columns = map_columns(header, choices, known or {})
    try:
        phone = phone_of(columns, choices.country_code, clean=choices.clean_phones)(cells)
    except (ValueError, IndexError):
        phone = None
    return phone, RowChecks(columns, choices).check(list(cells), has_phone=phone is not None)


def row(cells, header=HEADER, **choices):
    return checked(header, cells, **choices)[1]


def reasons(cells, header=HEADER, **choices):
    with pytest.raises(RowRejected) as rejected:
        row(cells, header, **choices)
    return [fault.reason for fault in rejected.value.faults]


def with_cell(name, cell):
    return [cell if title == name else old for title, old in zip(HEADER, GOOD, strict=True)]
