"""Why a row is not taken: each reason's sentence for a person, and what to do about it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RowFault:
    """One fault of one row. `column` is the column's name in the file, "" where the fault is the whole row's."""

    column: str
    reason: str
    message: str
    hint: str


HINTS = {
    "duplicate_phone": "Keep one row for each phone number.",
    "name_not_letters": "Use letters and spaces only; --relaxed-names also allows ' \u2019 - and .",
    "phone_missing": "Fill in the phone number.",
    "phone_not_digits": "Use digits only, or import with --clean-phones.",
    "phone_invalid": "Check the number and its country code.",
    "phone_scientific": "Format the column as text in the spreadsheet, enter the number again, and save as CSV.",
    "country_code_missing": "Fill in the country code, or name one for the whole file with --country-code.",
    "country_code_invalid": "Use the digits of a country's calling code, such as 91.",
    "opt_in_invalid": "Write TRUE or FALSE, or leave the cell blank.",
    "opt_in_not_allowed": "Import with --allow-opt-in if this person has agreed to messages since.",
    "type_mismatch": "Correct the value, or map the column to another type.",
    "user_id_conflict": "Give each user id to one phone number only.",
    "user_id_invalid": "Use 1 to 256 characters, without line breaks or control characters.",
    "too_many_cells": "Put quotes around cells that hold the delimiter, or remove the extra cells.",
    "too_long": "Shorten the value.",
    "too_large": "Shorten the row's values, or spread them over fewer columns.",
}
"""By reason; a rejects CSV shows them as `rejected:hint`."""

_NO_HINT = "Correct the row and import it again."
_SHOWN = 40


def hint(reason: str) -> str:
    """What a person can do about a reason, also one that only shows at the append."""
    return HINTS.get(reason, _NO_HINT)


def fault(column: str, reason: str, message: str) -> RowFault:
    """A fault with its reason's hint."""
    return RowFault(column, reason, message, hint(reason))


def shown(value: str) -> str:
    """A cell's value as a message quotes it: whole when it is short."""
    return repr(value if len(value) <= _SHOWN else value[: _SHOWN - 1] + "…")


def duplicate(column: str, row: int, line: int) -> RowFault:
    """A later row with the phone of `row`, which was accepted (R15)."""
    return fault(column, "duplicate_phone", f"The phone number is that of row {row} (line {line}), which was taken.")


def user_id_taken(column: str, row: int, line: int) -> RowFault:
    """A row whose user id an earlier accepted row gives to another phone (R17)."""
    return fault(column, "user_id_conflict", f"Row {row} (line {line}) has the same user id with another phone number.")


def opt_in_not_allowed(column: str) -> RowFault:
    """A row that would turn WhatsApp Opted from FALSE to TRUE (R16)."""
    return fault(column, "opt_in_not_allowed", f"{column} is FALSE for this contact and would become TRUE.")


def too_large(most_bytes: int) -> RowFault:
    """A row with more content than a message may have."""
    return fault("", "too_large", f"The row's values are more than {most_bytes // 1024} KiB together.")
