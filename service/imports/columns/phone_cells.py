"""What stands in a phone's or a country code's cell besides digits: what comes off, and what makes it no phone (R14).

Whatever comes off leaves the number itself: no cleaning may ever turn a cell into another number.
"""

import re
from collections.abc import Callable, Iterator, Sequence

Read = Callable[[str], str]
"""Of a cell, what `normalise` is to judge."""

_MARKS = " \t.-()[]{}\u2010\u2011\u2012\u2013\u2014\u2212"
"""What the option takes out of a number: spaces, hyphens, dots and brackets."""

_OUT_OF_NUMBERS = str.maketrans(dict.fromkeys(_MARKS))
_OUT_OF_CODES = str.maketrans(dict.fromkeys(_MARKS.replace(".", "")))
_MOST_DIGITS = 17  # fifteen of E.164, and an international prefix
_FEWEST_DIGITS = 7

_INVISIBLE = re.compile(
    "[\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u202a-\u202f\u205f-\u206f"
    "\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
"""Spaces beyond ASCII's, and what Unicode calls default ignorable: joiners, direction marks, selectors, fillers."""

_TEXT_MARK = re.compile(r'="(.*)"', re.DOTALL).fullmatch
_ONE_NUMBER = re.compile(r"\+?\d{7,}", re.ASCII).fullmatch
_DATE = re.compile(r"\d{4}-\d\d-\d\d(T.*)?", re.ASCII).fullmatch
_FRACTION = re.compile(r"(-?\d{7,})\.\d+", re.ASCII).fullmatch
_DIGIT = re.compile(r"\d", re.ASCII).fullmatch
_ZEROS = re.compile(r"0+").fullmatch
_ENDS_IN_A_NUMBER = re.compile(r"\d{7}$", re.ASCII).search
_TWO_GROUPS = {length: re.compile(rf"(?<!\d)\d{{{length}}}[^\d+]\d{{{length}}}$", re.ASCII).search for length in (2, 3)}
"""What ends in two groups of so many digits."""

_TWO_RUNS = re.compile(r"\d{7}[^\d+]+\d{7}", re.ASCII).search
_BETWEEN_NUMBERS = re.compile(r":::|[/;,|&\r\n]|\b(?:or|and|oder|und|ou|et|y|o)\b|(?<=\d)(?=\s*\+)", re.IGNORECASE)
_DIGITS = re.compile(r"\d", re.ASCII)
_RUNS = re.compile(r"\d+", re.ASCII).findall


def bare(cell: str) -> str:
    """The cell without blanks around it, invisible characters, and a spreadsheet's text marks (`'`, `="…"`)."""
    if cell.isascii() and "'" not in cell and "=" not in cell:
        return cell.strip()
    left = _INVISIBLE.sub("", cell).strip()
    while True:
        marked = _TEXT_MARK(left)
        if marked is not None:
            left = marked[1].strip()
        elif left.startswith("'"):
            left = left[1:].lstrip()
        else:
            return left


def number_reader(*, clean: bool, is_sheet: bool = False) -> Read:
    """Reads a number's cell; `clean` takes `_MARKS` out where a number remains, and nothing else is changed.

    `is_sheet`: of a workbook, where 98200121.83 is a number, and 2023-03-15 a date, and neither digits in groups.
    """
    if is_sheet:
        return _clean_number_of_sheet if clean else _number_of_sheet
    return _clean_number if clean else _number


def code_reader(*, clean: bool) -> Read:
    """Reads a country code's cell; a dot is never taken out of one: `9.0` is no 90."""
    return _clean_code if clean else bare


def read_all(cells: Sequence[str], read: Read) -> Iterator[str]:
    """What `read` makes of each cell, quicker where nothing has to come off."""
    whole = "".join(cells)
    if whole.isascii() and whole.replace(" ", "").replace("+", "").isdigit() and not _keeps_spaces(read, whole):
        return map(str.strip, cells)
    each = {cell: read(cell) for cell in set(cells)}
    return map(each.__getitem__, cells)


def _keeps_spaces(read: Read, whole: str) -> bool:
    return " " in whole and read in (_clean_number, _clean_number_of_sheet, _clean_code)


def _number(cell: str) -> str:
    number = bare(cell)
    return _decimal(number) or number if "." in number or "," in number else number


def _clean_number(cell: str) -> str:
    """A spreadsheet's 9.19967E+11 keeps its dot, and its own reason; so does a decimal."""
    number = bare(cell)
    if number.isdigit():
        return number
    if ("." in number or "," in number) and (decimal := _decimal(number)):
        return decimal
    cleaned = number.translate(_OUT_OF_NUMBERS)
    if not cleaned.removeprefix("+").isdigit():
        return number
    return number if len(cleaned) >= 2 * _FEWEST_DIGITS and _TWO_RUNS(number) else cleaned


def _number_of_sheet(cell: str) -> str:
    return _fraction(cell) or _number(cell)


def _clean_number_of_sheet(cell: str) -> str:
    number = bare(cell)
    return number if _DATE(number) else _fraction(number) or _clean_number(number)


def _fraction(cell: str) -> str | None:
    """Of a number that is no integer, the form of which `normalise` says so; else None."""
    found = _FRACTION(bare(cell))
    return None if found is None else f"{found[1]}.0"


def _clean_code(cell: str) -> str:
    code = bare(cell)
    cleaned = code.translate(_OUT_OF_CODES)
    return cleaned if cleaned.removeprefix("+").isdigit() else code


def _decimal(number: str) -> str | None:
    """A number that a spreadsheet made a decimal of, in the form of which `normalise` says so; else None.

    At least seven digits before the last dot or comma, whatever parts them, and behind it a single digit, or zeros. No
    number is written in groups of which the last has one digit. Zeros are a group of the number where two groups as
    long as they stand before them, as in +33.1.23.45.67.00, or where they are four and more.
    """
    head, dot, tail = number.replace(",", ".").rpartition(".")
    if not dot:
        return None
    digits, decimals = head.translate(_OUT_OF_NUMBERS), tail.strip(_MARKS)
    if not _ONE_NUMBER(digits):
        return None
    is_decimal = _DIGIT(decimals) or (_ZEROS(decimals) and not _is_group(decimals, head))
    return f"{digits}.{decimals}" if is_decimal else None


def _is_group(zeros: str, head: str) -> bool:
    if _ENDS_IN_A_NUMBER(head.rstrip(_MARKS)):
        return False
    alike = _TWO_GROUPS.get(len(zeros))
    return alike is None or alike(head) is not None


def holds_several(cell: str) -> bool:
    """Whether two numbers or more stand in a cell."""
    number = bare(cell)
    pieces = [len(_DIGITS.findall(piece)) for piece in _BETWEEN_NUMBERS.split(number)]
    if sum(digits >= _FEWEST_DIGITS for digits in pieces) > 1 or _TWO_RUNS(number):
        return True
    return sum(pieces) > _MOST_DIGITS and len(_RUNS(number)) > 1


def odd_character(cell: str, *, clean: bool) -> str:
    """The character that makes a cell no number, "" where none does; `clean`: those that come off are none."""
    number = bare(cell)
    if number.lstrip(_MARKS).startswith("+"):
        number = number.replace("+", "", 1)
    others = [character for character in number if not (character.isascii() and character.isdigit())]
    return next((one for one in others if one not in _MARKS), "" if clean or not others else others[0])
