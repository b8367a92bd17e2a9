"""The generation in use and its projector: folded on, indexed when there is time, replaced by a rebuilt one."""

import time
from collections.abc import Callable

from ledger.belonging import Gone
from ledger.log.port import LogReader
from ledger.pacing import SMALL
from ledger.storage import StorageFault
from projections.fold.evolve import VERSION
from projections.projector.next_generation import BLOCKS_A_TURN, CONTACTS_A_TURN, NextGeneration
from projections.projector.projector import PAGE, Contradiction, Projector
from projections.projector.rebuild import build_generation
from projections.state.generations import Generations
from projections.state.indexes import ALWAYS

_QUIET_SECONDS = 1.0
"""Between two looks at what the full-text index lacks; and after `SMALL` entries in as short a time: whoever sends so
many, a file or many calls, needs the processor more than lists and searches do, which look at what is not indexed yet.
"""

_NEXT_SECONDS = 10.0
"""After many erasures: whoever would be indexed may be erased with the next ones, and then it was in vain."""

_FORGET_SECONDS, _FORGET_SHARE = 5.0, 10
"""While erasures come without an end, after which time the full-text index is written anew once more: at the earliest
after so many times as long as that took.
"""

_SILENCE_SECONDS = 0.2, 1.0
"""After so long no more of many entries are taken to be on their way: after as many times as long as it took to write
the index anew as `_FORGET_SHARE` says, within these bounds.
"""


class Projection:
    """The generation in use and its projector; made by whoever holds the projector lock."""

    def __init__(
        self,
        log: LogReader,
        generations: Generations,
        beat: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Opens the current generation, or makes the first; one that is damaged, or of an older fold, is rebuilt first.

        Raises Contradiction, unless a person has already had the state rebuilt: then that one is taken up.
        """
        self._log = log
        self._generations = generations
        self._beat = beat
        self._clock = clock
        self._next: NextGeneration | None = None
        self._indexing_from = self._busy_until = self._forget_at = self._folded_at = 0.0
        self._counted_from, self._counted, self._silence = 0.0, 0, _SILENCE_SECONDS[0]
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
        now = self._clock()
        if now <= self._busy_until:
            return False
        if self._store.make_blocks(BLOCKS_A_TURN, unchanged_for) > 0:
            return True
        if now > self._indexing_from:
            if self._store.refresh_full_text(CONTACTS_A_TURN) > 0:
                return True
            self._indexing_from = now + _QUIET_SECONDS
        if self._next is None:
            return False
        if not self._next.go_on():
            self._use(self._next)
        return True

    def _open_instead(self, rebuilt: int) -> None:
        """The generation that contradicts the log stays on disk as the one before: it is evidence."""
        self._leave_next()
        self._open(rebuilt)
        while self.advance():
            self._beat()
        self._generations.switch(rebuilt)

    def advance(self, limit: int = PAGE) -> int:
        """Fold one page, then some contacts that an undo has touched; gives how many entries and contacts it were."""
        version, folded, erased = self._log.data_version(), 0, self._projector.erased
        if version != self._seen:
            folded = self._projector.advance(limit=limit)
            self._seen = None if folded else version
        folded += self._projector.refold()
        self._forget_erased_lines(is_quiet=not folded)
        if folded:
            self._note_work(folded, has_erased=self._projector.erased > erased)
        self._store.tidy()
        return folded

    def _forget_erased_lines(self, *, is_quiet: bool) -> None:
        """An erasure is not done before; for many behind one another it is done once, unless they go on for long, and
        not in each short pause between them.
        """
        now = self._clock()
        is_over = is_quiet and (now > self._busy_until or now >= self._folded_at + self._silence)
        if not is_over and now < self._forget_at:
            return
        has_forgotten = self._store.forget_erased_lines()
        if has_forgotten or is_quiet:
            ended = self._clock()
            rest = _FORGET_SHARE * (ended - now)
            self._forget_at = ended + max(_FORGET_SECONDS, rest)
            if has_forgotten:
                self._silence = min(max(rest, _SILENCE_SECONDS[0]), _SILENCE_SECONDS[1])

    def _note_work(self, folded: int, *, has_erased: bool) -> None:
        now = self._folded_at = self._clock()
        if now - self._counted_from > _QUIET_SECONDS:
            self._counted_from, self._counted = now, 0
        self._counted += folded
        if self._counted >= SMALL:
            self._busy_until = now + (_NEXT_SECONDS if has_erased else _QUIET_SECONDS)

    def make_room(self) -> None:
        """The disk is full: give back what the state's WAL takes of it."""
        self._store.make_room()

    def look_for_rebuilt(self) -> None:
        """Begin to make a generation ready that a rebuild has left; idle turns go on with it, the last one switches."""
        waiting = self._generations.waiting()
        if waiting is not None and (self._next is None or self._next.number != waiting):
            self._leave_next()
            self._next = NextGeneration(self._log, self._generations, waiting, self._clock)
        if self._next is not None and self._next.is_due():
            self._use(self._next)

    def take_up_rebuilt(self) -> None:
        """Switch to a generation that a rebuild has left at once, once it has caught up with the one in use."""
        waiting = self._generations.waiting()
        if waiting is not None:
            self._switch(waiting)

    def _switch(self, number: int) -> None:
        self._leave_next()
        self._use(NextGeneration(self._log, self._generations, number, self._clock))

    def _use(self, successor: NextGeneration) -> None:
        successor.reach(self._projector.checkpoint.position, self._beat)
        self._generations.switch(successor.number)
        self._store.close()
        self._store, self._projector = successor.store, successor.projector
        self._number, self.path = successor.number, self._generations.path(successor.number)
        self._seen = self._next = None

    def _leave_next(self) -> None:
        if self._next is not None:
            self._next.store.close()
            self._next = None

    def close(self) -> None:
        """Let go of the files."""
        self._leave_next()
        self._store.close()


def may_pass(fault: Exception) -> bool:
    """Whether a fault may heal by waiting. Any other is of the state's file, the log's or the program: folding the log
    anew mends the first, and shows the others.
    """
    return isinstance(fault, OSError) or (isinstance(fault, StorageFault) and fault.is_passing)
