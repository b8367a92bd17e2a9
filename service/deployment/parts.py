"""The parts of a deployment, each with its command, its files and what its end means: one table for all who ask."""

import errno
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

CANNOT_RUN = 1
"""The exit code by which a part says that starting it again would not help; its last line says why."""

MAY_HEAL = 75
"""The exit code (EX_TEMPFAIL) of a part that ends by itself and should be started again, as after a signal.

Anything but CANNOT_RUN has the same effect; an uncaught exception must not end with Python's own code, which is 1.
"""

FOR_A_PERSON = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR, errno.EADDRINUSE})
"""Faults of the system that no new start mends; all others (a full disk, no free file descriptor) may pass."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part to run: its name for people, and its command after `contacts`."""

    name: str
    command: tuple[str, ...]
    is_alone: bool
    """Whether just one process may be it: it holds a lock, by which others see that it lives."""

    def lock(self, data: Path) -> Path:
        """Held by the one process that is this part, which touches it while it works."""
        return data / f"{self.name}.lock"

    def trouble(self, data: Path) -> Path:
        """What the part is trying to get over, while there is something."""
        return data / f"{self.name}.trouble"

    def ends(self, data: Path) -> Path:
        """When it ended of late without being asked to."""
        return data / f"{self.name}.ends"


API = Part("api", ("api",), is_alone=False)
IMPORTER = Part("importer", ("imports", "run"), is_alone=True)
CONSUMER = Part("consumer", ("consume",), is_alone=True)
PROJECTOR = Part("projector", ("project",), is_alone=True)

PARTS = (API, IMPORTER, CONSUMER, PROJECTOR)
"""In the order in which they are told to end: who takes work in goes first."""


def part_of(arguments: Sequence[str]) -> Part | None:
    """The part that a command line runs; None for any other command."""
    return next((part for part in PARTS if tuple(arguments[: len(part.command)]) == part.command), None)


def exit_code(arguments: Sequence[str], fault: BaseException | None = None) -> int:
    """With which code a command ends by a fault that was not foreseen, or by one of the system's (`fault`)."""
    if part_of(arguments) is None or (isinstance(fault, OSError) and not is_passing(fault)):
        return CANNOT_RUN
    return MAY_HEAL


def is_passing(fault: BaseException) -> bool:
    """Whether a fault of the system may heal by waiting."""
    return isinstance(fault, OSError) and fault.errno not in FOR_A_PERSON
