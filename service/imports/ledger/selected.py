"""Where the rows of a change of many contacts come from: a selection of the list, frozen as a file of identities."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from projections.lists.refreshed import OpenLog, every_page
from projections.state.generations import Generations
from service.imports.columns.attributes import PHONE_NUMBER, TITLES, USER_ID
from service.imports.columns.column_map import Column, ColumnMap
from service.imports.table.refusal import FileRefused
from service.queries.business_days import BusinessDays
from service.queries.filters.selection import Selection, wanted

COLUMNS = ColumnMap((Column(TITLES[PHONE_NUMBER], PHONE_NUMBER), Column(TITLES[USER_ID], USER_ID)))
"""Of the frozen file. A contact stands in it by its full phone, or where it has none by its user id."""

_PAGE = 2_000


def selection_of(edit: Mapping[str, Any]) -> Selection:
    """The contacts that an edit is about, as it says it."""
    return Selection(tuple(edit["where"]), tuple(edit["tag"]), edit["q"], edit["match"])


@dataclass(frozen=True, slots=True)
class Selected:
    """Finds the contacts of a selection. `log` is the states', `once` as `Names` takes it."""

    states: Generations
    log: OpenLog
    once: Callable[[str], bool]
    days: BusinessDays

    def lines(self, edit: Mapping[str, Any]) -> Iterator[bytes]:
        """The frozen file, piece by piece, all as of one moment. Raises FileRefused for a condition that is wrong."""
        yield header_line()
        with self.states.in_use().reading() as state:
            state.freeze()
            try:
                chosen, _ = wanted(selection_of(edit), state, self.log, self.once, self.days)
            except ValueError as fault:
                raise FileRefused(f"The selection is not possible: {fault}.") from fault
            for found in every_page(state, self.log, chosen, _PAGE):
                yield identity_lines((one.phone, one.user_id) for one in found)


def header_line() -> bytes:
    """The first line of a frozen file."""
    return _written([[column.header for column in COLUMNS.columns]])


def identity_lines(contacts: Iterable[tuple[str | None, str | None]]) -> bytes:
    """The lines of contacts, each given by its phone in E.164 and its user id."""
    return _written([[phone or "", "" if phone else user_id or ""] for phone, user_id in contacts])


def _written(rows: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
