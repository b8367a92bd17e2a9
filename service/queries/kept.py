"""Answers that cost a walk over all contacts, kept until the state changes."""

from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

from projections.state.sqlite.reader import StateReader, reading

_T = TypeVar("_T")


class KeptAnswer(Generic[_T]):
    """What `compute` finds in the state, together with the position it is as of. Safe for threads.

    One thread at a time computes; the others get what was found before, if anything was, and if that is new enough for
    them. `path` gives the state file.
    """

    def __init__(self, path: Callable[[], Path], compute: Callable[[StateReader], _T]) -> None:
        self._path = path
        self._compute = compute
        self._computing = Lock()
        self._last: tuple[Path, tuple[int, int], _T] | None = None

    def __call__(self, at_least: int = 0) -> tuple[_T, int]:
        """The newest answer and its position, which is `at_least` this one, where the state has it.

        Raises StorageFault as opening the state does.
        """
        path = self._path()
        with reading(path) as state:
            state.freeze()
            stage = state.stage()
            last = self._last
            if last is None or last[:2] != (path, stage):
                last = self._newer(path, stage, state, at_least)
            return last[2], last[1][0]

    def _newer(
        self, path: Path, stage: tuple[int, int], state: StateReader, at_least: int
    ) -> tuple[Path, tuple[int, int], _T]:
        before = self._last
        if before is not None and before[1][0] >= at_least:
            if not self._computing.acquire(blocking=False):
                return before
        else:
            self._computing.acquire()
        try:
            if self._last is None or self._last[0] != path or self._last[1] < stage:
                self._last = path, stage, self._compute(state)
            return self._last
        finally:
            self._computing.release()
