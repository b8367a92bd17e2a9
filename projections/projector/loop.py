"""The projector's life: follow the log, and switch to a rebuilt generation between two pages."""

import time
from collections.abc import Callable

from ledger.belonging import Gone
from ledger.log.port import LogReader, StoredLog
from ledger.pacing import pause_after, pause_between_looks
from ledger.storage import StorageFault
from projections.projector.projection import Projection, may_pass
from projections.projector.projector import Contradiction
from projections.state.generations import Generations

IDLE_SECONDS = 0.004
"""Between two looks at a log that was idle for a moment; where nothing comes for long they are rarer."""

_UNCHANGED_SECONDS = 1.0
"""A block that changes with every call is not made between two of them."""

_TURNS_A_LOOK, _SECONDS_A_LOOK = 50, 0.2
"""Between two looks for a rebuilt generation: so many turns, or so long, whichever comes first."""


class StateLost(Exception):
    """The state's file is gone or damaged; it is folded anew, for the log has everything that was in it."""


def run(
    stored: StoredLog,
    generations: Generations,
    wait: Callable[[float], bool],
    report: Callable[[Exception], None],
    healthy: Callable[[], None] = lambda: None,
    beat: Callable[[], None] = lambda: None,
) -> None:
    """Project until `wait(seconds)` says to stop. Storage faults that can heal are reported and tried again.

    `healthy` is called whenever all is well, `beat` as a rebuild comes on.

    A state that is lost is folded anew, and once also one that cannot be folded on, whatever its file holds. Raises
    Contradiction, Gone when the log was deleted or replaced, and what that does not mend.
    """
    opened = _opened(stored, generations, wait, report, beat)
    if opened is None:
        return
    log, projection = opened
    try:
        turns, pause, folded, is_anew = _Turns(), 0.0, 0, False
        while not wait(pause):
            try:
                is_look = turns.is_look()
                # after every page, since one in a file without a name is lost; idle turns are too many for it
                trouble = projection.trouble() if is_look or folded else None
                if trouble is not None:
                    report(StateLost(trouble))
                    projection.fold_anew()
                if is_look:
                    projection.look_for_rebuilt()
                    projection.index()
                folded, pause = turns.take(projection)
                healthy()
            except Exception as fault:
                pause = 1.0
                if may_pass(fault):
                    report(fault)
                    projection.make_room()
                elif isinstance(fault, Contradiction | Gone) or is_anew:
                    raise
                else:
                    report(StateLost(f"{projection.path} is damaged ({kind_of(fault)}); the state is folded anew"))
                    projection.fold_anew()
                    is_anew = True
    finally:
        projection.close()
        log.close()


class _Turns:
    """The turns of the loop: which of them look for what is rarer than entries, and how long it waits after each."""

    def __init__(self) -> None:
        self._count = 0
        self._looked = self._worked = time.monotonic()

    def is_look(self) -> bool:
        """Whether the turn that begins is to look for a rebuilt generation, and for indexes that are asked for."""
        now, is_first = time.monotonic(), self._count == 0
        self._count = (self._count + 1) % _TURNS_A_LOOK
        if is_first or now - self._looked >= _SECONDS_A_LOOK:
            self._looked = now
            return True
        return False

    def take(self, projection: Projection) -> tuple[int, float]:
        """Fold a page, or do some of what waits for an idle moment; how much was folded, and seconds to wait then."""
        began = time.monotonic()
        folded = projection.advance()
        if folded:
            self._worked = time.monotonic()
            return folded, pause_after(folded, self._worked - began)
        if projection.use_idle_turn(_UNCHANGED_SECONDS):
            return 0, 0.0
        return 0, pause_between_looks(began - self._worked, IDLE_SECONDS)


def _opened(
    stored: StoredLog,
    generations: Generations,
    wait: Callable[[float], bool],
    report: Callable[[Exception], None],
    beat: Callable[[], None],
) -> tuple[LogReader, Projection] | None:
    """Log and state, as soon as there is a log and both can be opened; None when told to stop before."""
    pause = 0.0
    while not wait(pause):
        try:
            if stored.absence() is None:
                return _open_both(stored, generations, beat)
            beat()
            pause = 0.05
        except (StorageFault, OSError) as fault:
            _report_passing(fault, report)
            pause = 1.0
    return None


def _open_both(stored: StoredLog, generations: Generations, beat: Callable[[], None]) -> tuple[LogReader, Projection]:
    log = stored.open()
    try:
        return log, Projection(log, generations, beat)
    except BaseException:
        log.close()
        raise


def kind_of(fault: Exception) -> str:
    """A name for it; the message of one may quote what is in a contact's row."""
    return fault.kind if isinstance(fault, StorageFault) else type(fault).__name__


def _report_passing(fault: Exception, report: Callable[[Exception], None]) -> None:
    if not may_pass(fault):
        raise fault
    report(fault)
