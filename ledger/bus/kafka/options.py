"""What a `kafka://` URL says: brokers, topic, and client options with their types."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TypeAlias
from urllib.parse import parse_qsl, unquote, urlsplit

from ledger.bus.port import Unusable

Value: TypeAlias = str | int | bool
Reading: TypeAlias = Callable[[str], Value]

_TOPIC = re.compile(r"[A-Za-z0-9._-]{1,249}")
_TRUTHS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def _truth(text: str) -> bool:
    try:
        return _TRUTHS[text.lower()]
    except KeyError:
        raise ValueError("neither true nor false") from None


def _one_of(*allowed: str) -> Reading:
    def read(text: str) -> str:
        if text.upper() not in allowed:
            raise ValueError(f"not one of {', '.join(allowed)}")
        return text.upper()

    return read


_CLIENT: dict[str, Reading] = {
    "client_id": str,
    "security_protocol": _one_of("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"),
    "sasl_mechanism": _one_of("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "GSSAPI", "AWS_MSK_IAM"),
    "sasl_plain_username": str,
    "sasl_plain_password": str,
    "sasl_kerberos_name": str,
    "sasl_kerberos_service_name": str,
    "sasl_kerberos_domain_name": str,
    "ssl_check_hostname": _truth,
    "ssl_cafile": str,
    "ssl_certfile": str,
    "ssl_keyfile": str,
    "ssl_crlfile": str,
    "ssl_password": str,
    "ssl_ciphers": str,
    "proxy_url": str,
    "client_dns_lookup": str,
    "connections_max_idle_ms": int,
    "metadata_max_age_ms": int,
    "reconnect_backoff_ms": int,
    "reconnect_backoff_max_ms": int,
    "retry_backoff_ms": int,
    "receive_buffer_bytes": int,
    "send_buffer_bytes": int,
}
_PRODUCER: dict[str, Reading] = {"compression_type": str, "linger_ms": int, "batch_size": int}
_CONSUMER: dict[str, Reading] = {
    "client_rack": str,
    "fetch_min_bytes": int,
    "fetch_max_wait_ms": int,
    "fetch_max_bytes": int,
    "max_partition_fetch_bytes": int,
    "check_crcs": _truth,
}
_CREATION: dict[str, Reading] = {"partitions": int, "replication_factor": int}


@dataclass(frozen=True, slots=True)
class Options:
    """Where the topic is and how to reach it. Only brokers and topic show in `repr`: the rest may be secret."""

    servers: tuple[str, ...]
    topic: str
    client: Mapping[str, Value] = field(repr=False)
    producer: Mapping[str, Value] = field(repr=False)
    consumer: Mapping[str, Value] = field(repr=False)
    creation: Mapping[str, Value] = field(repr=False)


def in_clear(options: Options) -> tuple[str, ...]:
    """The servers to which messages go without TLS over a network that others may share.

    Not among them: this machine, and names without a dot, which are those of a compose network.
    """
    if str(options.client.get("security_protocol", "PLAINTEXT")).endswith("SSL"):
        return ()
    return tuple(server for server in options.servers if not _is_near(server))


def _is_near(server: str) -> bool:
    host = server[1:].partition("]")[0] if server.startswith("[") else server.partition(":")[0]
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return "." not in host.removesuffix(".") or host.removesuffix(".").endswith(".localhost")


def parse(url: str) -> Options:
    """Read `kafka://host:9092,host2:9092/topic?option=value&…`.

    Options are kafka-python's own (connection, security, producer and fetch sizes), and `partitions` and
    `replication_factor` for a topic that must be made. Raises Unusable, naming the part that is wrong, never a value.
    """
    parts = urlsplit(url)
    if "@" in parts.netloc:
        raise Unusable("a kafka:// URL takes its user in sasl_plain_username and sasl_plain_password, not before an @")
    servers = tuple(server for server in parts.netloc.split(",") if server)
    if not servers or not all(re.fullmatch(r"[^:\s]+(:\d{1,5})?|\[[0-9A-Fa-f:]+\](:\d{1,5})?", s) for s in servers):
        raise Unusable("a kafka:// URL needs its brokers as host:port, separated by commas")
    topic = unquote(parts.path.strip("/"))
    if not _TOPIC.fullmatch(topic) or topic in (".", ".."):
        raise Unusable("a kafka:// URL ends with a topic: letters, digits, dots, hyphens and underscores, at most 249")
    given = _given(parts.query)
    unknown = sorted(set(given) - set(_CLIENT) - set(_PRODUCER) - set(_CONSUMER) - set(_CREATION))
    if unknown:
        raise Unusable(f"unknown options in the kafka:// URL: {', '.join(unknown)}")
    return Options(servers, topic, *(_typed(given, table) for table in (_CLIENT, _PRODUCER, _CONSUMER, _CREATION)))


def _given(query: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True) if query else []
    except ValueError:
        raise Unusable("the options of a kafka:// URL are name=value, separated by &") from None
    given = dict(pairs)
    if len(given) < len(pairs):
        twice = sorted({name for name, _ in pairs if sum(name == other for other, _ in pairs) > 1})
        raise Unusable(f"options given twice in the kafka:// URL: {', '.join(twice)}")
    return given


def _typed(given: Mapping[str, str], table: Mapping[str, Reading]) -> dict[str, Value]:
    typed: dict[str, Value] = {}
    for name, read in table.items():
        if name in given:
            try:
                typed[name] = read(given[name])
            except ValueError as fault:
                why = str(fault) if read is not int else "not a whole number"
                raise Unusable(f"option {name} of the kafka:// URL is {why}") from None
    return typed
