"""What the columns of a file are called, as a person would say it, so that each can be named (R19)."""

import re
from collections import Counter
from collections.abc import Sequence

from service.imports.columns.phone_cells import bare

_UNSEEN = r"\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
_AROUND = re.compile(rf"^[{_UNSEEN}]+|(?<![{_UNSEEN}])[{_UNSEEN}]+$")
_TEXT_MARK = re.compile(r'="(.*)"', re.DOTALL)
_VALUE = re.compile(
    r"\+?(?:[\s().-]*\d){9,15}[\s().-]*|\d[.,]\d+E\+\d\d|[^@\s]+@[^@\s][^@\s.]*\.[^@\s]+", re.ASCII | re.IGNORECASE
).fullmatch
_LINE_BREAKS = re.compile(r"(?<!\s)\s*?[\t\r\n]\s*")


def title_of(cell: str) -> str:
    """What a header says, without what nobody sees around it and a spreadsheet's mark for text."""
    left = _AROUND.sub("", cell)
    marked = _TEXT_MARK.fullmatch(left)
    return _LINE_BREAKS.sub(" ", _AROUND.sub("", marked[1]) if marked is not None else left)


def holds_values(row: Sequence[str]) -> bool:
    """Whether it is a row of values: no column is called by a phone (damaged or not) or an e-mail address."""
    return any(map(_VALUE, map(bare, row)))


def told_apart(titles: Sequence[str]) -> list[str]:
    """The names of columns: of those with one title, each has its letter in a spreadsheet behind it.

    Of `City` and `City` in the third and fourth column: `City (column C)` and `City (column D)`.
    """
    times = Counter(titles)
    return [
        f"{title} (column {_letters(place)})" if title and times[title] > 1 else title
        for place, title in enumerate(titles)
    ]


def _letters(place: int) -> str:
    """The column as spreadsheets call it: A is the first, AA follows Z."""
    said, left = "", place + 1
    while left:
        left, digit = divmod(left - 1, 26)
        said = chr(ord("A") + digit) + said
    return said
