"""Which of a data folder's files is damaged, which part of it, and what mends that."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from ledger import sqlite
from ledger.page_damage import damage as page_damage
from ledger.storage import StorageFault
from projections.state.generations import Generations
from service.deployment.settings import Settings

_SECONDS = 20.0
"""For looking through all files; a log of many gigabytes is not read to its end."""

_STEPS = 10_000
_RESTORE = "stop everything and restore the data folder from a backup"


def damage(settings: Settings, states: Generations) -> str | None:
    """A sentence on the first damaged file; None where all can be read, as far as was looked.

    Of `states` that in use is looked at.
    """
    deadline = time.monotonic() + _SECONDS
    for path, what, mend in _files(settings, states):
        found = _found_in(path, deadline)
        if found is not None:
            return f"{what} {path} is damaged ({found}): {mend}"
    return None


def _files(settings: Settings, states: Generations) -> Iterator[tuple[Path, str, str]]:
    yield settings.data / "log.db", "the log", _RESTORE
    yield settings.data / "service.db", "the file of API keys and imports", _RESTORE
    if settings.bus.startswith("sqlite:"):
        path = Path(settings.bus.removeprefix("sqlite:"))
        yield path, "the bus file", "move it away and go on with a new one by `contacts consume --accept-bus`"
    try:
        yield states.current_path(), "the state", "`contacts rebuild` folds it anew"
    except (StorageFault, OSError):
        return


def _found_in(path: Path, deadline: float) -> str | None:
    """What SQLite says of a file, with the table or index that it is in."""
    if not path.exists():
        return None
    try:
        with closing(sqlite.connect(path, read_only=True)) as connection:
            connection.set_progress_handler(lambda: int(time.monotonic() > deadline), _STEPS)
            return next(iter(page_damage(connection)), None)
    except StorageFault as fault:
        return None if fault.is_passing or _is_late(fault) else str(fault)


def _is_late(fault: StorageFault) -> bool:
    return fault.kind == "SQLITE_INTERRUPT"
