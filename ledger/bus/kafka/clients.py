"""Kafka clients, made with the settings the ledger needs, and what their faults mean to it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka import errors as kafka
from kafka.net.compat import KafkaNetClient

from ledger.bus.kafka.options import Options
from ledger.bus.kafka.record_batches import read_to_the_end
from ledger.bus.port import BusError, Unavailable, Unusable
from ledger.bus.sizes import LIMIT

CONNECT_MS = 1000
"""Milliseconds a client may take to find its brokers."""

DELIVERY_MS = 3000
"""Milliseconds after which the library gives a message up: less than a call's deadline of 4 s."""

_REQUEST_MS = 2000
_FETCH_REQUEST_MS = 5000
_CALM = {"reconnect_backoff_max_ms": 1000, "client_id": "contacts"}
_BATCH = 262_144
_FETCH = 16 * 1024 * 1024

_NEEDS_A_PERSON = (
    kafka.AuthorizationError,
    kafka.SaslAuthenticationFailedError,
    kafka.UnsupportedSaslMechanismError,
    kafka.IllegalSaslStateError,
    kafka.SecurityDisabledError,
    kafka.InvalidTopicError,
    kafka.PolicyViolationError,
    kafka.InvalidConfigurationError,
    kafka.InvalidReplicationFactorError,
    kafka.InvalidPartitionsError,
    kafka.UnsupportedVersionError,
    kafka.KafkaConfigurationError,
    FileNotFoundError,
    PermissionError,
    ImportError,
    TypeError,
    ValueError,
)


def meaning(fault: BaseException, options: Options) -> BusError:
    """The bus's word for a fault of the library: Unusable where a person must act, else Unavailable."""
    if isinstance(fault, BusError):
        return fault
    where = ",".join(options.servers)
    says = str(fault) or type(fault).__name__
    if isinstance(fault, _NEEDS_A_PERSON):
        return Unusable(f"Kafka at {where} cannot be used as it is set up ({says})")
    # A broker that refuses a password says so and hangs up; kafka-python 3.0 often sees only that it hung up.
    or_refuses = ", or does not take the user and password" if "sasl_mechanism" in options.client else ""
    return Unavailable(f"Kafka at {where} does not answer{or_refuses} ({says})")


@contextmanager
def translated(options: Options) -> Iterator[None]:
    """Raise the bus's faults for the library's."""
    try:
        yield
    except Exception as fault:
        meant = meaning(fault, options)
        if meant is fault:
            raise
        raise meant from fault


def quiet() -> None:
    """Keep the library's records out of our logs unless somebody asked for them.

    Its debug records hold keys, values and passwords; its errors, a dozen a second in an outage, come to us anyhow.
    """
    logger = logging.getLogger("kafka")
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.CRITICAL)


def admin(options: Options) -> KafkaAdminClient:
    """A client for questions about topics. Raises Unavailable or Unusable."""
    return _made(KafkaAdminClient, options, request_timeout_ms=_REQUEST_MS)


def producer(options: Options) -> KafkaProducer:
    """A producer whose confirmations mean durable (acks=all, idempotent). Raises Unavailable or Unusable."""
    settings: dict[str, Any] = {"batch_size": _BATCH, **options.producer}
    return _made(
        KafkaProducer,
        options,
        **settings,
        acks="all",
        enable_idempotence=True,
        allow_auto_create_topics=False,
        max_block_ms=CONNECT_MS,
        delivery_timeout_ms=DELIVERY_MS,
        request_timeout_ms=_REQUEST_MS - int(settings.get("linger_ms", 0)),
        max_request_size=LIMIT,
        metrics_enabled=False,
    )


def consumer(options: Options) -> KafkaConsumer:
    """A consumer that goes only where it is sent: no group, no commits, no resets. Raises Unavailable or Unusable."""
    settings: dict[str, Any] = {"max_partition_fetch_bytes": _FETCH, **options.consumer}
    made = _made(
        KafkaConsumer,
        options,
        **settings,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="none",
        isolation_level="read_committed",
        allow_auto_create_topics=False,
        request_timeout_ms=_FETCH_REQUEST_MS,
        metrics_enabled=False,
    )
    read_to_the_end(made)
    return made


def _made(kind: Any, options: Options, **settings: Any) -> Any:
    """A client of `kind`; one that cannot be made leaves no thread or socket behind."""
    quiet()
    networks: list[Any] = []

    def network(**configs: Any) -> Any:
        networks.append(KafkaNetClient(**configs, socket_connection_setup_timeout_ms=CONNECT_MS))
        return networks[-1]

    everywhere = {**_CALM, **options.client, "bootstrap_servers": list(options.servers)}
    try:
        return kind(**everywhere, **settings, bootstrap_timeout_ms=CONNECT_MS, kafka_client=network)
    except Exception as fault:
        for made in networks:
            with suppress(Exception):
                made.close()
        raise meaning(fault, options) from fault
