"""The whole state at a past position, folded into a file once and kept for the next question (decision 12)."""

from collections.abc import Callable, Collection
from pathlib import Path

from ledger.log.port import LogReader
from ledger.storage import StorageFault
from projections.fold.evolve import VERSION
from projections.state.building import building_alone, discard
from projections.state.port import StoredState

KEPT = 3
"""How many past states stay on disk."""


class KeptStates:
    """The states in `folder` that were asked for last; `stored` is the driver's: the state at a path.

    `indexes` gives the names of those that lists have asked for so far: a past gets them too.
    """

    def __init__(
        self, folder: Path, stored: Callable[[Path], StoredState], indexes: Callable[[], Collection[str]] = tuple
    ) -> None:
        self.folder = folder
        self._stored = stored
        self._indexes = indexes

    def at(self, log: LogReader, position: int, progress: Callable[[int], None] = lambda _: None) -> StoredState:
        """The state at `position`, folded now where it is not kept; `progress` is called with positions up to it."""
        kept = self.kept_at(log, position)
        if kept is not None:
            return kept
        from projections.projector.rebuild import fold_into  # slow to load, and most commands ask of the present

        state = self._at(position)
        with building_alone(self.folder):
            if _is_state_at(state, log, position):
                return state  # made while this one waited
            draft = self._stored(state.path.with_suffix(".building"))
            fold_into(draft, log, until=position, progress=progress, indexes=self._indexes())
            draft.path.replace(state.path)
        for old in self.paths()[:-KEPT]:
            discard(old)
        return state

    def kept_at(self, log: LogReader, position: int) -> StoredState | None:
        """The state at `position` if it is there already; it then counts as asked for last."""
        state = self._at(position)
        if not _is_state_at(state, log, position):
            return None
        state.path.touch()
        return state

    def paths(self) -> list[Path]:
        """The files of the states that are there, the one asked for last at the end."""
        return sorted(self.folder.glob("at-*.db"), key=lambda file: file.stat().st_mtime)

    def _at(self, position: int) -> StoredState:
        return self._stored(self.folder / f"at-{position}.db")


def _is_state_at(state: StoredState, log: LogReader, position: int) -> bool:
    """Whether it is there, of this very log and by the fold of today."""
    if not state.path.exists():
        return False
    try:
        with state.reading() as opened:
            kept = opened.checkpoint()
    except StorageFault as fault:  # of an earlier version, or damaged: it is folded again
        if fault.is_passing:
            raise
        return False
    head = log.head_at(position)
    return (
        kept.fold_version == VERSION and head is not None and (head.position, head.hash) == (kept.position, kept.hash)
    )
