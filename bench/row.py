"""What a row of the table is, and what its measuring gives."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from bench.oracle import Expected
from bench.running import Place
from bench.sizes import Sizes
from ledger.log.sqlite.reading.reader import SqliteLogReader
from projections.state.digest import content_digest
from projections.state.sqlite.reader import reading

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Figure:
    """One number against its bounds. `is_less_better` where a small one is good."""

    value: float
    unit: str
    at_least: float
    aim: float
    is_less_better: bool = False
    what: str = ""

    def reaches(self, bound: float) -> bool:
        """Whether the number is at the bound or better."""
        return self.value <= bound if self.is_less_better else self.value >= bound


@dataclass(frozen=True, slots=True)
class Result:
    """What a row's measuring gave: its figures, how they came about, and everything measured on the way."""

    figures: tuple[Figure, ...]
    how: str
    measured: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table. `measure` raises Wrong when what was measured is not what had to come out."""

    number: int
    name: str
    what: str
    measure: Callable[["Run"], Result]


class Wrong(Exception):
    """The counts or the content are not the oracle's: a fast wrong answer is no result."""


@dataclass(slots=True)
class Run:
    """One run of the bench: its sizes, its folder, and what several rows share."""

    sizes: Sizes
    folder: Path
    profiles: Path | None = None
    _shared: dict[str, Any] = field(default_factory=dict)
    _places: int = 0

    def shared(self, name: str, make: Callable[[], _T]) -> _T:
        """What `make` gave the first time it was asked for under this name."""
        if name not in self._shared:
            self._shared[name] = make()
        found: _T = self._shared[name]
        return found

    def place(self, name: str, *, bus: str | None = None) -> Place:
        """A fresh deployment."""
        self._places += 1
        profile = self.profiles / name if self.profiles is not None else None
        return Place(self.folder / f"{self._places}-{name}", bus=bus, profile=profile)


def check(place: Place, expected: Expected) -> None:
    """Compare contact state with the oracle: how many contacts, and the digest of what they say. Raises Wrong."""
    with reading(place.drivers.generations().current_path()) as state:
        contacts, digest = state.count(), content_digest(state.by_identity())
    if contacts != expected.contacts:
        raise Wrong(f"{contacts} contacts in state, {expected.contacts} expected")
    if digest != expected.digest:
        raise Wrong(f"the content digest is {digest}, {expected.digest} expected")


def head(place: Place) -> int:
    """The position of the newest entry."""
    log = SqliteLogReader(place.deployment.log_path)
    try:
        return log.head().position
    finally:
        log.close()


def discard(place: Place) -> None:
    """Remove a deployment that is no longer needed."""
    shutil.rmtree(place.folder)
