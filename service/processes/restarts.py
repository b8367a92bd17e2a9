"""What to do when a child process ends: start it again, and when, or give up. Pure."""

from dataclasses import dataclass, replace

from service.deployment.parts import CANNOT_RUN

FIRST_WAIT = 0.2
LONGEST_WAIT = 15.0
STEADY = 30.0
"""Seconds: waits double from the first to the longest; after a steady run they begin anew."""


@dataclass(frozen=True, slots=True)
class RestartHistory:
    """What is remembered of one child: how often in a row it ended soon after its start."""

    short_runs: int = 0


@dataclass(frozen=True, slots=True)
class Restart:
    """Start the child again after `wait` seconds."""

    wait: float
    record: RestartHistory


@dataclass(frozen=True, slots=True)
class GiveUp:
    """End the whole: this child cannot run."""


def decide(record: RestartHistory, exit_code: int, lived: float) -> Restart | GiveUp:
    """What follows from a child's end that nobody asked for. `exit_code` is negative for a signal, `lived` seconds."""
    if exit_code == CANNOT_RUN:
        return GiveUp()
    if lived >= STEADY:
        record = RestartHistory()
    wait = min(FIRST_WAIT * 2**record.short_runs, LONGEST_WAIT)
    return Restart(wait, replace(record, short_runs=record.short_runs + 1))
