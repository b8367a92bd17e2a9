"""How far the rows of a file are judged."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """What is before `at` (in the order of publishing) is durable on the bus, its rejects in their file.

    `rank` is the last accepted row's; `phone` and `keeper` are its phone's digits and its index. `rejects_size` is in
    bytes.
    """

    at: int = 0
    rank: int = 0
    phone: int = 0
    keeper: int = 0
    duplicate: int = 0
    rejected: int = 0
    rejects_size: int = 0
