"""Runs the `console` blocks of a document in a fresh deployment, and gives the document as it would read now."""

import os
import re
import subprocess
import sys
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from service.wiring.deployment import deployment
from service.wiring.ledger import ledger_status
from tests.brokers import eventually, free_port
from tests.docs.ready_command import ready_command

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = "127.0.0.1:8080"
_BLOCK = re.compile(r"(?<=^```console\n)(.*?)(?=^```$)", re.DOTALL | re.MULTILINE)
_STEP = re.compile(r"^(\$ .*\n(?:> .*\n)*)((?:(?!\$ ).*\n)*)", re.MULTILINE)
_FILE = re.compile(r"^```\w+\n# ([\w-]+\.\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_PROGRESS = re.compile(r"^(?:catching up|undoing|redoing|\w+ the file|\w+: [\d,]+ of [\d,]+ rows.*)\n", re.MULTILINE)
_NAME = re.compile(
    r"cl_[\w-]{43}|(?<=sign-in/)[\w-]{43}|(?<=Basic )\w+=*"
    r"|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[0-9a-f]{64}\b|(?<!\+)\b[0-9a-f]{12}\b"
)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z|(?<=seconds)\W+[\d.]+")
_END = "--- end of output ---"


def comparable(text):
    """The text without what differs from run to run: ids, keys and hashes are numbered; times and widths are gone."""
    numbers, seen = count(1), {}

    def numbered(found):
        return seen.get(found[0]) or seen.setdefault(found[0], f"<{next(numbers)}>")

    return re.sub(r" +", " ", _TIME.sub("<time>", _NAME.sub(numbered, text)))


def rerun(text, folder, stand_ins=(), **settings):
    """Run every command of a document in `folder`, beside a server; the text with the output that came.

    `stand_ins` are pairs: a text of the document, and what takes its place while it runs (a broker's address, say).
    """
    port = str(free_port())
    stand_ins = [(ADDRESS, f"127.0.0.1:{port}"), *stand_ins]
    path = os.pathsep.join((f"{folder}/.venv/bin", str(Path(sys.executable).parent), os.environ["PATH"]))
    environ = {
        **os.environ,
        "PATH": path,
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "110",
        "LC_ALL": "C.UTF-8",
        "LOGNAME": "asha",
    }
    environ |= {"CONTACTS_PORT": port, "CONTACTS_WORKERS": "1", **settings}
    _furnish(folder, text, stand_ins)
    command = ready_command(folder / ".venv/bin/contacts", environ)
    with command, _serving(folder, environ), Shell(folder, environ, stand_ins) as shell:
        return _BLOCK.sub(lambda block: _STEP.sub(shell.step, block[0]), text)


def _furnish(folder, text, stand_ins):
    """What a reader has at hand: a place for the command, the samples, and the files that the document shows."""
    (folder / ".venv/bin").mkdir(parents=True)
    (folder / "samples").symlink_to(ROOT / "samples")
    for name, content in _FILE.findall(text):
        (folder / name).write_text(_replaced(content, stand_ins))


def _replaced(text, pairs):
    for said, real in pairs:
        text = text.replace(said, real)
    return text


@contextmanager
def _serving(folder, environ):
    """`contacts serve`; what it says at its start is what `make run` shows."""
    said = folder / "said"
    with said.open("w") as out, (folder / "serve.log").open("w") as log:
        command = [sys.executable, "-m", "service", "serve"]
        server = subprocess.Popen(command, cwd=folder, env=environ, stdout=out, stderr=log)
        try:
            eventually(lambda: "Try: " in said.read_text(), 60, f"the server answers; {folder}/serve.log")
            yield
        finally:
            server.terminate()
            server.wait(60)


class Shell:
    """A shell in the deployment's folder. After each command it waits until everything published is in the state."""

    def __init__(self, folder, environ, stand_ins):
        self._stand_ins = stand_ins
        self._learned = {}
        self._deployment = deployment({**environ, "CONTACTS_DATA": str(folder / "data")}, None)
        self._bash = subprocess.Popen(
            ["bash"], cwd=folder, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )

    def __enter__(self):
        self._run('make() { cat said; }; curl() { command curl -sS "$@"; }')
        return self

    def __exit__(self, *_):
        self._bash.communicate(timeout=60)

    def step(self, found):
        """Run a step's command, with this run's ids in it; the step with the output that came."""
        command, shown = found.groups()
        command = _replaced(command, self._learned.items())
        typed = re.sub(r"^[$>] ", "", command, flags=re.MULTILINE)
        came = self._run(_replaced(typed, self._stand_ins))
        came = _replaced(_PROGRESS.sub("", came), [(real, said) for said, real in self._stand_ins])
        came = re.sub(r"[ \r]+$", "", came, flags=re.MULTILINE)
        self._learned |= zip(_volatile(shown), _volatile(came), strict=False)
        return command + came

    def _run(self, typed):
        self._bash.stdin.write(f"{typed.rstrip()}\n_code=$?; echo; echo '{_END}'; (exit $_code)\n".encode())
        self._bash.stdin.flush()
        came = b"".join(iter(self._bash.stdout.readline, f"{_END}\n".encode())).decode()
        eventually(self._is_settled, 60, f"everything is in the state after: {typed}")
        return came.removesuffix("\n") if came.endswith("\n\n") or came == "\n" else came

    def _is_settled(self):
        now = ledger_status(self._deployment).now()
        return now.bus_lag == 0 and now.lag_events == 0


def _volatile(text):
    return _NAME.findall(text) + _TIME.findall(text)
