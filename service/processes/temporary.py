"""Consumer and projector for the length of a command: each that nobody runs is started, and stopped at the end."""

import io
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from service.deployment.locks import is_held
from service.processes.child import Child

_DRAIN_SECONDS = 60.0


class PartFailed(Exception):
    """A part that was started has ended by itself; the message is what it said last."""


@dataclass(frozen=True, slots=True)
class TemporaryPart:
    """A started part; `ended` is set when its process is over."""

    child: Child
    ended: Event

    def check(self) -> None:
        """Raise PartFailed when it is over."""
        if self.ended.is_set():
            raise PartFailed(self.child.sentence or f"`contacts {self.child.name}` has ended by itself")

    def stop(self) -> None:
        """Let it finish its batch and end; end it after a minute."""
        self.child.stop()
        if not self.ended.wait(_DRAIN_SECONDS):
            self.child.kill()
            self.ended.wait(_DRAIN_SECONDS)


@contextmanager
def parts_running(locks: Mapping[str, Path], environ: Mapping[str, str]) -> Iterator[list[TemporaryPart]]:
    """Start the parts whose lock nobody holds, as `python -m service NAME`; the block is given what was started."""
    started: list[TemporaryPart] = []
    try:
        for name, lock in locks.items():
            if not is_held(lock):
                started.append(_start(name, environ))
        yield started
    finally:
        for part in started:
            part.child.stop()
        for part in started:
            part.stop()


def _start(name: str, environ: Mapping[str, str]) -> TemporaryPart:
    over = Event()

    def ended(_child: Child, _exit_code: int) -> None:
        over.set()

    return TemporaryPart(Child(name, [sys.executable, "-m", "service", name], environ, io.StringIO(), ended), over)
