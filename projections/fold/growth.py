"""How many contacts there are, and how that came: counted by quarter hour and source while the log is folded.

A quarter hour is the largest part that days of every time zone are made of. What was once counted stays: an undo counts
what it took away at its own time, so that the sums up to any moment are what was true then (R29). So the counts do not
depend on the order or the size of the steps in which the log was folded.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from ledger.events.traits import WHATSAPP_OPTED
from ledger.log.undo import Undoing
from projections.fold.component import Revision, Step
from projections.fold.state import ContactState

QUARTER = 15 * 60 * 1_000_000
"""In microseconds."""


class Origin(NamedTuple):
    """When, in quarter hours since the epoch, from which source, by its number in the log (0: not known any more), and
    under which name of a key or person ('' where the message does not say).
    """

    quarter: int
    source: int
    by: str


class Counts(msgspec.Struct, gc=False, array_like=True):
    """What happened: contacts made, merged into others, taken away by an undo and brought back; how many more have
    opted in to WhatsApp than before; how many events about contacts there were; and how many contacts were erased.
    """

    made: int = 0
    merged: int = 0
    undone: int = 0
    redone: int = 0
    opted_in: int = 0
    events: int = 0
    erased: int = 0

    @property
    def contacts(self) -> int:
        """How many more contacts there are than before."""
        return self.made - self.merged - self.undone + self.redone - self.erased


class Growth:
    """Counts of entries folded so far."""

    __slots__ = ("_last", "_of_last", "counts")

    def __init__(self) -> None:
        self.counts: dict[Origin, Counts] = {}
        self._last: tuple[int, int | None, str | None] | None = None
        self._of_last = Counts()

    def of(self, recorded: int, source: int | None, by: str | None) -> Counts:
        """The counts of what was recorded at a moment, to be added to."""
        asked = recorded // QUARTER, source, by
        if asked != self._last:  # of an import, thousands come one after the other
            self._last = asked
            self._of_last = self.counts.setdefault(Origin(asked[0], source or 0, by or ""), Counts())
        return self._of_last

    def take(self, step: Step, recorded: int, source: int | None, by: str | None) -> None:
        """Count an event's step."""
        counts = self.of(recorded, source, by)
        counts.events += 1
        before, after, absorbed = step.before, step.after, step.absorbed
        if before is not None and after is not None and absorbed is None:  # most events, and this is done for each
            was, now = before.traits.get(WHATSAPP_OPTED), after.traits.get(WHATSAPP_OPTED)
            if was is not now:
                counts.opted_in += (now is True) - (was is True)
            return
        change = (after is not None) - (before is not None) - (absorbed is not None)
        if change > 0:
            counts.made += change
        elif change < 0:
            counts.merged -= change
        counts.opted_in += _opted_in(after) - _opted_in(before) - _opted_in(absorbed)

    def take_revision(self, step: Step, cause: Revision) -> None:
        """Count what an undo, a redo or a split did to a contact.

        A split takes back the merge that it ends; whom only a changed number had made was never counted, and is new.
        """
        counts = self.of(cause.recorded, cause.source if isinstance(cause, Undoing) else None, None)
        change = (step.after is not None) - (step.before is not None)
        if not isinstance(cause, Undoing):
            if cause.is_new and step.contact == cause.event.absorbed:
                counts.made += change
            else:
                counts.merged -= change
        elif change > 0:
            counts.redone += change
        elif change < 0:
            counts.undone -= change
        counts.opted_in += _opted_in(step.after) - _opted_in(step.before)


def opted_in(states: Iterable[ContactState]) -> int:
    """How many of these have opted in to WhatsApp."""
    return sum(map(_opted_in, states))


def erased(states: Iterable[ContactState], recorded: int, source: int | None, by: str | None) -> dict[Origin, Counts]:
    """What an erasure takes away, at its own time: these contacts, as they were counted until then.

    What was counted of them before stays, as what an undo takes away does; where the log is folded after the erasure,
    there is nothing to be counted, and nothing to be taken away.
    """
    gone = list(states)
    if not gone:
        return {}
    return {Origin(recorded // QUARTER, source or 0, by or ""): Counts(erased=len(gone), opted_in=-opted_in(gone))}


def summed(counts: Iterable[Counts]) -> Counts:
    """All of these together."""
    total = Counts()
    for one in counts:
        total.made += one.made
        total.merged += one.merged
        total.undone += one.undone
        total.redone += one.redone
        total.opted_in += one.opted_in
        total.events += one.events
        total.erased += one.erased
    return total


def _opted_in(state: ContactState | None) -> bool:
    return state is not None and state.traits.get(WHATSAPP_OPTED) is True


Since = Mapping[int, int]
"""By a contact's number, the position of the first undo or redo that it has yet to be counted for."""
