"""The whole state at a past position, for calls: folded by a background command, and kept for the next call."""

import time
from pathlib import Path

from ledger.log.port import LogReader
from projections.past.states import kept_at
from projections.state.port import StoredState
from service.jobs.background_command import BackgroundCommands

WAIT_SECONDS = 2.0
"""How long a call waits for a state that is being folded."""

_LOOK_SECONDS = 0.02


class BeingFolded(Exception):
    """The state at this position is not there yet; it, or another one before it, is being folded (503)."""

    def __init__(self, position: int) -> None:
        super().__init__(f"the contacts as of position {position} are being worked out; ask again")


class PastStates:
    """The states in `folder`; one is folded at a time, whichever worker was asked."""

    def __init__(self, folder: Path, background: BackgroundCommands, seconds: float = WAIT_SECONDS) -> None:
        self._folder = folder
        self._background = background
        self._seconds = seconds

    def at(self, log: LogReader, position: int) -> StoredState:
        """The state at `position` of the log. Raises BeingFolded after `seconds`."""
        deadline = time.monotonic() + self._seconds
        lock, is_begun = self._folder / "asked.lock", False
        while (kept := kept_at(self._folder, log, position)) is None:
            if time.monotonic() > deadline:
                raise BeingFolded(position)
            # begun once a call: a command that fails would else be started again and again
            is_begun = is_begun or self._background.begin(lock, ["past", str(position)])
            time.sleep(_LOOK_SECONDS)
        return kept
