"""docker-compose.yml as users run it: under a name and ports of its own, with whichever compose is installed."""

import json
import os
import shutil
import signal
import subprocess
import urllib.error
import urllib.request
import uuid
from base64 import b64encode
from pathlib import Path

from tests.brokers import eventually, free_port

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("kafka", "api", "importer", "consumer", "projector")


def compose_command() -> list[str] | None:
    """Compose 2 if it is there, else 1.29, else None."""
    plugin = ["docker", "compose"]
    if (
        shutil.which("docker")
        and subprocess.run([*plugin, "version"], capture_output=True, check=False).returncode == 0
    ):
        return plugin
    return ["docker-compose"] if shutil.which("docker-compose") else None


class Stack:
    """One deployment: `up` makes it, `remove` leaves nothing of it behind."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._port, self._kafka_port = free_port(), free_port()
        self._environ = {
            **os.environ,
            "COMPOSE_PROJECT_NAME": f"contacts-test-{uuid.uuid4().hex[:8]}",
            "CONTACTS_PUBLISH": f"127.0.0.1:{self._port}",
            "CONTACTS_KAFKA_PORT": str(self._kafka_port),
            "CONTACTS_DEFAULT_TAGS": "",
        }
        self.bootstrap = f"localhost:{self._kafka_port}"
        self._containers: dict[str, str] = {}

    def up(self, *options: str) -> None:
        """Start (with `--build`: from new images), and return when every service is healthy."""
        self._compose("up", "-d", *options, seconds=600)
        self._containers = {service: self._compose("ps", "-q", service).strip() for service in SERVICES}
        for service in SERVICES:
            self.wait_until_healthy(service)

    def down(self) -> None:
        """Stop and remove the containers; the volumes stay."""
        self._compose("down", seconds=180)

    def remove(self) -> None:
        """Remove containers, volumes and images."""
        self._compose("down", "--volumes", "--rmi", "local", "--timeout", "5", seconds=180)

    def contacts(self, *arguments: str, code: int = 0) -> dict:
        """Run a command in the running API container; its JSON. Fails unless it ends with `code`."""
        return json.loads(self._compose("exec", "-T", "api", "contacts", *arguments, "--json", code=code))

    def show(self, who: str) -> dict | None:
        """The contact as `contacts show` has it now; None when there is none."""
        command = ["docker", "exec", self._containers["api"], "contacts", "show", who, "--json"]
        done = subprocess.run(command, capture_output=True, timeout=60)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def import_file(self, path: Path, *arguments: str) -> dict:
        """Import a file of this machine by a container of its own; the import's JSON."""
        mounted = f"{path.parent}:/files:ro"
        once = ("run", "--rm", "-T", "-v", mounted, "api", "import", f"/files/{path.name}", *arguments, "--json")
        return json.loads(self._compose(*once, seconds=180))

    def track(self, key: str, call: dict) -> tuple[int, dict]:
        """POST a track call; status and answer. Raises OSError when nothing answers."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._port}/v1/public/track/users/",
            data=json.dumps(call).encode(),
            headers={"Authorization": "Basic " + b64encode(f"{key}:".encode()).decode()},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as fault:
            return fault.code, json.load(fault)

    def kill(self, service: str) -> None:
        """Kill the service's first process as a crash would, so that Docker's restart policy has to bring it back."""
        state = self._inspect(service)["State"]
        os.kill(state["Pid"], signal.SIGKILL)
        eventually(
            lambda: self._inspect(service)["State"]["StartedAt"] != state["StartedAt"], 60, f"{service} restarted"
        )

    def runs_here(self) -> bool:
        """Whether the containers' processes are processes of this machine."""
        pid = self._inspect("consumer")["State"]["Pid"]
        command = Path(f"/proc/{pid}/cmdline")
        return command.is_file() and b"consume" in command.read_bytes()

    def wait_until_healthy(self, service: str) -> None:
        """Return when the service's health check says so."""
        eventually(lambda: self._is_healthy(service), 120, f"{service} is healthy")

    def logs(self) -> str:
        """The end of what every service has logged."""
        return self._compose("logs", "--tail", "20")

    def _is_healthy(self, service: str) -> bool:
        state = self._inspect(service)["State"]
        return state["Running"] and state["Health"]["Status"] == "healthy"

    def _inspect(self, service: str) -> dict:
        command = ["docker", "inspect", self._containers[service]]
        done = subprocess.run(command, capture_output=True, check=True, timeout=30)
        return json.loads(done.stdout)[0]

    def _compose(self, *arguments: str, seconds: float = 60, code: int = 0) -> str:
        done = subprocess.run(
            [*self._command, *arguments],
            cwd=ROOT,
            env=self._environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        if done.returncode != code:
            raise AssertionError(f"{arguments}: exit {done.returncode}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")
        return done.stdout
