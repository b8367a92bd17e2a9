"""Where to go on reading: the log's own offsets, checked against what the bus still keeps (decision 3)."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Gap:
    """Messages between what the log has taken and what the bus still keeps, or can still read (`is_damage`).

    `first` is the next offset the log wants, `resume` where reading could go on.
    """

    partition: int
    first: int
    resume: int
    is_damage: bool = False

    def __str__(self) -> str:
        if self.is_damage:
            return f"partition {self.partition}: offsets {self.first} to {self.resume - 1} are damaged on the bus"
        return f"partition {self.partition}: {self.resume - self.first} messages from offset {self.first} are gone"


def gaps(stored: Mapping[int, int], ranges: Mapping[int, tuple[int, int]]) -> tuple[Gap, ...]:
    """The partitions of which the bus no longer has what comes next; none for a partition never read."""
    return tuple(
        Gap(partition, stored[partition], begin)
        for partition, (begin, _) in sorted(ranges.items())
        if partition in stored and stored[partition] < begin
    )


def beyond(stored: Mapping[int, int], ranges: Mapping[int, tuple[int, int]]) -> str | None:
    """What a bus has less than the log has taken from it, as a sentence; None where it has all."""
    for partition, (_, end) in sorted(ranges.items()):
        if stored.get(partition, 0) > end:
            return (
                f"the log has taken {stored[partition] - end} messages more than the bus has (partition {partition},"
                f" offset {stored[partition]}; the bus ends at {end})"
            )
    return None


def starting_points(stored: Mapping[int, int], ranges: Mapping[int, tuple[int, int]]) -> dict[int, int]:
    """The offset to seek to in each partition: the log's, or the beginning of one never read."""
    return {partition: stored.get(partition, begin) for partition, (begin, _) in ranges.items()}
