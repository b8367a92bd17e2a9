"""Apache Kafka run with java from its Maven artifacts."""

import fcntl
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Mapping
from pathlib import Path

from tests.kafka.probing import START_SECONDS, NoBroker, answers, eventually, free_port

POM = Path(__file__).with_name("pom.xml")
LIBS = POM.parent.parent.parent / ".cache" / "kafka" / "libs"


class JavaBroker:
    """One KRaft node on a fixed port of this machine; stopped and started again it keeps its data."""

    can_stop = True

    def __init__(self, users: Mapping[str, str] | None = None) -> None:
        """With `users` (name to password) its clients must sign in by SASL/SCRAM-SHA-256."""
        self._libs = _jars()
        self._folder = Path(tempfile.mkdtemp(prefix="contacts-kafka-"))
        self._port = free_port()
        self._users = dict(users or {})
        self._process: subprocess.Popen[bytes] | None = None
        self.bootstrap = f"127.0.0.1:{self._port}"
        self._format()

    def start(self) -> None:
        """Start and return once it answers."""
        with (self._folder / "broker.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._java("-Xmx512m"), "kafka.Kafka", str(self._settings)], stdout=log, stderr=log
            )
        eventually(self._is_up, START_SECONDS, f"Kafka answers; its log: {self._folder / 'broker.log'}")

    def stop(self) -> None:
        """Stop in good order."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Stop at once, as a crash would."""
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Let it hang: its sockets stay open and nothing answers."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen one go on."""
        self._signal(signal.SIGCONT)

    def file_of(self, topic: str) -> Path:
        """The file that holds the messages of a topic's partition 0."""
        return self._folder / "data" / f"{topic}-0" / f"{0:020}.log"

    def close(self) -> None:
        """Stop for good and remove the data."""
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _is_up(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            tail = (self._folder / "broker.log").read_text(errors="replace")[-2000:]
            raise NoBroker(f"Kafka did not start:\n{tail}")
        options: dict[str, object] = {}
        if self._users:
            name, password = next(iter(self._users.items()))
            options = {
                "security_protocol": "SASL_PLAINTEXT",
                "sasl_mechanism": "SCRAM-SHA-256",
                "sasl_plain_username": name,
                "sasl_plain_password": password,
            }
        return answers(self.bootstrap, **options)

    def _signal(self, what: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(what)

    def _end(self, how: signal.Signals) -> None:
        self._signal(how)
        process, self._process = self._process, None
        if process is not None:
            process.wait(timeout=60)

    def _java(self, memory: str) -> list[str]:
        return ["java", memory, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", f"{self._libs}/*"]

    @property
    def _settings(self) -> Path:
        return self._folder / "server.properties"

    def _format(self) -> None:
        protocol = "SASL_PLAINTEXT" if self._users else "PLAINTEXT"
        controller = f"127.0.0.1:{free_port()}"
        settings = {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.bootstrap.servers": controller,
            "controller.listener.names": "CONTROLLER",
            "listeners": f"CLIENT://{self.bootstrap},INNER://127.0.0.1:{free_port()},CONTROLLER://{controller}",
            "listener.security.protocol.map": f"CLIENT:{protocol},INNER:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "inter.broker.listener.name": "INNER",
            "sasl.enabled.mechanisms": "SCRAM-SHA-256",
            "log.dirs": str(self._folder / "data"),
            "offsets.topic.num.partitions": "1",
            "offsets.topic.replication.factor": "1",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "share.coordinator.state.topic.replication.factor": "1",
            "share.coordinator.state.topic.min.isr": "1",
            "auto.create.topics.enable": "false",
        }
        if self._users:
            module = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
            settings["listener.name.client.scram-sha-256.sasl.jaas.config"] = module
        self._settings.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        storage = [*self._java("-Xmx256m"), "kafka.tools.StorageTool", "format", "--standalone"]
        for name, password in self._users.items():
            storage += ["--add-scram", f"SCRAM-SHA-256=[name={name},password={password}]"]
        cluster = uuid.uuid4().hex[:22]
        done = subprocess.run([*storage, "-t", cluster, "-c", str(self._settings)], capture_output=True, text=True)
        if done.returncode:
            raise NoBroker(f"Kafka's storage could not be formatted: {done.stdout}{done.stderr}")


def _jars() -> Path:
    """The folder with Kafka's jars, fetched by Maven the first time."""
    if LIBS.is_dir():
        return LIBS
    for tool in ("java", "mvn"):
        if shutil.which(tool) is None:
            raise NoBroker(f"no {tool} on this machine")
    LIBS.parent.mkdir(parents=True, exist_ok=True)
    with (LIBS.parent / "fetching").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several Mavens at once can spoil the repository that they share
        if not LIBS.is_dir():
            _fetch()
    return LIBS


def _fetch() -> None:
    fetched = Path(tempfile.mkdtemp(dir=LIBS.parent))
    command = ["mvn", "-q", "-B", "-f", str(POM), "dependency:copy-dependencies", f"-DoutputDirectory={fetched}"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        shutil.rmtree(fetched)
        raise NoBroker(f"Maven could not fetch Kafka: {done.stdout[-2000:]}")
    fetched.rename(LIBS)
