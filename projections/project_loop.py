"""The projector's life: follow the log, and switch to a rebuilt generation between two pages."""

import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

from ledger import sqlite
from ledger.log.reader import LogReader, is_there
from ledger.pacing import pause_after
from projections.fold import VERSION
from projections.generations import Generations
from projections.projector import PAGE, Contradiction, Projector
from projections.rebuild import build_generation
from projections.store import StateStore

IDLE_SECONDS = 0.004
"""Between two looks at an idle log: what a lone call waits for at most here."""

_BLOCKS_A_TURN = 8
"""Some 10 ms of work: what a lone call then waits for at most."""

_TURNS_A_LOOK = 50
"""Between two looks for a rebuilt generation: 0.2 s on an idle log."""


class Projection:
    """The generation in use and its projector; made by whoever holds the projector lock."""

    def __init__(self, log: LogReader, generations: Generations) -> None:
        """Opens the current generation, or makes the first. One of an older fold version is rebuilt first.

        Raises Contradiction, unless a person has already had the state rebuilt: then that one is taken up.
        """
        self._log = log
        self._generations = generations
        number = generations.current()
        if number is None:
            number = generations.newest() + 1
            StateStore(generations.path(number)).close()
            generations.switch(number)
        try:
            self._open(number)
        except Contradiction:
            self._store.close()
            rebuilt = generations.waiting()
            if rebuilt is None:
                raise
            self._open_instead(rebuilt)
        if self._projector.checkpoint.fold_version != VERSION:
            self._switch(build_generation(generations, log))

    def _open(self, number: int) -> None:
        self._seen: int | None = None
        self.path = self._generations.path(number)
        self._store = StateStore(self.path)
        self._projector = Projector(self._log, self._store)
        self.index()

    def index(self) -> None:
        """Make the indexes that readers asked for meanwhile."""
        self._store.index(self._generations.asked().all())

    def make_blocks(self) -> bool:
        """Make some of the missing blocks of what readers asked for; gives whether any were missing."""
        return self._store.blocks.make(_BLOCKS_A_TURN) > 0

    def _open_instead(self, rebuilt: int) -> None:
        """The generation that contradicts the log stays on disk as the one before: it is evidence."""
        self._open(rebuilt)
        while self.advance():
            pass
        self._generations.switch(rebuilt)

    def advance(self, limit: int = PAGE) -> int:
        """Fold one page, then some contacts that an undo has touched; gives how many entries and contacts it were."""
        version, folded = self._log.data_version(), 0
        if version != self._seen:
            folded = self._projector.advance(limit=limit)
            self._seen = None if folded else version
        folded += self._projector.refold()
        if folded:
            self._store.tidy()
        return folded

    def take_up_rebuilt(self) -> None:
        """Switch to a generation that a rebuild has left, once it has caught up with the one in use."""
        waiting = self._generations.waiting()
        if waiting is not None:
            self._switch(waiting)

    def _switch(self, number: int) -> None:
        reached = self._projector.checkpoint.position
        store = StateStore(self._generations.path(number))
        projector = Projector(self._log, store)
        while projector.checkpoint.position < reached and projector.advance(until=reached):
            pass
        store.index(self._generations.asked().all())
        self._generations.switch(number)
        self._store.close()
        self._store, self._projector, self.path = store, projector, self._generations.path(number)
        self._seen = None

    def close(self) -> None:
        """Let go of the files."""
        self._store.close()


def run(
    log_path: Path,
    generations: Generations,
    wait: Callable[[float], bool],
    report: Callable[[Exception], None],
    healthy: Callable[[], None] = lambda: None,
) -> None:
    """Project until `wait(seconds)` says to stop. Storage faults that can heal are reported and tried again.

    `healthy` is told whenever all is well.

    Raises Contradiction, and storage faults that no waiting mends.
    """
    opened = _opened(log_path, generations, wait, report)
    if opened is None:
        return
    log, projection = opened
    try:
        pause = 0.0
        for turn in count():
            if wait(pause):
                break
            try:
                if turn % _TURNS_A_LOOK == 0:
                    projection.take_up_rebuilt()
                    projection.index()
                began = time.monotonic()
                folded = projection.advance()
                if folded:
                    pause = pause_after(folded, time.monotonic() - began)
                else:
                    pause = 0.0 if projection.make_blocks() else IDLE_SECONDS
                healthy()
            except (sqlite.Error, OSError) as fault:
                _report_passing(fault, report)
                pause = 1.0
    finally:
        projection.close()
        log.close()


def _opened(
    log_path: Path, generations: Generations, wait: Callable[[float], bool], report: Callable[[Exception], None]
) -> tuple[LogReader, Projection] | None:
    """Log and state, as soon as there is a log and both can be opened; None when told to stop before."""
    pause = 0.0
    while not wait(pause):
        try:
            if is_there(log_path):
                return _open_both(log_path, generations)
            pause = 0.05
        except (sqlite.Error, OSError) as fault:
            _report_passing(fault, report)
            pause = 1.0
    return None


def _open_both(log_path: Path, generations: Generations) -> tuple[LogReader, Projection]:
    log = LogReader(log_path, cache_mib=16)
    try:
        return log, Projection(log, generations)
    except BaseException:
        log.close()
        raise


def _report_passing(fault: Exception, report: Callable[[Exception], None]) -> None:
    if not isinstance(fault, OSError) and not sqlite.is_passing(fault):
        raise fault
    report(fault)
