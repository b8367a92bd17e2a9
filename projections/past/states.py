"""The whole state at a past position, folded into a file once and kept for the next question (decision 12)."""

from collections.abc import Callable
from pathlib import Path

from ledger.log.port import LogReader
from ledger.storage import StorageFault
from projections.fold.evolve import VERSION
from projections.projector.rebuild import fold_into
from projections.state.building import building_alone, discard
from projections.state.sqlite.reader import StateFile, reading

KEPT = 3
"""How many past states stay on disk."""


def state_at(
    folder: Path, log: LogReader, position: int, progress: Callable[[int], None] = lambda _: None
) -> StateFile:
    """The state at `position`; `folder` holds the ones asked for last. `progress` is told positions up to it."""
    kept = kept_at(folder, log, position)
    if kept is not None:
        return kept
    path = folder / f"at-{position}.db"
    with building_alone(folder):
        if _is_state_at(path, log, position):
            return StateFile(path)  # made while this one waited
        draft = folder / f"at-{position}.building"
        fold_into(draft, log, until=position, progress=progress)
        draft.replace(path)
    for old in sorted(folder.glob("at-*.db"), key=lambda file: file.stat().st_mtime)[:-KEPT]:
        discard(old)
    return StateFile(path)


def kept_at(folder: Path, log: LogReader, position: int) -> StateFile | None:
    """The state at `position` if it is there already; it then counts as asked for last."""
    path = folder / f"at-{position}.db"
    if not _is_state_at(path, log, position):
        return None
    path.touch()
    return StateFile(path)


def _is_state_at(path: Path, log: LogReader, position: int) -> bool:
    """Whether a file is there, of this very log and by the fold of today."""
    if not path.exists():
        return False
    try:
        with reading(path) as state:
            kept = state.checkpoint()
    except StorageFault as fault:  # of an earlier version, or damaged: it is folded again
        if fault.is_passing:
            raise
        return False
    head = log.head_at(position)
    return (
        kept.fold_version == VERSION and head is not None and (head.position, head.hash) == (kept.position, kept.hash)
    )
