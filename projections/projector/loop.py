"""The projector's life: follow the log, and switch to a rebuilt generation between two pages."""

import time
from collections.abc import Callable
from itertools import count

from ledger.belonging import Gone
from ledger.log.port import LogReader, StoredLog
from ledger.pacing import pause_after
from ledger.storage import StorageFault
from projections.projector.projection import Projection, may_pass
from projections.projector.projector import Contradiction
from projections.state.generations import Generations

IDLE_SECONDS = 0.004
"""Between two looks at an idle log: what a lone call waits for at most here."""

_UNCHANGED_SECONDS = 1.0
"""A block that changes with every call is not made between two of them."""

_TURNS_A_LOOK = 50
"""Between two looks for a rebuilt generation: 0.2 s on an idle log."""


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
        pause, folded, is_anew = 0.0, 0, False
        for turn in count():
            if wait(pause):
                break
            try:
                is_look = turn % _TURNS_A_LOOK == 0
                # after every page, since one in a file without a name is lost; idle turns are too many for it
                trouble = projection.trouble() if is_look or folded else None
                if trouble is not None:
                    report(StateLost(trouble))
                    projection.fold_anew()
                if is_look:
                    projection.look_for_rebuilt()
                    projection.index()
                began = time.monotonic()
                folded = projection.advance()
                if folded:
                    pause = pause_after(folded, time.monotonic() - began)
                else:
                    pause = 0.0 if projection.use_idle_turn(_UNCHANGED_SECONDS) else IDLE_SECONDS
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
