"""The projector's life: follow the log, and switch to a rebuilt generation between two pages."""

import time
from collections.abc import Callable
from itertools import count

from ledger.belonging import Gone
from ledger.log.port import LogReader, StoredLog
from ledger.pacing import SMALL, pause_after
from ledger.storage import StorageFault
from projections.fold.evolve import VERSION
from projections.projector.projector import PAGE, Contradiction, Projector
from projections.projector.rebuild import build_generation
from projections.state.generations import Generations
from projections.state.indexes import ALWAYS

IDLE_SECONDS = 0.004
"""Between two looks at an idle log: what a lone call waits for at most here."""

_BLOCKS_A_TURN = 8
_CONTACTS_A_TURN = 256
"""Some 10 ms of work: what a lone call then waits for at most."""

_UNCHANGED_SECONDS = 1.0
"""A block that changes with every call is not made between two of them."""

_QUIET_SECONDS = 1.0
"""Between two looks at what the full-text index lacks; and after a large page, since an import may be running."""

_TURNS_A_LOOK = 50
"""Between two looks for a rebuilt generation: 0.2 s on an idle log."""


class StateLost(Exception):
    """The state's file is gone or damaged; it is folded anew, for the log has everything that was in it."""


class Projection:
    """The generation in use and its projector; made by whoever holds the projector lock."""

    def __init__(self, log: LogReader, generations: Generations, beat: Callable[[], None] = lambda: None) -> None:
        """Opens the current generation, or makes the first; one that is damaged, or of an older fold, is rebuilt first.

        Raises Contradiction, unless a person has already had the state rebuilt: then that one is taken up.
        """
        self._log = log
        self._generations = generations
        self._beat = beat
        self._indexing_from = 0.0
        number = generations.current()
        if number is None:
            number = generations.found()
            if number is None:
                number = generations.newest() + 1
                generations.state(number).writer().close()
            generations.switch(number)
        try:
            self._open(number)
        except Contradiction:
            self._store.close()
            rebuilt = generations.waiting()
            if rebuilt is None:
                raise
            self._open_instead(rebuilt)
        except Exception as fault:
            if may_pass(fault):
                raise
            self._open_instead(generations.waiting() or self._built())
        if self._projector.checkpoint.fold_version != VERSION:
            self._switch(self._built())

    def _open(self, number: int) -> None:
        self._seen: int | None = None
        self._number, self.path = number, self._generations.path(number)
        self._store = self._generations.state(number).writer()
        self._projector = Projector(self._log, self._store)
        self.index()

    def trouble(self) -> str | None:
        """What is wrong with the file of the state, as a sentence; None while all is well.

        Raises Gone when the log's file was deleted or replaced. A lost pointer to the state is put back at once.
        """
        lost = self._log.lost()
        if lost is not None:
            raise Gone(f"{lost} was deleted or replaced while the log was in use: restore the log from a backup")
        lost = self._store.lost()
        if lost is not None:
            return f"{lost} was deleted or replaced while it was in use; the state is folded anew from the log"
        if self._generations.current() is None:
            self._generations.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._generations.switch(self._number)
        return None

    def fold_anew(self) -> None:
        """Leave the state in use as it is, and go on with one that is folded from the whole log."""
        number = self._built()
        self._store.close()
        self._open_instead(number)

    def _built(self) -> int:
        return build_generation(self._generations, self._log, progress=lambda _: self._beat())

    def index(self) -> None:
        """Make the indexes that readers asked for meanwhile."""
        self._store.index(self._generations.asked().all() | ALWAYS)

    def use_idle_turn(self, unchanged_for: float = 0.0) -> bool:
        """Do some of the work on indexes that waits for an idle moment; gives whether there was any. Blocks whose
        contacts changed within so many seconds wait on, and the full-text index is gone on with once a second.
        """
        if self._store.make_blocks(_BLOCKS_A_TURN, unchanged_for) > 0:
            return True
        now = time.monotonic()
        if now > self._indexing_from:
            if self._store.refresh_full_text(_CONTACTS_A_TURN) > 0:
                return True
            self._indexing_from = now + _QUIET_SECONDS
        return False

    def _open_instead(self, rebuilt: int) -> None:
        """The generation that contradicts the log stays on disk as the one before: it is evidence."""
        self._open(rebuilt)
        while self.advance():
            self._beat()
        self._generations.switch(rebuilt)

    def advance(self, limit: int = PAGE) -> int:
        """Fold one page, then some contacts that an undo has touched; gives how many entries and contacts it were."""
        version, folded = self._log.data_version(), 0
        if version != self._seen:
            folded = self._projector.advance(limit=limit)
            self._seen = None if folded else version
        folded += self._projector.refold()
        if folded >= SMALL:
            self._indexing_from = time.monotonic() + _QUIET_SECONDS
        self._store.tidy()
        return folded

    def make_room(self) -> None:
        """The disk is full: give back what the state's WAL takes of it."""
        self._store.make_room()

    def take_up_rebuilt(self) -> None:
        """Switch to a generation that a rebuild has left, once it has caught up with the one in use."""
        waiting = self._generations.waiting()
        if waiting is not None:
            self._switch(waiting)

    def _switch(self, number: int) -> None:
        reached = self._projector.checkpoint.position
        store = self._generations.state(number).writer()
        projector = Projector(self._log, store)
        while projector.checkpoint.position < reached and projector.advance(until=reached):
            self._beat()
        store.index(self._generations.asked().all() | ALWAYS)
        self._generations.switch(number)
        self._store.close()
        self._store, self._projector = store, projector
        self._number, self.path = number, self._generations.path(number)
        self._seen = None

    def close(self) -> None:
        """Let go of the files."""
        self._store.close()


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
                    projection.take_up_rebuilt()
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


def may_pass(fault: Exception) -> bool:
    """Whether a fault may heal by waiting. Any other is of the state's file, the log's or the program: folding the log
    anew mends the first, and shows the others.
    """
    return isinstance(fault, OSError) or (isinstance(fault, StorageFault) and fault.is_passing)


def kind_of(fault: Exception) -> str:
    """A name for it; the message of one may quote what is in a contact's row."""
    return fault.kind if isinstance(fault, StorageFault) else type(fault).__name__


def _report_passing(fault: Exception, report: Callable[[Exception], None]) -> None:
    if not may_pass(fault):
        raise fault
    report(fault)
