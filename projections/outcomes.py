"""What became of an import's row: decided once, from the state just before and just after its messages (R22)."""

from enum import StrEnum

import msgspec

from projections.fold import Event, State, differ


class Outcome(StrEnum):
    """In the order in which the first that applies to any of a row's messages counts."""

    REJECTED = "rejected"
    SKIPPED = "skipped"
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


_ORDER = {outcome: order for order, outcome in enumerate(Outcome)}


class RowOutcome(msgspec.Struct, frozen=True, gc=False):
    """A row's outcome so far; `is_older` when one of its values lost to a newer one (R4)."""

    outcome: Outcome
    is_older: bool


def of_event(before: State | None, after: State, event: Event) -> RowOutcome:
    """What one accepted message of a row did."""
    stamp = (event.stated, event.position)
    is_older = before is not None and any(after.stamp_of(name) != stamp for name in event.traits or ())
    if before is None:
        return RowOutcome(Outcome.CREATED, is_older)
    return RowOutcome(Outcome.UPDATED if differ(before, after) else Outcome.UNCHANGED, is_older)


def combined(first: RowOutcome | None, second: RowOutcome) -> RowOutcome:
    """A row's outcome from those of its two messages."""
    if first is None:
        return second
    outcome = min(first.outcome, second.outcome, key=_ORDER.__getitem__)
    return RowOutcome(outcome, first.is_older or second.is_older)
