"""What a verify finds."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

from ledger.storage import NotMadeYet, StorageFault

_MOST = 100
"""Faults of a kind that are named."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it was recorded, and the position it shows at; 0 for a file as a whole.

    What is in a table of its own is located in words: the table, a colon, and the row.
    """

    position: int
    fault: str


class Findings:
    """The faults found so far. No content of a file ends the search: what cannot be read is one of them."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def add(self, faults: Iterable[Fault]) -> None:
        """Take these, up to a hundred of them."""
        self.faults.extend(islice(faults, _MOST))

    @contextmanager
    def of(self, part: str, mending: str) -> Iterator[None]:
        """What fails in the block is a fault of this part of the ledger, and `mending` is what to do about it.

        Only what can heal is raised: a full disk, a busy file; and NotMadeYet.
        """
        try:
            yield
        except NotMadeYet:
            raise
        except StorageFault as fault:
            if fault.is_passing:
                raise
            said = str(fault).split(" with text ")[0]  # the driver goes on with the text itself
            self.faults.append(Fault(0, f"{part} is damaged: {said}; {mending}"))
        except (OSError, MemoryError):
            raise
        except Exception as fault:
            self.faults.append(Fault(0, f"{part} makes no sense ({type(fault).__name__}: {fault}); {mending}"))
