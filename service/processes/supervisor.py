"""Runs the parts of a deployment as child processes, restarts those that die, and stops them in order."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TextIO

import structlog

from service.deployment.marks import note_end
from service.processes.child import Child
from service.processes.restarts import GiveUp, RestartHistory, decide

DRAIN = 15.0
"""Seconds a child may take to finish after SIGTERM before it is killed."""

_log = structlog.get_logger(part="supervisor")


@dataclass(frozen=True, slots=True)
class Supervised:
    """A part to keep running: its name for people, and its command.

    `at_first` are arguments of its first start alone. An end by a signal, of which it could tell nobody, is noted in
    `ends`.
    """

    name: str
    command: Sequence[str]
    at_first: Sequence[str] = ()
    ends: Path | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """A child is over. Exit codes below zero are signals."""

    child: Child
    exit_code: int


@dataclass(frozen=True, slots=True)
class StopAsked:
    """Somebody wants the whole to end."""


class CannotRun(Exception):
    """A part cannot run, and starting it again would not help; the message is its own sentence."""


class Supervisor:
    """Keeps `parts` running until `stop`, then stops them in the order given: who takes work in goes first.

    All methods but `stop` belong to the main thread: children die with the thread that started them.
    """

    def __init__(self, parts: Sequence[Supervised], environ: Mapping[str, str], out: TextIO) -> None:
        self._parts = parts
        self._environ = environ
        self._out = out
        self._events: SimpleQueue[Ended | StopAsked] = SimpleQueue()
        self._running: dict[str, Child] = {}
        self._begun: dict[str, float] = {}
        self._records: dict[str, RestartHistory] = {part.name: RestartHistory() for part in parts}
        self._due: dict[str, float] = {part.name: 0.0 for part in parts}

    def stop(self) -> None:
        """Ask for an orderly end. Safe in signal handlers and other threads."""
        self._events.put(StopAsked())

    def run(self, ready: Callable[[], bool], announce: Callable[[], None]) -> None:
        """Run until `stop`; `announce` once, as soon as `ready` says yes. Raises CannotRun after stopping the rest."""
        try:
            self._run(ready, announce)
        finally:
            self._stop_all()

    def _run(self, ready: Callable[[], bool], announce: Callable[[], None]) -> None:
        announced = False
        while True:
            self._start_due()
            if not announced and ready():
                announce()
                announced = True
            match self._next_event(0.1 if not announced else 60.0):
                case StopAsked():
                    return
                case Ended(child, exit_code):
                    self._has_ended(child, exit_code)

    def _start_due(self) -> None:
        now = time.monotonic()
        for part in self._parts:
            if part.name in self._due and self._due[part.name] <= now:
                del self._due[part.name]
                at_first = [] if part.name in self._begun else part.at_first
                child = Child(part.name, [*part.command, *at_first], self._environ, self._out, self._report)
                self._running[part.name] = child
                self._begun[part.name] = now
                _log.info("started", what=part.name, child_pid=child.pid)

    def _report(self, child: Child, exit_code: int) -> None:
        self._events.put(Ended(child, exit_code))

    def _next_event(self, most: float) -> Ended | StopAsked | None:
        now = time.monotonic()
        wait = min([most, *(due - now for due in self._due.values())])
        try:
            return self._events.get(timeout=max(0.0, wait))
        except Empty:
            return None

    def _has_ended(self, child: Child, exit_code: int) -> None:
        del self._running[child.name]
        now = time.monotonic()
        decision = decide(self._records[child.name], exit_code, now - self._begun[child.name])
        if isinstance(decision, GiveUp):
            raise CannotRun(child.sentence or f"the {child.name} cannot run")
        for part in self._parts:
            if part.name == child.name and part.ends is not None and exit_code < 0:
                note_end(part.ends, f"signal {-exit_code}")
        _log.warning("ended; will be started again", what=child.name, exit_code=exit_code, wait=decision.wait)
        self._records[child.name] = decision.record
        self._due[child.name] = now + decision.wait

    def _stop_all(self) -> None:
        for part in self._parts:
            child = self._running.pop(part.name, None)
            if child is not None:
                child.stop()
                self._await_end(child)

    def _await_end(self, child: Child) -> None:
        """Wait for this child alone; others that end meanwhile are on their way out too."""
        deadline = time.monotonic() + DRAIN
        killed = False
        while True:
            try:
                event = self._events.get(timeout=max(0.0, deadline - time.monotonic()))
            except Empty:
                if killed:
                    return
                _log.warning("did not stop in time and is killed", what=child.name)
                child.kill()
                killed, deadline = True, time.monotonic() + DRAIN
                continue
            if isinstance(event, Ended):
                if event.child is child:
                    return
                self._running.pop(event.child.name, None)
