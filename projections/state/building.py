"""State files under construction: `*.building`, one at a time in a folder, none of them outliving a killed builder."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def discard(path: Path) -> None:
    """Remove a state file with its side files."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


@contextmanager
def building_alone(folder: Path) -> Iterator[None]:
    """Be the only builder in `folder`, which is made when it is missing; waits for another one.

    What a killed builder left is removed, for it holds contacts; so is what the block leaves unfinished.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(folder / "building.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        _discard_drafts(folder)
        try:
            yield
        finally:
            _discard_drafts(folder)
    finally:
        os.close(descriptor)


def _discard_drafts(folder: Path) -> None:
    for left in folder.glob("*.building*"):  # a killed discard leaves side files alone
        left.unlink()
