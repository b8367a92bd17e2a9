"""The topic: made when absent, and held to what the ledger needs of it."""

from dataclasses import dataclass
from typing import Any

from kafka import KafkaAdminClient
from kafka import errors as kafka
from kafka.admin import ConfigResource, ConfigResourceType

from ledger.bus.kafka.clients import translated
from ledger.bus.kafka.options import Options
from ledger.bus.port import Unavailable, Unusable

RETENTION_MS = 7 * 24 * 3600 * 1000
_STAMP = "message.timestamp.type"
_CLEANUP = "cleanup.policy"
_NEEDED = {_STAMP: "LogAppendTime", _CLEANUP: "delete"}
_UNKNOWN_TOPIC = kafka.UnknownTopicOrPartitionError.errno


@dataclass(frozen=True, slots=True)
class Topic:
    """The topic as it is now: its id names this very topic, not one made later under the same name."""

    id: str
    partitions: tuple[int, ...]


def describe(admin: KafkaAdminClient, options: Options) -> Topic | None:
    """The topic as the brokers know it, None when there is none. Raises Unavailable or Unusable."""
    with translated(options):
        (found,) = admin.describe_topics([options.topic])
        if found["error_code"] == _UNKNOWN_TOPIC:
            return None
        if found["error_code"]:
            raise kafka.for_code(found["error_code"])
        partitions = tuple(sorted(partition["partition_index"] for partition in found["partitions"]))
        return Topic(str(found["topic_id"]), partitions)


def ensure(admin: KafkaAdminClient, options: Options) -> Topic:
    """The topic, made now if absent: one partition unless the URL says otherwise, seven days, stamped by the broker.

    Raises Unavailable, or Unusable when the brokers refuse.
    """
    topic = describe(admin, options)
    if topic is None:
        _create(admin, options)
        topic = describe(admin, options)
    if topic is None:
        raise Unavailable(f"topic {options.topic} is being made; try again in a moment")
    return topic


def hold_to_needs(admin: KafkaAdminClient, options: Options) -> None:
    """Have the broker stamp the messages of a topic that somebody else made.

    Raises Unusable, with the command to run, where that is refused, or where the topic is compacted: compaction
    removes messages, and switching it off can remove older ones at once, so a person decides.
    """
    configs = _configs(admin, options)
    if configs[_CLEANUP] != _NEEDED[_CLEANUP]:
        raise Unusable(f"topic {options.topic} is compacted, which loses messages. {_command(options, _CLEANUP)}")
    if configs[_STAMP] == _NEEDED[_STAMP]:
        return
    with translated(options):
        resource = ConfigResource(ConfigResourceType.TOPIC, options.topic, {_STAMP: _NEEDED[_STAMP]})
        result = admin.alter_configs([resource], raise_on_unknown=False)["topic"][options.topic]
    if result != "OK":
        raise Unusable(
            f"topic {options.topic} takes its time stamps from senders, and the brokers refuse to let us change it "
            f"({result}). {_command(options, _STAMP)}"
        )


def _configs(admin: KafkaAdminClient, options: Options) -> dict[str, str]:
    with translated(options):
        resource = ConfigResource(ConfigResourceType.TOPIC, options.topic, list(_NEEDED))
        found: dict[str, Any] = admin.describe_configs([resource], config_filter="all")["topic"][options.topic]
        return {name: str(found[name]["value"]) for name in _NEEDED}


def _create(admin: KafkaAdminClient, options: Options) -> None:
    configs = {**_NEEDED, "retention.ms": str(RETENTION_MS)}
    wanted = {
        "num_partitions": options.creation.get("partitions", 1),
        "replication_factor": options.creation.get("replication_factor", -1),
        "configs": configs,
    }
    with translated(options):
        try:
            admin.create_topics({options.topic: wanted})
        except kafka.TopicAlreadyExistsError:
            pass
        except kafka.AuthorizationError as fault:
            raise Unusable(
                f"topic {options.topic} does not exist, and we may not make it. Run: kafka-topics --bootstrap-server "
                f"{options.servers[0]} --create --topic {options.topic} --partitions {wanted['num_partitions']} "
                + " ".join(f"--config {name}={value}" for name, value in configs.items())
            ) from fault
        admin.wait_for_topics([options.topic], timeout_ms=3000)


def _command(options: Options, name: str) -> str:
    return (
        f"Run: kafka-configs --bootstrap-server {options.servers[0]} --alter --entity-type topics "
        f"--entity-name {options.topic} --add-config {name}={_NEEDED[name]}"
    )
