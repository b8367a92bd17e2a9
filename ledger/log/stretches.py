"""When a phone that was given up was whose: an order that gives it up ends one's time, and begins another's. Pure.

A phone can be a person's until it is given up, somebody else's from there on, and the person's once more. What came in
a time in which it was nobody's is taken as about whoever had it next; where nobody had, an erasure takes it as about
whoever had it last, and nobody is handed it.
"""

from collections.abc import Sequence
from typing import NamedTuple


class GivingUp(NamedTuple):
    """An order that gave up a phone: its position, when the bus took it, and whether it was the person's until then."""

    position: int
    at: int
    was_theirs: bool


class Stretch(NamedTuple):
    """A part of the log in which a phone was a person's, between two orders; None: from its start, or to its end."""

    since: GivingUp | None
    until: GivingUp | None

    def has(self, position: int) -> bool:
        """Whether the entry at a position is in this part; the orders that bound it are not."""
        return (self.since is None or position > self.since.position) and (
            self.until is None or position < self.until.position
        )


ALWAYS = Stretch(None, None)


def stretches(given_up: Sequence[GivingUp], *, is_theirs: bool | None) -> list[Stretch]:
    """The parts of the log in which a phone was a person's; `given_up` are the orders that gave it up, in log order.

    `is_theirs` says whether the person has it by now; None: nobody has.
    """
    theirs = [one.was_theirs for one in given_up]
    if is_theirs is None:
        is_theirs = theirs[-1] if theirs else True
    edges, found = [None, *given_up, None], list[Stretch]()
    for place, was_theirs in enumerate([*theirs, is_theirs]):
        since, until = edges[place], edges[place + 1]
        if was_theirs and found and found[-1].until is since:
            found[-1] = Stretch(found[-1].since, until)
        elif was_theirs:
            found.append(Stretch(since, until))
    return found
