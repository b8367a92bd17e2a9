"""Log and contact state, handed in to whoever reads them."""

from dataclasses import dataclass

from projections.lists.refreshed import OpenLog
from projections.state.generations import Generations


@dataclass(frozen=True, slots=True)
class Readers:
    """Opens the log, or finds the state in use, anew for each question. Safe for threads.

    `log()` is for the length of a block; it raises NotMadeYet while there is none.
    """

    log: OpenLog
    states: Generations
