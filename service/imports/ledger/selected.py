"""Where the rows of a change of many contacts come from: a selection of the list, frozen as a file of identities."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from projections.lists.refreshed import OpenLog, every_page
from projections.state.generations import Generations
from service.imports.columns.identity_file import header_line, identity_lines
from service.imports.table.refusal import FileRefused
from service.queries.business_days import BusinessDays
from service.queries.filters.selection import Selection, wanted

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
