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
        if self.resume > self.first:
            return f"partition {self.partition}: {self.resume - self.first} messages from offset {self.first} are gone"
        return (
            f"partition {self.partition}: the log has taken {self.first - self.resume} messages more than the bus has"
            f" (offset {self.first}, the bus ends at {self.resume})"
        )


def gaps(stored: Mapping[int, int], ranges: Mapping[int, tuple[int, int]]) -> tuple[Gap, ...]:
    """The partitions whose stored offset is outside [begin, end] of the bus; none for a partition never read."""
    found = []
    for partition, (begin, end) in sorted(ranges.items()):
        offset = stored.get(partition)
        if offset is not None and offset < begin:
            found.append(Gap(partition, offset, begin))
        elif offset is not None and offset > end:
            found.append(Gap(partition, offset, end))
    return tuple(found)


def starting_points(stored: Mapping[int, int], ranges: Mapping[int, tuple[int, int]]) -> dict[int, int]:
    """The offset to seek to in each partition: the log's, or the beginning of one never read."""
    return {partition: stored.get(partition, begin) for partition, (begin, _) in ranges.items()}
