"""The address of a list of contacts is its state: search, filters, order, place and moment stand in it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from projections.conditions.wanted import Sort, sort_by
from service.hub.contacts.filters import in_words
from service.hub.frame.words import visible

LAST_CHANGE = "last_change"
"""The column that tells what changed last; it is in order by when that was."""

RECORDED = ("modified", "created", LAST_CHANGE)
"""Columns of moments."""

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII).fullmatch


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter as the page shows it, and the address of the list without it."""

    text: str
    without: str


@dataclass(frozen=True, slots=True)
class ListAddress:
    """What an address of the list asks for. `filtering` is the field whose filter is being chosen.

    `view` is the saved view that it began with.
    """

    q: str
    where: tuple[str, ...]
    tags: tuple[str, ...]
    sort: Sort
    cursor: str | None
    as_of: str
    columns: tuple[str, ...]
    filtering: str = ""
    view: str = ""

    @property
    def is_as_of_day(self) -> bool:
        """Whether the list is asked for as it was at the end of a day, and not at a moment or position."""
        return _DAY(self.as_of) is not None

    @classmethod
    def of(cls, arguments: Any, columns: tuple[str, ...]) -> "ListAddress":
        """Read an address."""
        return cls(
            q=arguments.get("q", "").strip(),
            where=tuple(filter(None, arguments.getlist("where"))),
            tags=tuple(filter(None, arguments.getlist("tag"))),
            sort=arguments.get("sort") or "-modified",
            cursor=arguments.get("cursor") or None,
            as_of=arguments.get("as_of", "").strip(),
            columns=columns,
            filtering=arguments.get("filter", ""),
            view=arguments.get("view", ""),
        )

    @classmethod
    def to(cls, selection: Mapping[str, Any]) -> "ListAddress":
        """The list of whom a selection finds, given by `where`, `tag` and `q`."""
        where, tags = tuple(selection["where"]), tuple(selection["tag"])
        return cls(selection["q"] or "", where, tags, "-modified", None, "", ())

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The address's query, without the place in the list."""
        found = [("q", self.q)] if self.q else []
        found += [("where", one) for one in self.where] + [("tag", one) for one in self.tags]
        if self.sort != "-modified":
            found.append(("sort", self.sort))
        if self.as_of:
            found.append(("as_of", self.as_of))
        if self.view:  # its address alone stands for the view as it was saved, and not for a list without filters
            found = [("view", self.view), *(found or [("q", "")])]
        return found

    @property
    def is_filtered(self) -> bool:
        """Whether it asks for some contacts only."""
        return bool(self.q or self.where or self.tags)

    def address(self, *, cursor: str | None, **more: str) -> str:
        """The list's address, at this place; `more` says what else of the page."""
        pairs = [*self.pairs, *([("cursor", cursor)] if cursor else []), *more.items()]
        return "/contacts" + (f"?{urlencode(pairs)}" if pairs else "")

    def with_condition(self, condition: str) -> "ListAddress":
        """The same list with one more condition."""
        return self._changed(where=tuple(dict.fromkeys((*self.where, condition))))

    def sorted_by(self, column: str) -> str:
        """The address of the list sorted by a column, or the other way if it is that already; dates newest first."""
        up, down = self.sorts_of(column)
        first, other = (down, up) if column in RECORDED else (up, down)
        return self._changed(sort=other if self.sort == first else first).address(cursor=None)

    def sorts_of(self, column: str) -> tuple[Sort, Sort]:
        """What sorts by a column, up and down."""
        column = "modified" if column == LAST_CHANGE else column
        if column in RECORDED:
            return column, f"-{column}"
        return sort_by(column), sort_by(column, is_down=True)

    def direction(self, column: str) -> str | None:
        """Which way the list is sorted by a column, in ARIA's words; None: it is not."""
        return dict(zip(self.sorts_of(column), ("ascending", "descending"), strict=True)).get(self.sort)

    def _changed(self, **members: Any) -> "ListAddress":
        values = {name: getattr(self, name) for name in self.__slots__}
        return ListAddress(**{**values, "cursor": None, "filtering": "", **members})

    def without(self, kind: str, text: str) -> str:
        """The address of the list without a filter."""
        left = tuple(one for one in getattr(self, kind) if one != text)
        return self._changed(**{kind: left}).address(cursor=None)


def chips(asked: ListAddress, file_name: Callable[[str], str | None]) -> list[Chip]:
    """The filters of a list, each as a text and with the address without it; `file_name` as `in_words` takes it."""
    found = [Chip(in_words(one, file_name), asked.without("where", one)) for one in asked.where]
    found += [Chip(f"has the tag {visible(one)}", asked.without("tags", one)) for one in asked.tags]
    if asked.q:
        found.append(Chip(f"contains “{visible(asked.q)}”", asked._changed(q="").address(cursor=None)))
    return found
