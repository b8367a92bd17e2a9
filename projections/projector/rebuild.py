"""Fold the log from its beginning to a position, into a file of its own: for rebuild, verify and the past."""

import gc
import os
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager

from ledger.log.port import LogReader
from projections.projector.erased import erased_later
from projections.projector.projector import Projector
from projections.projector.ranges import Sizes, fold_ranges
from projections.state.answers import Checkpoint
from projections.state.building import building_alone, discard
from projections.state.generations import Generations
from projections.state.port import StoredState

SIZES = Sizes()

_BLOCKS_AT_ONCE = 100


def fold_into(
    state: StoredState,
    log: LogReader,
    *,
    until: int | None = None,
    sizes: Sizes = SIZES,
    progress: Callable[[int], None] = lambda _: None,
    indexes: Collection[str] | None = None,
) -> Checkpoint:
    """Make `state` the one as of position `until` (default: the head when it gets there).

    An unfinished file of an earlier attempt is thrown away.
    `progress` is called with positions of the log, as a measure of what is done. `indexes` are made in a state that
    lists are read from, beside those that every list needs; None: nobody will read one.
    """
    discard(state.path)
    with _no_collector(), closing(state.writer(is_scratch=True)) as store:
        head = log.head()
        if until is not None and until < head.position:
            head = log.head_at(until) or head
        fold_ranges(log, store, state.path.parent, head, sizes, progress)
        projector = Projector(log, store)  # for what has come meanwhile
        while projector.advance(until=until):
            progress(projector.checkpoint.position)
        while projector.refold():
            pass
        if until is not None:
            projector.forget(erased_later(log, projector.checkpoint.position))
        if indexes is not None:
            store.index(indexes)
            while store.make_blocks(_BLOCKS_AT_ONCE):
                pass
        store.seal()
    with state.path.open("rb") as file:
        os.fsync(file.fileno())  # a scratch file is written without syncing
    return projector.checkpoint


@contextmanager
def _no_collector() -> Iterator[None]:
    """States in their hundred thousands have no cycles, and the collector would look at them over and over."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def build_generation(
    generations: Generations, log: LogReader, *, progress: Callable[[int], None] = lambda _: None
) -> int:
    """Fold a whole new generation beside the one in use, ready for the projector to switch to; gives its number."""
    with building_alone(generations.folder):
        number = generations.newest() + 1
        fold_into(generations.building(number), log, progress=progress)
        generations.complete(number)
        return number
