"""User ids as the cells of a file hold them: a spreadsheet's mark that a cell is text is no part of one (R6, R14)."""

import re
from collections.abc import Callable

from ledger.events import user_ids
from service.imports.columns.choices import Choices
from service.imports.columns.column_map import ColumnMap

ReadIds = Callable[[list[str]], list[str]]
"""Of trimmed cells, the user ids in their one form, "" for one that is nobody's; the very same list where all are so.
"""

_TEXT_MARK = re.compile(r'="(.*)"', re.DOTALL).fullmatch


def user_id_reader(columns: ColumnMap, choices: Choices) -> ReadIds:
    """Reads the user ids of a file; an export of ours, and a change of many contacts, have them as they are."""
    return user_ids.given if choices.edit is not None or columns.is_export else _without_marks


def _without_marks(cells: list[str]) -> list[str]:
    joined = "".join(cells)
    if "'" not in joined and '="' not in joined:
        return user_ids.given(cells)
    return user_ids.given(list(map(_unmarked, cells)))


def _unmarked(cell: str) -> str:
    while True:
        marked = _TEXT_MARK(cell)
        if marked is not None:
            cell = marked[1].strip()
        elif cell.startswith("'"):
            cell = cell[1:].lstrip()
        else:
            return cell
