"""Apache Kafka in a container."""

from contextlib import suppress

from tests.kafka.probing import START_SECONDS, NoBroker, answers, eventually, free_port

IMAGE = "apache/kafka:4.3.0"


class ContainerBroker:
    """One KRaft node in a container, on a fixed port of the Docker host."""

    can_stop = True

    def __init__(self) -> None:
        """Raises NoBroker when no Docker socket answers."""
        if not has_docker():
            raise NoBroker("no Docker socket answers")
        from testcontainers.core.config import testcontainers_config
        from testcontainers.core.container import DockerContainer
        from testcontainers.core.docker_client import DockerClient

        testcontainers_config.ryuk_disabled = True  # its image cannot be pulled everywhere; we remove what we start
        port = free_port()
        self.bootstrap = f"{DockerClient().host()}:{port}"
        settings = {
            "KAFKA_PROCESS_ROLES": "broker,controller",
            "KAFKA_NODE_ID": "1",
            "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9094",
            "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
            "KAFKA_LISTENERS": "OUT://0.0.0.0:9092,IN://0.0.0.0:9093,CONTROLLER://0.0.0.0:9094",
            "KAFKA_ADVERTISED_LISTENERS": f"OUT://{self.bootstrap},IN://localhost:9093",
            "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "OUT:PLAINTEXT,IN:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "KAFKA_INTER_BROKER_LISTENER_NAME": "IN",
            "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
            "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS": "1",
            "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
            "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
            "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
        }
        self._container = DockerContainer(IMAGE).with_bind_ports(9092, port)
        for name, value in settings.items():
            self._container.with_env(name, value)
        self._started = False

    def start(self) -> None:
        """Start and return once it answers; a stopped one goes on with its data."""
        if self._started:
            self._container.get_wrapped_container().start()
        else:
            self._container.start()
            self._started = True
        eventually(lambda: answers(self.bootstrap), START_SECONDS, f"Kafka answers at {self.bootstrap}")

    def stop(self) -> None:
        """Stop in good order."""
        self._container.get_wrapped_container().stop(timeout=2)

    def kill(self) -> None:
        """Stop at once, as a crash would."""
        self._container.get_wrapped_container().kill()

    def freeze(self) -> None:
        """Let it hang: its sockets stay open and nothing answers."""
        self._container.get_wrapped_container().pause()

    def thaw(self) -> None:
        """Let a frozen one go on."""
        self._container.get_wrapped_container().unpause()

    def close(self) -> None:
        """Stop for good and remove the container."""
        with suppress(Exception):
            self._container.stop()


def has_docker() -> bool:
    """Whether a Docker socket answers."""
    import docker

    try:
        client = docker.from_env(timeout=5)
        client.ping()
        client.close()
    except Exception:
        return False
    return True
