"""Generations of the state: `contacts-<n>.db`, and a pointer file that names the one in use (decision 12)."""

import os
from pathlib import Path

from ledger.sqlite import NotMadeYet
from projections.drafts import discard
from projections.indexes import Asked

_POINTER = "current"


class Generations:
    """The folder of state files. The pointer is replaced in one step, so a reader always finds a whole generation."""

    def __init__(self, folder: Path) -> None:
        """`folder` is made when it is missing."""
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def asked(self) -> Asked:
        """The indexes that readers of lists asked for."""
        return Asked(self.folder / "indexes")

    def current(self) -> int | None:
        """The number of the generation in use; None before the first."""
        try:
            return int((self.folder / _POINTER).read_text(encoding="ascii"))
        except FileNotFoundError:
            return None

    def path(self, number: int) -> Path:
        """The file of a generation."""
        return self.folder / f"contacts-{number}.db"

    def building(self, number: int) -> Path:
        """The file in which a generation is folded before it may be used."""
        return self.folder / f"contacts-{number}.building"

    def current_path(self) -> Path:
        """The file in use. Raises NotMadeYet before the first generation."""
        number = self.current()
        if number is None:
            raise NotMadeYet("there is no contact state yet: start the projector (`contacts serve`)")
        return self.path(number)

    def newest(self) -> int:
        """The highest number that any file here has; 0 when there is none."""
        return max((int(path.stem.removeprefix("contacts-")) for path in self.folder.glob("contacts-*.*")), default=0)

    def complete(self, number: int) -> None:
        """A built file is whole and closed: give it its final name, from which the projector takes it up."""
        os.replace(self.building(number), self.path(number))

    def waiting(self) -> int | None:
        """A complete generation newer than the one in use, which the projector should switch to."""
        current = self.current() or 0
        newer = [number for number in self._complete() if number > current]
        return max(newer, default=None)

    def switch(self, number: int) -> None:
        """Make this generation the one in use; keep the one before it, remove those before that."""
        before = self.current()
        temporary = self.folder / f"{_POINTER}.{os.getpid()}"
        with temporary.open("w", encoding="ascii") as file:
            file.write(str(number))
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, self.folder / _POINTER)
        for old in self._complete():
            if old < number and old != before:
                discard(self.path(old))

    def _complete(self) -> list[int]:
        return [int(path.stem.removeprefix("contacts-")) for path in self.folder.glob("contacts-*.db")]
