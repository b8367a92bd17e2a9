"""Whose bus a file is: what the ledger that takes from it knows of it (R37)."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KnownBus:
    """The bus that a log takes from: its id, and the next offset it wants."""

    id: str
    following: int


@dataclass(frozen=True, slots=True)
class Belonging:
    """A bus in a file carries the id of its `ledger`, and is made only while the log takes from none.

    `known` looks at the log; None before it has adopted a bus. `is_accepting`: a person goes on with whichever bus is
    there, and has one made where there is none.
    """

    ledger: str
    known: Callable[[], KnownBus | None]
    is_accepting: bool = False
