"""The shipped commands as real processes: what a user would start, killed by pid where a test wants it dead."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psutil

from tests.brokers import free_port

ROOT = Path(__file__).resolve().parent.parent
START = [sys.executable, "-m", "service"]
SECONDS = 120.0


def eventually(holds, what, seconds=SECONDS):
    """The first true answer of `holds()`; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (answer := holds()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.002)
    return answer


def is_free(port):
    """Whether nobody listens on this port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


class Process:
    """A running process; all it prints is in `output`."""

    def __init__(self, command, environ, output):
        self.output = output
        with output.open("ab") as file:
            self._process = subprocess.Popen(
                command, env=environ, cwd=output.parent, stdin=subprocess.DEVNULL, stdout=file, stderr=file
            )

    @property
    def pid(self):
        return self._process.pid

    def exit_code(self):
        """None while it runs."""
        return self._process.poll()

    def kill(self):
        """SIGKILL, and gone when this returns."""
        self._process.kill()
        self._process.wait()

    def stop(self):
        """SIGTERM; gives the exit code."""
        self._process.terminate()
        return self._process.wait(SECONDS)

    def wait(self):
        """Gives the exit code."""
        return self._process.wait(SECONDS)

    def text(self):
        return self.output.read_text(encoding="utf-8", errors="replace")


class Shipped:
    """One deployment in a folder, with default settings; `stop_all` leaves nothing of it running.

    Its processes run in that folder and call the data `data`, as those of `make run` do.
    """

    def __init__(self, folder, bus=None, **settings):
        self.folder = folder
        self.data = folder / "data"
        folder.mkdir(parents=True, exist_ok=True)
        given = {name: value for name, value in os.environ.items() if not name.startswith("CONTACTS_")}
        self.environ = given | {"CONTACTS_DATA": self.data.name, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
        self.bus = bus or f"sqlite:{self.data / 'bus.db'}"
        if bus is not None:
            self.environ["CONTACTS_BUS"] = bus
        self.environ |= {f"CONTACTS_{name.upper()}": str(value) for name, value in settings.items()}
        self._started = []

    @property
    def environ_elsewhere(self):
        """The environment for whoever does not run in the folder."""
        return self.environ | {"CONTACTS_DATA": str(self.data)}

    def start(self, *arguments):
        """`contacts …` in the background."""
        return self.start_process([*START, *arguments], f"{arguments[0]}.out")

    def start_process(self, command, output):
        """Any process beside the deployment, in its environment."""
        process = Process(command, self.environ, self.folder / output)
        self._started.append(process)
        return process

    def run(self, *arguments, code=0):
        """`contacts …` to its end; gives the document it printed, or the text when `--json` was not asked for."""
        done = subprocess.run(
            [*START, *arguments], env=self.environ, cwd=self.folder, capture_output=True, text=True, timeout=SECONDS
        )
        assert done.returncode == code, f"contacts {' '.join(arguments)}: exit {done.returncode}\n{done.stderr}"
        return json.loads(done.stdout) if "--json" in arguments and done.stdout else done.stdout + done.stderr

    def settle(self):
        """Wait until everything on the bus is in the log and in the state."""

        def is_settled():
            status = self.run("status", "--json")
            return status["bus_lag"] == 0 and status["lag_events"] == 0

        eventually(is_settled, "everything published is in the state")

    def told(self):
        """The last of what each process printed, for whoever looks at a failure."""
        paths = sorted(self.folder.glob("*.out"))
        return "".join(f"--- {path.name}\n{path.read_text(errors='replace')[-3000:]}\n" for path in paths)

    def stop_all(self):
        for process in self._started:
            if process.exit_code() is None:
                os.kill(process.pid, signal.SIGTERM)
        for process in self._started:
            try:
                process.wait()
            except subprocess.TimeoutExpired:
                process.kill()


class Served:
    """`contacts serve` on a port of its own, with an HTTP client that has the first key, or one that it is given."""

    def __init__(self, shipped, key=None):
        self.shipped = shipped
        self.port = free_port()
        self.start_again()
        self.key = key or eventually(lambda: self._printed(r"^API key: (\S+)$"), "serve prints the first key")
        self.url = eventually(lambda: self._printed(r"^Hub: (\S+)$"), "serve prints its address")
        self.http = httpx.Client(base_url=self.url, auth=(self.key, ""), timeout=10)

    def _printed(self, pattern):
        assert self.process.exit_code() is None, self.process.text()[-2000:]
        found = re.search(pattern, self.process.text(), re.MULTILINE)
        return found and found[1]

    def start_again(self):
        """`contacts serve` at the same address: for the first time, or after it was killed."""
        eventually(lambda: is_free(self.port), "what served before is gone")
        self.process = self.shipped.start("serve", "--port", str(self.port))

    def kill_all(self):
        """SIGKILL to `serve` and to all its parts; every one of them is gone when this returns."""
        serve = psutil.Process(self.process.pid)
        family = [serve, *serve.children(recursive=True)]
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait()
        _, alive = psutil.wait_procs(family, SECONDS)
        assert not alive, f"still there after {SECONDS:.0f} s: {alive}"

    def child(self, part):
        """The pid of the process that runs `contacts api`, `consume` or `project`; None while there is none."""
        for process in psutil.Process(self.process.pid).children():
            try:
                if process.cmdline()[-1:] == [part]:
                    return process.pid
            except psutil.Error:
                continue
        return None

    def track(self, body):
        """The track call."""
        return self.http.post("/v1/public/track/users/", json=body)

    def close(self):
        self.http.close()


@contextmanager
def serving(folder, bus=None, **settings):
    """`contacts serve` for the length of a block; what its parts printed is shown when the test fails."""
    shipped = Shipped(folder, bus, **settings)
    try:
        made = Served(shipped)
        yield made
        made.close()
    finally:
        shipped.stop_all()
        print(shipped.told())  # noqa: T201
