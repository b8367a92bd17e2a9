import io
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from service.processes.supervisor import CannotRun, Supervised, Supervisor

LASTING = """
import os, signal, sys, time
folder, name = sys.argv[1:]
def end(*_):
    with open(f"{folder}/ended", "a") as file:
        file.write(name + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
with open(f"{folder}/{name}.pids", "a") as file:
    file.write(f"{os.getpid()}\\n")
while True:
    time.sleep(0.05)
"""


def lasting(folder, name):
    return Supervised(name, [sys.executable, "-c", LASTING, str(folder), name])


def pids(folder, name):
    file = Path(folder, f"{name}.pids")
    return [int(line) for line in file.read_text().split()] if file.exists() else []


def wait_for(condition, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def meanwhile():
    """Runs a function beside the supervisor, which needs the main thread."""
    threads, faults = [], []

    def guarded(function, supervisor):
        try:
            function()
        except BaseException as fault:
            faults.append(fault)
        finally:
            supervisor.stop()

    def start(function, supervisor):
        thread = threading.Thread(target=guarded, args=(function, supervisor))
        thread.start()
        threads.append(thread)

    yield start
    for thread in threads:
        thread.join(30)
    assert not faults, faults


def run(supervisor):
    supervisor.run(ready=lambda: True, announce=lambda: None)


def test_a_killed_child_comes_back(tmp_path, meanwhile):
    supervisor = Supervisor([lasting(tmp_path, "consumer")], os.environ, io.StringIO())

    def kill_once():
        wait_for(lambda: len(pids(tmp_path, "consumer")) == 1)
        os.kill(pids(tmp_path, "consumer")[0], signal.SIGKILL)
        wait_for(lambda: len(pids(tmp_path, "consumer")) == 2)

    meanwhile(kill_once, supervisor)
    run(supervisor)


def test_a_stop_reaches_the_parts_in_their_order(tmp_path, meanwhile):
    names = ["api", "consumer", "projector"]
    supervisor = Supervisor([lasting(tmp_path, name) for name in names], os.environ, io.StringIO())
    meanwhile(lambda: wait_for(lambda: all(pids(tmp_path, name) for name in names)), supervisor)
    run(supervisor)
    assert (tmp_path / "ended").read_text().split() == names


def test_a_part_that_cannot_run_ends_the_whole_with_its_sentence(tmp_path):
    refusing = Supervised(
        "consumer",
        [sys.executable, "-c", "import sys; print('Error: the log is damaged', file=sys.stderr); sys.exit(1)"],
    )
    supervisor = Supervisor([lasting(tmp_path, "api"), refusing], os.environ, io.StringIO())
    with pytest.raises(CannotRun, match=r"^the log is damaged$"):
        run(supervisor)
    assert not any(is_alive(pid) for pid in pids(tmp_path, "api"))


def test_what_children_print_passes_through():
    out = io.StringIO()
    talking = Supervised("api", [sys.executable, "-c", "import sys; print('hello'); sys.exit(1)"])
    with pytest.raises(CannotRun, match="the api cannot run"):
        run(Supervisor([talking], os.environ, out))
    assert "hello\n" in out.getvalue()


def test_it_announces_once_when_ready(tmp_path, meanwhile):
    announced = []
    supervisor = Supervisor([lasting(tmp_path, "api")], os.environ, io.StringIO())
    meanwhile(lambda: wait_for(lambda: announced), supervisor)
    supervisor.run(ready=lambda: bool(pids(tmp_path, "api")), announce=lambda: announced.append(1))
    assert announced == [1]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_children_end_when_the_supervisor_is_killed(tmp_path):
    program = (
        "import os, sys\n"
        "from service.processes.supervisor import Supervised, Supervisor\n"
        f"command = [sys.executable, '-c', {LASTING!r}, {str(tmp_path)!r}, 'consumer']\n"
        "Supervisor([Supervised('consumer', command)], os.environ, sys.stderr).run(lambda: True, lambda: None)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program]) as process:
        wait_for(lambda: pids(tmp_path, "consumer"))
        process.kill()
    wait_for(lambda: not is_alive(pids(tmp_path, "consumer")[0]))
