"""What to say where no column is the phone number: which ones may be (R10, R19)."""

import re
from collections.abc import Sequence
from itertools import takewhile

from service.imports.columns.attributes import PHONE_NUMBER, found_by_title, less_sure
from service.imports.columns.headers import holds_values, title_of

_SHOWN = 50
_MOST = 5
_HALF = 0.5
_ROWS_ABOVE = 10
"""Of the sample: so far below a title a header is looked for."""

_says_phone = re.compile(
    r"phone|mobile|mobil|\bmob\b|telefon|teléfono|\btel\b|cell|celular|whats|\bwa\b|msisdn|contact|handy|móvil|movil"
    r"|fone|number|numero|número|फ़ोन|फोन|मोबाइल",
    re.IGNORECASE,
).search
_marks = re.compile(r"[\s().\-\u00a0\u2010-\u2015\u202a-\u202e']+").sub
_has_digit = re.compile(r"\d").search
_is_phone = re.compile(r"\+?\d{8,15}").fullmatch


def no_phone(headers: Sequence[str], taken: Sequence[bool], rows: Sequence[Sequence[str]]) -> str:
    """The fault's sentence. `taken` are columns that are something else for sure; `rows` a sample, maybe none."""
    below = _header_below(rows)
    if below is not None:
        return (
            f"The first row does not name the columns: a row below it does, {', '.join(map(repr, below))}. "
            "Remove the rows above that one, so that it is the first."
        )
    open_columns = [place for place, header in enumerate(headers) if header and not taken[place]]
    by_value = {place: share for place in open_columns if (share := _share(place, rows)) >= _HALF}
    by_name = [place for place in open_columns if _says_phone(headers[place].replace("_", " "))]
    likely = sorted({*by_value, *by_name}, key=lambda place: (place not in by_name, -by_value.get(place, 0.0), place))
    named = ", ".join(repr(headers[place][:60]) for place in likely[:_MOST])
    if named:
        return f"No column is the phone number; map one to {PHONE_NUMBER}. Perhaps {named}?"
    every = ", ".join(repr(header[:60]) for header in headers[:_SHOWN] if header)
    return f"No column is the phone number; map one to {PHONE_NUMBER}. The columns are {every}."


def _header_below(rows: Sequence[Sequence[str]]) -> list[str] | None:
    """The titles of the first row that names the columns, as under a title or a second header; else None.

    No values stand above such a row, nor in it: a row of values may hold the words of a header, and is not quoted.
    """
    above = takewhile(lambda row: not holds_values(row), rows[:_ROWS_ABOVE])
    return next(filter(None, (_header_in(row, rows[place + 1 :]) for place, row in enumerate(above))), None)


def _header_in(row: Sequence[str], below: Sequence[Sequence[str]]) -> list[str] | None:
    """The titles of a row that names the phone and something else, where what stands below may be phones; else None."""
    titles = [title_of(cell)[:60] for cell in row]
    sure = found_by_title({place: title for place, title in enumerate(titles) if title})
    left = ["" if place in sure else title for place, title in enumerate(titles)]
    meant = {**sure, **less_sure(left, set(sure.values()))}
    phones = [place for place, attribute in meant.items() if attribute == PHONE_NUMBER]
    if not any(_has_digits(place, below) for place in phones) or len({*meant.values()}) == 1:
        return None
    return [title for title in titles if title]


def _has_digits(place: int, rows: Sequence[Sequence[str]]) -> bool:
    """Whether half of what stands in a column could be phones, however they are written; also where nothing does."""
    cells = [row[place] for row in rows if place < len(row) and row[place].strip()]
    return sum(_has_digit(cell) is not None for cell in cells) >= len(cells) * _HALF


def _share(place: int, rows: Sequence[Sequence[str]]) -> float:
    cells = [cell for row in rows if place < len(row) and (cell := _marks("", row[place]))]
    return sum(_is_phone(cell) is not None for cell in cells) / len(cells) if cells else 0.0
