"""The whole state at a past position, for calls: folded by a background command, and kept for the next call."""

import time

import structlog

from ledger.log.port import LogReader
from projections.past.states import KeptStates
from projections.state.port import StoredState
from service.jobs.background_command import BackgroundCommands, HowFar, complaint_in, progress_in

WAIT_SECONDS = 2.0
"""How long a call waits for a state that is being folded."""

_LOOK_SECONDS = 0.02
_log = structlog.get_logger(part="past")


class BeingFolded(Exception):
    """The state at this position is not there yet; it, or another one before it, is being folded (503).

    `progress` is how far it is, None where nobody can tell, as while another one is before it.
    """

    def __init__(self, position: int, progress: HowFar | None) -> None:
        how_far = "" if progress is None else f", {progress.done:,} of {progress.of:,} entries are done"
        super().__init__(f"the contacts as of position {position} are being worked out{how_far}; ask again")
        self.progress = progress


class PastStates:
    """The kept states of the past; one is folded at a time, whichever worker was asked."""

    def __init__(self, states: KeptStates, background: BackgroundCommands, seconds: float = WAIT_SECONDS) -> None:
        self._states = states
        self._background = background
        self._seconds = seconds
        self._out = states.folder / "asked.out"

    def at(self, log: LogReader, position: int) -> StoredState:
        """The state at `position` of the log. Raises BeingFolded after `seconds`."""
        deadline = time.monotonic() + self._seconds
        lock, is_begun = self._states.folder / "asked.lock", False
        while (kept := self._states.kept_at(log, position)) is None:
            if time.monotonic() > deadline:
                raise BeingFolded(position, self._progress(position))
            # begun once a call: a command that fails would else be started again and again
            is_begun = is_begun or self._background.begin(
                lock, ["past", "--progress", str(position)], out=self._out, after=self._tell
            )
            time.sleep(_LOOK_SECONDS)
        return kept

    def _progress(self, position: int) -> HowFar | None:
        found = progress_in(self._out)
        return found if found is not None and found.of == position else None

    def _tell(self) -> None:
        complaint = complaint_in(self._out)
        if complaint is not None:
            _log.error("the past could not be worked out", fault=complaint)
