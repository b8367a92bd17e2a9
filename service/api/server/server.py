"""The API's processes: granian with its worker processes and threads."""

import multiprocessing
import os
import resource
import signal
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server import MPServer

from service.api.server.metrics import share_counts
from service.api.server.port import wait_until_free
from service.deployment.logs import formatter
from service.deployment.settings import Settings
from service.http.admission.seats import THREADS
from service.processes.child import die_with
from service.processes.signals import call_at_end, silent

CONNECTIONS = 4096
"""Connections a worker holds at once; granian counts idle ones too, so this is no limit on work."""

_FILES = 2 * CONNECTIONS
"""Open files that a worker may need: a connection each, and those that calls read."""

DRAIN_SECONDS = 10
TAKEOVER_SECONDS = 5.0

Application = Callable[..., Any]


class WorkersFailed(Exception):
    """The worker processes ended by themselves, again and again. Starting the API anew may help."""


def serve(settings: Settings, build: Callable[[], Application]) -> None:
    """Serve until SIGTERM or SIGINT, then finish the calls under way; `build` makes each worker's own application.

    `build` must be picklable (a function of a module, or a partial of one).

    Raises PortTaken, WorkersFailed.
    """
    wait_until_free(settings.host, settings.port, TAKEOVER_SECONDS)
    _allow_files(_FILES)
    if sys.platform == "linux":
        multiprocessing.set_start_method("fork", force=True)  # workers share the memory of what is imported by now
    with tempfile.TemporaryDirectory(prefix="contacts-metrics-") as folder:
        share_counts(folder)
        server = _Server(
            "contacts",
            address=settings.host,
            port=settings.port,
            interface=Interfaces.WSGI,
            workers=settings.workers,
            blocking_threads=THREADS,
            backpressure=CONNECTIONS,
            http=HTTPModes.http1,
            websockets=False,
            workers_kill_timeout=DRAIN_SECONDS,
            respawn_failed_workers=True,
            log_level=LogLevels.error,
            log_dictconfig=_log_config(settings),
            log_access=False,
        )
        call_at_end(server.end)
        try:
            server.serve(target_loader=partial(_load, os.getpid(), build), wrap_loader=False)
        except SystemExit as end:
            if end.code:
                raise WorkersFailed("the API's worker processes keep ending") from end


def _allow_files(count: int) -> None:
    """Let this process and its workers open as many, as far as the system lets it; many shells begin with 1,024."""
    least, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count if most == resource.RLIM_INFINITY else min(count, most)
    if least != resource.RLIM_INFINITY and least < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


class _Server(MPServer):
    """Granian's server with its workers, told to end by `call_at_end` and not in the main thread."""

    def signal_handler_interrupt(self, *_: object) -> None:
        """Nothing: setting an event here, where it may interrupt that event's own wait, can deadlock."""

    def end(self) -> None:
        """Finish the calls under way, and return from `serve`."""
        super().signal_handler_interrupt()  # type: ignore[no-untyped-call]


def _load(parent: int, build: Callable[[], Application]) -> Application:
    """In a worker: its application, and an end with its parent, so that no orphan keeps the port."""
    die_with(parent, signal.SIGKILL)
    call_at_end(_end_worker)
    return build()


def _end_worker() -> None:
    """What Granian's own handler does; that one only runs when the signal finds the main thread waiting."""
    handler = signal.getsignal(signal.SIGTERM)
    if handler is silent:  # nothing is served yet
        os._exit(0)
    assert callable(handler)
    handler(signal.SIGTERM, None)


def _log_config(settings: Settings) -> dict[str, Any]:
    return {
        "formatters": {"ours": {"()": formatter, "form": settings.log_format}},
        "handlers": {"ours": {"formatter": "ours", "class": "logging.StreamHandler", "stream": "ext://sys.stderr"}},
        "loggers": {"_granian": {"handlers": ["ours"], "propagate": False}},
    }
