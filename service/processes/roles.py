"""The processes of consumer, projector and importer: locks, signals, drain and collector live here and only here."""

import gc
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import structlog

from ledger import sqlite
from ledger.bus.port import Bus
from ledger.log.port import StoredLog
from ledger.sqlite import Connection
from ledger.storage import StorageFault
from ledger.wal import Wal
from service.deployment.deployment import Deployment
from service.deployment.locks import Held, holding
from service.deployment.marks import Beat, note_end
from service.deployment.parts import CONSUMER, IMPORTER, PROJECTOR, Part, is_passing
from service.processes.signals import call_at_end

if TYPE_CHECKING:
    from consumers.consume_loop import Consumer
    from projections.state.generations import Generations
    from service.imports.run.importer import Importer

_log = structlog.get_logger()
_STANDBY_SECONDS = 0.2
_SWITCH_SECONDS = 0.0005
"""How long the consumer's thread that reads ahead may keep the one that appends from its next statement."""

_LARGE_WAL = 4 * 2**20
"""Bytes from which the WAL of `service.db` is brought in and cut; whoever writes it leaves that to the importer."""

_OPENING_SECONDS, _MOST_OPENING_SECONDS = 1.0, 15.0
"""Between two attempts to open the log on a full disk: the first, and what it grows to."""

_SETTLED_SECONDS = 60.0
"""Who has worked for so long before a fault is tried again soon."""


def _no_beat() -> None:
    pass


class Stop:
    """Set by SIGTERM or SIGINT; everything that waits, waits on it. Also what the consumer's loop reports to."""

    def __init__(self) -> None:
        self._event = Event()
        self._is_faulty = False
        self._trouble: Path | None = None
        self.beat: Callable[[], None] = _no_beat

    def report_in(self, trouble: Path, beat: Callable[[], None] = _no_beat) -> None:
        """Keep the present fault in this file, for `/readyz`, none so far; `beat` is called at every step."""
        self._trouble, self.beat = trouble, beat
        trouble.unlink(missing_ok=True)

    def catch_signals(self) -> None:
        """From now on SIGTERM and SIGINT end the process after the batch at hand."""
        call_at_end(self._event.set)

    def is_stopping(self) -> bool:
        """Whether to end."""
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait this long or until stopping; whether to end."""
        return self._event.wait(seconds) if seconds > 0 else self._event.is_set()

    def stop(self) -> None:
        """End from within."""
        self._event.set()

    def healthy(self) -> None:
        """Work goes on; said once after a fault."""
        self.beat()
        if self._is_faulty:
            self._is_faulty = False
            if self._trouble is not None:
                self._trouble.unlink(missing_ok=True)
            _log.info("recovered")

    def faulty(self, fault: Exception) -> None:
        """Something failed that can heal; it is tried again."""
        self.beat()
        self._is_faulty = True
        if self._trouble is not None:
            with suppress(OSError):  # a full disk has no room for the note that it is full; `/readyz` looks for itself
                self._trouble.write_text(str(fault), encoding="utf-8")
        _log.warning("will be tried again", fault=str(fault))


@contextmanager
def _alone(part: Part, data: Path, stop: Stop) -> Iterator[bool]:
    """Be the one process that is this part, and have others see how it does; a second one stands by until the first
    one is gone. False when told to stop before.
    """
    lock = part.lock(data)
    while not stop.is_stopping():
        try:
            with holding(lock):
                beat = Beat(lock)
                beat()
                stop.report_in(part.trouble(data), beat)
                sqlite.call_while_working(beat)
                with _end_noted(part.ends(data)):
                    yield True
                return
        except Held:
            stop.wait(_STANDBY_SECONDS)
    yield False


@contextmanager
def _end_noted(ends: Path) -> Iterator[None]:
    """Note an end that was not foreseen: the next start is one of several, maybe."""
    try:
        yield
    except Exception as fault:
        note_end(ends, f"an unforeseen {type(fault).__name__}")
        raise


def _settle() -> None:
    """What is loaded by now lives for ever, and the rest makes no cycles: the collector would only cost a third."""
    gc.collect()
    gc.freeze()
    gc.disable()


def _until_stopped(stop: Stop, work: Callable[[], None]) -> None:
    """Do the work, anew after a storage fault that waiting mends (a full disk, say), until told to stop."""
    pause = _OPENING_SECONDS
    while not stop.is_stopping():
        began = time.monotonic()
        try:
            work()
        except (StorageFault, OSError) as fault:
            if not (fault.is_passing if isinstance(fault, StorageFault) else is_passing(fault)):
                raise
            stop.faulty(fault)
            pause = _OPENING_SECONDS if time.monotonic() - began > _SETTLED_SECONDS else pause
            stop.wait(pause)
            pause = min(2 * pause, _MOST_OPENING_SECONDS)


def run_consumer(
    deployment: Deployment, stop: Stop, bus: Bus, opened: Callable[[], AbstractContextManager["Consumer"]]
) -> None:
    """Be the consumer until told to stop; `opened()` opens that of `bus`. Raises what only a person can mend."""
    if exposed := bus.in_clear:
        _log.warning(
            "personal data goes to Kafka unencrypted, and whoever is on the network can change it: use TLS"
            " (security_protocol=SASL_SSL or SSL)",
            host=",".join(exposed),
        )

    def consume() -> None:
        with opened() as consumer:
            _log.info("consumer started", position=consumer.log.head().position)
            consumer.run(stop)

    with _alone(CONSUMER, deployment.data, stop) as is_mine:
        if is_mine:
            _settle()
            sys.setswitchinterval(_SWITCH_SECONDS)
            _until_stopped(stop, consume)
    _log.info("consumer stopped")


def run_imports(
    deployment: Deployment,
    stop: Stop,
    importing: Callable[[Callable[[], None]], AbstractContextManager["Importer"]],
    opened: Callable[[], tuple[Connection, Callable[[], None]]],
    forget_exports: Callable[[], None],
    erasing: Callable[[], AbstractContextManager[Callable[[], None]]],
) -> None:
    """Be the importer until told to stop. Raises what only a person can mend.

    `importing` and `forget_exports` as ImportRunner takes them; `opened()` opens `service.db`, with what raises once
    that file is lost. `erasing` gives what goes on with erasures, for a thread of its own: they wait for readers.
    """
    from service.processes.beside import beside
    from service.processes.import_runner import ImportRunner

    with _alone(IMPORTER, deployment.data, stop) as is_mine:
        if is_mine:
            (store, refuse_lost), wal = opened(), Wal(deployment.service_path, _LARGE_WAL)

            def wait(seconds: float) -> bool:
                refuse_lost()
                check_erasing()
                stop.healthy()
                if seconds > 0:  # its main thread, between two looks for work
                    wal.keep_small(store)
                return stop.wait(seconds)

            _log.info("importer started")
            with closing(store), beside(erasing) as check_erasing:
                _until_stopped(stop, lambda: ImportRunner(importing, wait, forget_exports).run())
    _log.info("importer stopped")


def run_projector(deployment: Deployment, stop: Stop, log: StoredLog, states: "Generations") -> None:
    """Be the projector until told to stop. Raises what only a person can mend."""
    from projections.projector.loop import run as project  # slow to load, and of all parts this one alone folds

    with _alone(PROJECTOR, deployment.data, stop) as is_mine:
        if is_mine:
            _settle()
            _log.info("projector started")
            project(log, states, stop.wait, stop.faulty, stop.healthy, stop.beat)
    _log.info("projector stopped")
