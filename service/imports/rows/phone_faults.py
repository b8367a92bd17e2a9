"""What a person is told of a row's phone: its value, the character at fault, and only what would help (R14)."""

import re
from collections.abc import Callable, Sequence

from ledger.events.phone import PhoneFault
from ledger.events.quoting import named, shown
from service.imports.columns.attributes import COUNTRY_CODE, PHONE_NUMBER
from service.imports.columns.column_map import ColumnMap
from service.imports.columns.phone_cells import bare, holds_several, odd_character
from service.imports.rows.phones import phone_faults
from service.imports.rows.reasons import REASONS, RowFault, fault

_NO_DIGITS = ("phone_not_digits", "phone_invalid")
_ONE_NUMBER = "Keep one number in the cell; another one needs a column of its own."
_FILL_IN = "Fill in the country code."
_COUNTRY = re.compile("[A-Za-z]{2,3}").fullmatch
_NO_LETTERS = (
    "Leave the column out with {ignore} if the numbers begin with + and their country code, or name one code for all"
    " with {country_code}."
)


def phone_faults_of(
    columns: ColumnMap, country_code: str | None, *, clean: bool
) -> Callable[[Sequence[str]], list[RowFault]]:
    """Every fault of a record's phone, as `phone_faults` finds them. Raises MappingRefused."""
    of_record = phone_faults(columns, country_code, clean=clean)
    of_cleaned = phone_faults(columns, country_code, clean=True)
    code_at, number_at = columns.index_of(COUNTRY_CODE), columns.index_of(PHONE_NUMBER) or 0

    def worded(cells: Sequence[str]) -> list[RowFault]:
        faults = of_record(cells)
        if clean or not faults:
            return [worded_one(one, cells, helps=False) for one in faults]
        left, fields = {one.field for one in of_cleaned(cells)}, {one.field for one in faults}
        return [worded_one(one, cells, helps=one.field not in left and left <= fields) for one in faults]

    def worded_one(wrong: PhoneFault, cells: Sequence[str], *, helps: bool) -> RowFault:
        is_code = wrong.field == COUNTRY_CODE and code_at is not None
        at = code_at if is_code and code_at is not None else number_at
        header, cell = columns.columns[at].header, cells[at]
        message, hint = _wording(wrong, header, cell, clean=clean, has_codes=code_at is not None)
        if helps:
            hint = f"{hint.removesuffix('.')}, or import with {{clean_phones}}."
        return fault(header, wrong.reason, message, hint)

    return worded


def _wording(wrong: PhoneFault, header: str, cell: str, *, clean: bool, has_codes: bool) -> tuple[str, str]:
    """The message and the advice, but for the option that cleans."""
    value, hint = bare(cell), REASONS[wrong.reason].hint
    message = f"{wrong.message[:1].upper()}{wrong.message[1:]}"
    if wrong.reason == "country_code_missing":
        return f"{message}.", _FILL_IN if has_codes else hint
    if not value:
        return f"{message}.", hint
    if wrong.reason in _NO_DIGITS and holds_several(cell):
        return f"{header} holds more than one number: {shown(value)}.", _ONE_NUMBER
    odd = odd_character(cell, clean=clean)
    if wrong.reason == "country_code_invalid" and wrong.field == COUNTRY_CODE and _COUNTRY(value):
        return f"{header} must be a calling code such as 91: {shown(value)} are letters of a country.", _NO_LETTERS
    if wrong.reason == "phone_not_digits":
        found = f" has {named(odd)}" if odd else ""
        return f"{header} must be digits only: {shown(value)}{found}.", "Use digits only."
    if wrong.reason == "country_code_invalid" and wrong.field == COUNTRY_CODE and odd:
        return f"{header} must be digits only, with or without one leading +: {shown(value)} has {named(odd)}.", hint
    sentence, _, _ = message.partition(". ")  # what to do is the advice
    return f"{sentence}: {shown(value)}.", hint
