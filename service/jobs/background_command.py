"""Work that takes too long for a call, done by a command in a process of its own."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Thread


class BackgroundCommands:
    """Starts `contacts` commands, each of which holds a lock for its life: who asks again finds it under way.

    `environ` is the commands' environment. Safe for threads and processes.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = dict(environ)
        self._running: set[subprocess.Popen[bytes]] = set()
        self._guard = Lock()

    def begin(
        self,
        lock: Path,
        arguments: Sequence[str],
        *,
        out: Path | None = None,
        before: Callable[[], None] = lambda: None,
        after: Callable[[], None] = lambda: None,
    ) -> bool:
        """Start a command that holds `lock`; False when another one does.

        Its output goes to `out` and its errors to a file beside it; without `out`, to where this process's errors go.
        `before` is called when the lock is taken, `after` when the command has ended, unless this process ends first.
        Raises OSError.
        """
        lock.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            before()
            process = self._start(arguments, descriptor, out)
        finally:
            os.close(descriptor)  # the command has it too, and lets go of the lock when it ends
        with self._guard:
            self._running.add(process)
        Thread(target=self._wait, args=(process, after), name="background command", daemon=True).start()
        return True

    def close(self) -> None:
        """End what is still running."""
        with self._guard:
            running = list(self._running)
        for process in running:
            process.terminate()
        for process in running:
            process.wait()

    def _start(self, arguments: Sequence[str], descriptor: int, out: Path | None) -> "subprocess.Popen[bytes]":
        files = [] if out is None else [out, complaint_of(out)]
        opened = [os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600) for file in files]
        printed, complaint = (opened[0], opened[1]) if opened else (subprocess.DEVNULL, None)
        try:
            return subprocess.Popen(
                [sys.executable, "-m", "service", *arguments],
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=complaint,
                pass_fds=(descriptor,),
                process_group=0,  # Ctrl-C at the terminal is for the server, which ends this one itself
            )
        finally:
            for one in opened:
                os.close(one)

    def _wait(self, process: "subprocess.Popen[bytes]", after: Callable[[], None]) -> None:
        process.wait()
        with self._guard:
            self._running.discard(process)
        after()


def complaint_of(out: Path) -> Path:
    """The file with the errors of the command whose output is in `out`, and with how far it says that it is."""
    return out.with_suffix(".err")


def complaint_in(out: Path) -> str | None:
    """The last error that the command whose output is in `out` ended with; None where it told of none."""
    said = [line.removeprefix(_ERROR) for line in _lines(out) if line.startswith(_ERROR)]
    return said[-1] if said else None


@dataclass(frozen=True, slots=True)
class HowFar:
    """How far a command is: `done` of `of`, in positions of the log."""

    done: int
    of: int

    def line(self) -> str:
        """As a command tells it, on a line of its own among its errors."""
        return f"{_PROGRESS}{self.done} {self.of}"


def progress_in(out: Path) -> HowFar | None:
    """How far the command whose output is in `out` said last that it is; None where it said nothing yet."""
    for line in reversed(_lines(out)):
        done, _, of = line.removeprefix(_PROGRESS).partition(" ")
        # the last line may be half written
        if line.startswith(_PROGRESS) and done.isdigit() and of.isdigit():
            return HowFar(int(done), int(of))
    return None


_ERROR, _PROGRESS = "Error: ", "progress "


def _lines(out: Path) -> list[str]:
    try:
        return complaint_of(out).read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []
