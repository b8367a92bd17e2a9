"""The tags of a row from columns of the file, beside those of the upload (R5, R19, R20)."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

import orjson

from ledger.events import tags as rules
from ledger.events.quoting import shown
from ledger.events.tags import MOST_TAGS
from service.imports.columns.cells import CellFault
from service.imports.columns.column_map import ColumnMap

_PARTERS = ",;|"
_OF_GOOGLE = ":::"
_parter = re.compile(f"[{_PARTERS}]")


def split_tags(cell: str) -> list[str]:
    """The tags in a cell, which `,` `;` or `|` part, and Google's ` ::: `; not within a pair of double quotes."""
    text = cell.replace(_OF_GOOGLE, ",")
    has_pairs = text.count('"') % 2 == 0
    parts: list[list[str]] = [[]]
    for place, piece in enumerate(text.split('"') if has_pairs else [text]):
        first, *others = [piece] if place % 2 else _parter.split(piece)  # every second piece is within quotes
        parts[-1].append(first)
        parts += [[other] for other in others]
    return [tag for part in parts if (tag := "".join(part).strip())]


def joined_tags(tags: Iterable[str]) -> str:
    """A cell with these tags, which `split_tags` parts again; only a tag with both a parter and a quote is not one."""
    return "; ".join(f'"{tag}"' if {*_PARTERS, *_OF_GOOGLE}.intersection(tag) else tag for tag in tags)


class RowTags:
    """Reads the tags of rows of one mapping. `places` are the columns of tags."""

    def __init__(self, columns: ColumnMap, chosen: Sequence[str]) -> None:
        self.places = tuple(place for place, column in enumerate(columns.columns) if column.is_tags)
        self._chosen = {rules.fold(tag): tag for tag in chosen}
        self.of = lru_cache(maxsize=4096)(self._of)

    def _of(self, cells: tuple[str, ...]) -> str:
        """The JSON list of a row's tags, the upload's among them; `cells` are the columns'. Raises CellFault."""
        found = dict(self._chosen)
        for tag in (tag for cell in cells for tag in split_tags(cell)):
            try:
                one = rules.clean(tag)
            except ValueError as fault:
                raise CellFault("tag_invalid", f"has a tag that is none, {shown(tag)}: {fault}") from fault
            found.setdefault(rules.fold(one), one)
        if len(found) > MOST_TAGS:
            raise CellFault("tag_invalid", f"makes {len(found)} tags of the row; {MOST_TAGS} are allowed")
        return orjson.dumps(list(found.values())).decode()
