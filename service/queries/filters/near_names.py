"""Names that are spelled nearly like one, for whoever has mistyped it."""

from collections.abc import Collection
from difflib import get_close_matches
from heapq import nsmallest

_MOST_COMPARED = 5_000
"""Each comparison took 7 to 17 µs of CPU; a slip hardly changes the length, so those nearest in length are compared."""


def near_names(name: str, known: Collection[str], likeness: float = 0.6) -> list[str]:
    """Up to three of the names, the likest first; `likeness` is from 0 to 1, as difflib has it.

    Of more than 5,000 names those of nearly the same length are compared alone.
    """
    if len(known) > _MOST_COMPARED:
        known = nsmallest(_MOST_COMPARED, known, key=lambda one: abs(len(one) - len(name)))
    return get_close_matches(name, known, n=3, cutoff=likeness)
