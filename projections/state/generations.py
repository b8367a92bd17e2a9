"""Generations of the state: `contacts-<n>.db`, and a pointer file that names the one in use (decision 12)."""

import os
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

from ledger.belonging import refuse_other
from ledger.storage import NotMadeYet
from projections.state.building import discard
from projections.state.indexes import Asked
from projections.state.port import StoredState

_POINTER = "current"
_of_a_whole_one = re.compile(r"contacts-([0-9]{1,9})\.db", re.ASCII).fullmatch
_of_any_kind = re.compile(r"contacts-([0-9]{1,9})\..+", re.ASCII).fullmatch


class Generations:
    """The folder of state files. The pointer is replaced in one step, so a reader always finds a whole generation."""

    def __init__(self, folder: Path, stored: Callable[[Path], StoredState], ledger: str | None = None) -> None:
        """`folder` is made when it is missing; `stored` is the driver's: the state at a path.

        A state that says it is of another ledger than `ledger` is not read.
        """
        self.folder = folder
        self.stored = stored
        self._ledger = ledger
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def asked(self) -> Asked:
        """The indexes that readers of lists asked for."""
        return Asked(self.folder / "indexes")

    def current(self) -> int | None:
        """The number of the generation in use; None before the first, and where the pointer does not name any."""
        try:
            text = (self.folder / _POINTER).read_bytes().strip()
        except FileNotFoundError:
            return None
        return int(text) if re.fullmatch(rb"[0-9]{1,9}", text) else None

    def path(self, number: int) -> Path:
        """The file of a generation."""
        return self.folder / f"contacts-{number}.db"

    def state(self, number: int) -> StoredState:
        """The state of a generation."""
        return self.stored(self.path(number))

    def building(self, number: int) -> StoredState:
        """What a generation is folded into before it may be used."""
        return self.stored(self.folder / f"contacts-{number}.building")

    def current_path(self) -> Path:
        """The file in use. Raises NotMadeYet before the first generation, NotOurs for the state of another ledger."""
        number = self.current()
        if number is None:
            raise NotMadeYet(self._none())
        path = self.path(number)
        if self._ledger is not None:
            try:
                refuse_other(
                    path, _ledger_in(self.stored(path), path.stat().st_ino, path.stat().st_mtime_ns), self._ledger
                )
            except FileNotFoundError:
                raise NotMadeYet(
                    f"{path} is missing: the projector folds it anew from the log (`contacts serve`)"
                ) from None
        return path

    def in_use(self) -> StoredState:
        """The state in use. Raises as `current_path` does."""
        return self.stored(self.current_path())

    def _none(self) -> str:
        if not any(self._complete()):
            return "there is no contact state yet: start the projector (`contacts serve`)"
        pointer = self.folder / _POINTER
        told = "does not name any" if pointer.exists() else "is missing"
        return f"{pointer}, which names the contact state in use, {told}: the projector mends it (`contacts serve`)"

    def newest(self) -> int:
        """The highest number that any file here has; 0 when there is none."""
        return max(self._numbers(_of_any_kind), default=0)

    def complete(self, number: int) -> None:
        """A built file is whole and closed: give it its final name, from which the projector takes it up."""
        os.replace(self.building(number).path, self.path(number))

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
        return list(self._numbers(_of_a_whole_one))

    def _numbers(self, named: Callable[[str], re.Match[str] | None]) -> Iterator[int]:
        """The numbers in such names of files; somebody's copy of one, which has another name, is let be."""
        return (int(found[1]) for path in self.folder.glob("contacts-*") if (found := named(path.name)))

    def found(self) -> int | None:
        """The newest whole generation, for when the pointer is lost; None where there is none."""
        return max(self._complete(), default=None)


@lru_cache(maxsize=8)
def _ledger_in(stored: StoredState, _inode: int, _changed: int) -> str | None:
    """Whose state it is; looked up once, as long as it is the same file. Whoever reads a damaged one will find out."""
    return stored.ledger()
