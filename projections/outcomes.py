"""What became of an import's row: decided once, from the state just before and just after its messages (R22)."""

from collections.abc import Iterable, Iterator
from typing import Literal, get_args

import msgspec

Outcome = Literal["rejected", "skipped", "created", "updated", "unchanged"]
"""In the order in which the first that applies to any of a row's messages counts."""

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
_ORDER = {outcome: order for order, outcome in enumerate(OUTCOMES)}

RowKey = tuple[str, int]
"""(import id, row number)."""

SoFar = tuple[Outcome, bool]
"""A row's outcome up to now, and whether one of its values lost to a newer one (R4)."""


class RowMessage(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What a message of an import's row did; `is_older` when one of its values lost to a newer one (R4).

    `is_last`: no other message of the row comes after it. A closed row is its last message with the row's outcome.
    """

    position: int
    import_id: str
    row: int
    is_last: bool
    outcome: Outcome
    is_older: bool


def closed(messages: Iterable[RowMessage], open_rows: dict[RowKey, SoFar]) -> Iterator[RowMessage]:
    """The rows that these messages, in log order, complete; those they leave open stay in `open_rows`."""
    for message in messages:
        if message.is_last and not open_rows:
            yield message
            continue
        key = (message.import_id, message.row)
        outcome, is_older = _combined(open_rows.pop(key, None), (message.outcome, message.is_older))
        if message.is_last:
            yield msgspec.structs.replace(message, outcome=outcome, is_older=is_older)
        else:
            open_rows[key] = outcome, is_older


def _combined(first: SoFar | None, second: SoFar) -> SoFar:
    if first is None:
        return second
    return min(first[0], second[0], key=_ORDER.__getitem__), first[1] or second[1]
