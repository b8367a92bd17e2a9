"""What can go wrong with a file of ours, in words that do not depend on the driver behind it."""

from collections.abc import Callable


class StorageFault(Exception):
    """A file of ours cannot be opened, read or written. Drivers raise it in the place of their library's exceptions."""

    def __init__(
        self, message: str, *, kind: str = "", is_passing: bool = False, is_damage: bool = False, is_busy: bool = False
    ) -> None:
        super().__init__(message)
        self.kind = kind or type(self).__name__
        """A name for it in logs: the message of a fault may quote what is in a row."""
        self.is_passing = is_passing
        """Whether it can heal by waiting: a full disk, a lock, an I/O error; not damage, not misuse."""
        self.is_damage = is_damage
        """Whether the content of the file is not what was written to it."""
        self.is_busy = is_busy
        """Whether somebody else only is at work on the file; such a fault is passing too."""


class NotMadeYet(StorageFault):
    """The file is not there yet, or of an earlier version: the process that makes it has not run."""


class TookTooLong(Exception):
    """What was asked of a file was not found within the time that was given for it; it can be asked again."""


class UnsafeDriver(Exception):
    """The library that reads and writes our files can damage them, and no better one is installed."""


CopyProgress = Callable[[int, int], None]
"""Called with the bytes that are copied, and all there are; may raise to break off."""


def unseen(_done: int, _all: int) -> None:
    """The progress of a copy at which nobody looks."""
