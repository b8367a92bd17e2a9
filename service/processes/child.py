"""A child process of `contacts serve`: dies with its parent, and its output passes through with its last error kept."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from threading import Thread
from typing import TextIO

_SET_PARENT_DEATH_SIGNAL = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with(parent: int, signal_number: int) -> None:
    """Called in a child at its start: should its parent die, it gets this signal (Linux only; elsewhere nothing).

    The parent is the thread that started the child, so that thread must last as long as the process.
    """
    if _libc is not None:
        _libc.prctl(_SET_PARENT_DEATH_SIGNAL, signal_number, 0, 0, 0)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal_number)


class Child:
    """A running child. `sentence` is the last error it printed.

    `ended(self, exit_code)` is called from another thread when it is over.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environ: Mapping[str, str],
        out: TextIO,
        ended: "Callable[[Child, int], None]",
    ) -> None:
        self.name = name
        self.sentence = ""
        self._out = out
        self._ended = ended
        self._process = subprocess.Popen(
            command,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            process_group=0,  # Ctrl-C at the terminal reaches the supervisor alone, which drains in order
            preexec_fn=partial(die_with, os.getpid(), signal.SIGTERM),
        )
        reader = Thread(target=self._pass_through, name=f"{name} output", daemon=True)
        reader.start()
        Thread(target=self._wait, args=(reader,), name=f"{name} end", daemon=True).start()

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def stop(self) -> None:
        """Ask it to finish what it is doing and end (SIGTERM)."""
        self._process.terminate()

    def kill(self) -> None:
        """End it at once (SIGKILL)."""
        self._process.kill()

    def _pass_through(self) -> None:
        assert self._process.stdout is not None
        for raw in self._process.stdout:
            line = raw.decode(errors="replace").rstrip("\n")
            if line.startswith("Error: "):
                self.sentence = line.removeprefix("Error: ").strip()
            print(line, file=self._out, flush=True)

    def _wait(self, reader: Thread) -> None:
        code = self._process.wait()
        # a grandchild may hold the pipe open: its last error is worth a moment, not more
        reader.join(1.0)
        self._ended(self, code)
