"""The log's newest entry, on which the next one is chained."""

from dataclasses import dataclass

from ledger.log import chain


@dataclass(frozen=True, slots=True)
class Head:
    """An entry as the end of the log: its position, its hash, and when it was recorded (microseconds)."""

    position: int
    hash: bytes
    recorded: int


EMPTY = Head(0, chain.GENESIS, 0)
"""Of a log without entries."""
