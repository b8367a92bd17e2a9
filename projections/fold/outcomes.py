"""What became of an import's row: decided once, from the state just before and just after its messages (R22)."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Literal, get_args

import msgspec

from projections.fold.component import Step
from projections.fold.event import Event

Outcome = Literal["erased", "rejected", "skipped", "created", "updated", "unchanged"]
"""In the order in which the first that applies to any of a row's messages counts."""

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
_SETTLED = frozenset({"erased", "rejected"})
_ORDER = {outcome: order for order, outcome in enumerate(OUTCOMES)}

RowKey = tuple[str, int]
"""(import id, row number)."""

SoFar = tuple[Outcome, bool]
"""A row's outcome up to now, and whether one of its values lost to a newer one (R4)."""


class RowMessage(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What a message of an import's row did; `is_older` when one of its values lost to a newer one (R4).

    `contact` is the number of the one that the row is about; 0 for none, as when it was rejected.
    `is_last`: no other message of the row comes after it. A closed row is its last message with the row's outcome;
    `replaces`: that it was rejected before, and is taken by a retry.
    """

    position: int
    import_id: str
    row: int
    is_last: bool
    outcome: Outcome
    is_older: bool
    contact: int = 0
    replaces: bool = False


def row_message(event: Event, step: Step) -> RowMessage:
    """What an event that is of an import's row did. Rejected and skipped messages make no step."""
    assert event.import_id is not None
    assert event.row is not None
    outcome: Outcome = "created" if step.before is None else "updated" if step.has_changed else "unchanged"
    return RowMessage(event.position, event.import_id, event.row, event.is_last, outcome, step.has_lost, event.contact)


class SettledRows:
    """The rows whose outcome is `rejected` or `erased`, by import, as of a position that only ever goes on.

    What comes later for such a row changes nothing, but for a retry of a rejected one (R22): a log may have it, in
    which a rejected message of ours, replayed with other bytes around its signature, was decided again. No other row
    can come twice, since the append takes an accepted (source, id) once.
    """

    def __init__(self, load: Callable[[str], Iterable[tuple[int, Outcome]]] = lambda _: ()) -> None:
        """`load` gives those rows of an import that were closed before the first message that `closed` is told of."""
        self._load = load
        self._of: dict[str, dict[int, Outcome]] = {}

    def of(self, import_id: str) -> dict[int, Outcome]:
        """Those of one import, each with its outcome, to be looked at and added to."""
        if import_id not in self._of:
            self._of[import_id] = dict(self._load(import_id))
        return self._of[import_id]


def closed(
    messages: Iterable[RowMessage], open_rows: dict[RowKey, SoFar], settled: SettledRows, retried: Mapping[int, bool]
) -> Iterator[RowMessage]:
    """The rows that these messages, in log order, complete; those they leave open stay in `open_rows`.

    `settled` has the rows that were rejected or erased before, and gets those that are now. `retried` has the positions
    of the messages that were taken by a retry, and whether no message of the row is left refused by then: only then is
    the row's outcome another one.
    """
    import_id, rows = None, dict[int, Outcome]()
    for message in messages:
        if message.import_id != import_id:
            import_id, rows = message.import_id, settled.of(message.import_id)
        if message.row in rows:
            if message.position not in retried or rows[message.row] == "erased":
                continue
            message = msgspec.structs.replace(message, is_last=retried[message.position], replaces=True)
            if message.is_last:
                del rows[message.row]
        elif message.position in retried:  # before the row's last message came
            open_rows.pop((message.import_id, message.row), None)
        if not message.is_last or open_rows:
            key = (message.import_id, message.row)
            outcome, is_older = _combined(open_rows.pop(key, None), (message.outcome, message.is_older))
            if not message.is_last:
                open_rows[key] = outcome, is_older
                continue
            message = msgspec.structs.replace(message, outcome=outcome, is_older=is_older)
        if message.outcome in _SETTLED:
            rows[message.row] = message.outcome
        yield message


def _combined(first: SoFar | None, second: SoFar) -> SoFar:
    if first is None:
        return second
    return min(first[0], second[0], key=_ORDER.__getitem__), first[1] or second[1]
