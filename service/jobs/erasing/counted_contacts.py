"""Whom a bulk erasure is about, frozen when they were counted: a file of their numbers, eight bytes each."""

import os
from array import array
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

_BYTES = 8
_AT_ONCE = 100_000


@dataclass(frozen=True, slots=True)
class CountedContacts:
    """The files of all bulk erasures. Numbers of contacts say nothing of a person."""

    folder: Path

    def write(self, id: str, pages: Iterable[list[int]]) -> int:
        """Put the numbers in the place of what was there, in one step; how many they are. Raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft, count = self._path(id).with_suffix(".new"), 0
        with open(draft, "wb", opener=_private) as file:
            for page in pages:
                array("q", page).tofile(file)
                count += len(page)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, self._path(id))
        return count

    def some(self, id: str, after: int, limit: int) -> list[int]:
        """Up to `limit` of them behind the first `after`. Raises FileNotFoundError."""
        with open(self._path(id), "rb") as file:
            file.seek(after * _BYTES)
            return array("q", file.read(limit * _BYTES)).tolist()

    def among(self, id: str, numbers: Collection[int]) -> set[int]:
        """Those of the numbers that are among them. Raises FileNotFoundError."""
        found, after = set[int](), 0
        while numbers and (some := self.some(id, after, _AT_ONCE)):
            found.update(set(numbers).intersection(some))
            after += len(some)
        return found

    def remove(self, id: str) -> None:
        """Remove the file, if it is there."""
        self._path(id).unlink(missing_ok=True)

    def _path(self, id: str) -> Path:
        return self.folder / f"{id}.contacts"


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
