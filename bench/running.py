"""The shipped commands as real processes, in a data folder of their own, with default settings."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from service.deployment.deployment import Deployment
from service.wiring.deployment import deployment
from service.wiring.drivers import Drivers

_ROOT = Path(__file__).parent.parent
_END_SECONDS = 60


class Failed(Exception):
    """A command did not do what the bench needs; the message ends with what it printed."""


class Place:
    """A deployment in a folder. `profile`: consume, project and rebuild run under cProfile, a file each."""

    def __init__(self, folder: Path, *, bus: str | None = None, profile: Path | None = None) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.port = _free_port()
        own = {"CONTACTS_DATA": str(folder / "data"), "CONTACTS_PORT": str(self.port)}
        if bus is not None:
            own["CONTACTS_BUS"] = bus
        self.environ = {name: value for name, value in os.environ.items() if not name.startswith("CONTACTS_")} | own
        self.environ["PYTHONPATH"] = str(_ROOT)
        self.deployment: Deployment = deployment(own, None)
        self.drivers = Drivers(self.deployment)
        self._profile = profile
        self._processes: set[subprocess.Popen[bytes]] = set()

    def pids(self) -> Sequence[int]:
        """The commands that run now; their own children are not among them."""
        return [process.pid for process in tuple(self._processes)]

    def run(self, *arguments: str) -> Any:
        """Run a command to its end and give what it prints as JSON. Raises Failed."""
        command = self._command(arguments)
        pipe = subprocess.PIPE
        with subprocess.Popen(command, env=self.environ, cwd=self.folder, stdout=pipe, stderr=pipe) as process:
            self._processes.add(process)
            printed, complaint = process.communicate()
            self._processes.discard(process)
        if process.returncode != 0:
            raise Failed(f"contacts {' '.join(arguments)} ended with {process.returncode}: {_end_of(complaint)}")
        return json.loads(printed) if printed.strip() else None

    @contextmanager
    def running(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        """A command that runs until the block ends, then gets SIGTERM. What it prints goes to `<command>.out`."""
        with self.output_of(arguments[0]).open("wb") as out:
            process = subprocess.Popen(
                self._command(arguments), env=self.environ, cwd=self.folder, stdout=out, stderr=subprocess.STDOUT
            )
        self._processes.add(process)
        try:
            yield process
        finally:
            self._processes.discard(process)
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            try:
                process.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def output_of(self, command: str) -> Path:
        """Where a running command's output goes."""
        return self.folder / f"{command}.out"

    def wait_until(
        self, process: subprocess.Popen[bytes], is_so: Callable[[], bool], *, seconds: float = 900, every: float = 0.002
    ) -> float:
        """Wait for a condition; gives the moment (`perf_counter`) it was seen. Raises Failed when the process ends."""
        deadline = time.perf_counter() + seconds
        while not is_so():
            if process.poll() is not None or time.perf_counter() > deadline:
                printed = b"".join(path.read_bytes() for path in self.folder.glob("*.out"))
                raise Failed(f"{process.args!r} did not get there: {_end_of(printed)}")
            time.sleep(every)
        return time.perf_counter()

    def has_printed(self, command: str, words: bytes) -> Callable[[], bool]:
        """Whether a running command has printed these words yet."""
        return lambda: words in self.output_of(command).read_bytes()

    def _command(self, arguments: Sequence[str]) -> list[str]:
        if self._profile is not None and arguments[0] in ("consume", "project", "rebuild"):
            return [sys.executable, "-m", "bench.profiled", f"{self._profile}-{arguments[0]}.prof", *arguments]
        return [sys.executable, "-m", "service", *arguments]


def _end_of(printed: bytes) -> str:
    return printed.decode(errors="replace")[-2000:]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
