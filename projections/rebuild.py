"""Fold the log from its beginning to a position, into a file of its own: for rebuild, verify and the past."""

import os
from collections.abc import Callable
from pathlib import Path

from ledger.log.reader import LogReader
from projections.drafts import building_alone, discard
from projections.generations import Generations
from projections.projector import Projector
from projections.store import Checkpoint, StateStore

BATCH = 20_000


def fold_into(
    path: Path, log: LogReader, *, until: int | None = None, progress: Callable[[int], None] = lambda _: None
) -> Checkpoint:
    """Make `path` the state as of position `until` (default: the head when it gets there).

    An unfinished file of an earlier attempt is thrown away. `progress` is told each position reached.
    """
    discard(path)
    store = StateStore(path, is_scratch=True)
    try:
        projector = Projector(log, store)
        while projector.advance(until=until, limit=BATCH):
            progress(projector.checkpoint.position)
        store.seal()
    finally:
        store.close()
    with path.open("rb") as file:
        os.fsync(file.fileno())  # a scratch file is written without syncing
    return projector.checkpoint


def build_generation(
    generations: Generations, log: LogReader, *, progress: Callable[[int], None] = lambda _: None
) -> int:
    """Fold a whole new generation beside the one in use, ready for the projector to switch to; gives its number."""
    with building_alone(generations.folder):
        number = generations.newest() + 1
        fold_into(generations.building(number), log, progress=progress)
        generations.complete(number)
        return number
