"""Why a row is not taken: each reason's sentence for a person, and what to do about it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RowFault:
    """One fault of one row. `column` is the column's name in the file, "" where the fault is the whole row's.

    `hint` is advice, to be worded for its reader (`service.imports.table.wording`).
    """

    column: str
    reason: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Reason:
    """What is wrong with such a row, in Markdown for the guide's table, and what to do about it.

    `hint` is advice as `RowFault` has it; of one row it may be less, for only what would help is told.
    """

    what: str
    hint: str


REASONS = {
    "phone_missing": Reason("no phone number", "Fill in the phone number."),
    "phone_not_digits": Reason(
        "letters, spaces or symbols in the number",
        "Use digits only, or import with {clean_phones}.",
    ),
    "phone_invalid": Reason("no such number in that country", "Check the number and its country code."),
    "phone_scientific": Reason(
        "a spreadsheet turned the number into `9.19967E+11`, and digits are lost",
        "Format the column as text in the spreadsheet, enter the number again, and save as CSV.",
    ),
    "phone_decimal": Reason(
        "a spreadsheet turned the number into a decimal, such as `919967536783.0`",
        "Format the column as text, or as a number without decimals, in the spreadsheet, and save it again.",
    ),
    "country_code_missing": Reason(
        "no country code for this number",
        "Fill in the country code, or name one for the whole file with {country_code}.",
    ),
    "country_code_invalid": Reason(
        "no country has this code",
        "Use the digits of a country's calling code, such as 91.",
    ),
    "duplicate_phone": Reason("an earlier row has this phone number", "Keep one row for each phone number."),
    "duplicate_user_id": Reason(
        "an earlier row has this user id, and rows match by either",
        "Keep one row for each user id.",
    ),
    "name_not_letters": Reason(
        "digits or symbols in a name",
        "Use letters and spaces only; {relaxed_names} also allows ' \u2019 - and .",
    ),
    "opt_in_invalid": Reason(
        "WhatsApp Opted is neither TRUE nor FALSE",
        "Write TRUE or FALSE, or leave the cell blank.",
    ),
    "opt_in_not_allowed": Reason(
        "said FALSE before, or in another row of the file",
        "Import with {allow_opt_in} if this person has agreed to messages since.",
    ),
    "kept_out": Reason(
        "asked to be forgotten: erased, and kept out",
        "Leave this row out. If this person asks to come back, whoever may erase people lets them in again.",
    ),
    "user_id_conflict": Reason(
        "the user id belongs to another contact, or this contact has a different one",
        "Give each user id to one phone number only. A contact that is known by its user id alone gets its phone"
        " when {match} is either.",
    ),
    "user_id_invalid": Reason(
        "not a valid user id",
        "Use 1 to 256 characters, without line breaks or control characters.",
    ),
    "user_id_scientific": Reason(
        "a spreadsheet turned the user id into `6.61E+12`, and digits are lost",
        "Format the column as text in the spreadsheet, enter the user id again, and save as CSV.",
    ),
    "type_mismatch": Reason(
        "not a value of the column's type",
        "Correct the value, choose another type for its column, or say how its dates are written.",
    ),
    "tag_invalid": Reason(
        "not a valid tag, or more than 50 of them",
        "Write tags of 1 to 100 characters, separated by commas.",
    ),
    "too_many_cells": Reason(
        "more cells than the header has columns",
        "Put quotes around cells that hold the delimiter, or remove the extra cells.",
    ),
    "too_long": Reason("a value over 32 KiB, or a list over 1,000 items", "Shorten the value."),
    "too_large": Reason(
        "the whole row is over 252 KiB",
        "Shorten the row's values, or leave out columns that you do not need.",
    ),
}
"""By code, which never changes; a rejects CSV has the hint as `rejected:hint`."""

_NO_HINT = "Correct the row and import it again."


def hint(reason: str) -> str:
    """What a person can do about a reason, also one that only shows at the append."""
    return REASONS[reason].hint if reason in REASONS else _NO_HINT


def what(reason: str) -> str:
    """What is wrong, without marks of Markdown; of a reason that only shows at the append its own name in words."""
    return REASONS[reason].what.replace("`", "") if reason in REASONS else reason.replace("_", " ")


def fault(column: str, reason: str, message: str, advice: str | None = None) -> RowFault:
    """A fault; without other advice, with its reason's hint."""
    return RowFault(column, reason, message, hint(reason) if advice is None else advice)


def duplicate(column: str, row: int, line: int) -> RowFault:
    """A later row with the phone of `row`, which was accepted (R15)."""
    return fault(column, "duplicate_phone", f"Row {row} (line {line}) has the same phone number.")


def duplicate_user_id(column: str, row: int, line: int) -> RowFault:
    """A later row with the user id of `row`, which was accepted, where rows match by either (R17)."""
    return fault(column, "duplicate_user_id", f"Row {row} (line {line}) has the same user id.")


def user_id_taken(column: str, row: int, line: int) -> RowFault:
    """A row whose user id an earlier accepted row gives to another phone (R17)."""
    return fault(column, "user_id_conflict", f"Row {row} (line {line}) has the same user id with another phone number.")


def opt_in_not_allowed(column: str) -> RowFault:
    """A row that would turn WhatsApp Opted from FALSE to TRUE (R16); `column` is "" in a change of many contacts."""
    said = column or "WhatsApp Opted"
    return fault(column, "opt_in_not_allowed", f"{said} is FALSE for this contact and would become TRUE.")


def kept_out_fault() -> RowFault:
    """A row about somebody who was erased and is kept out (R31); it says nothing of the row."""
    return fault("", "kept_out", "This person asked to be forgotten.")


def too_large(most_bytes: int) -> RowFault:
    """A row with more content than a message may have."""
    return fault("", "too_large", f"The row's values are more than {most_bytes // 1024} KiB together.")
