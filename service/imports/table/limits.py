"""What a file may be at most (R11)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one file (R11)."""

    bytes: int
    rows: int
