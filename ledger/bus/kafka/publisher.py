"""Publishing to Kafka: a call returns when the brokers have confirmed every message of it."""

import time
from collections.abc import Sequence
from typing import Any

from kafka import KafkaProducer
from kafka import errors as kafka

from ledger.bus.kafka import clients
from ledger.bus.kafka.line import Line, Lines
from ledger.bus.kafka.options import Options
from ledger.bus.port import BusError, Message, NotConfirmed, Publisher, TooLarge
from ledger.bus.sizes import refuse_large

WINDOW = 5_000
"""Messages of one call that may be on their way at once."""

_TOO_LARGE = (kafka.MessageSizeTooLargeError, kafka.RecordListTooLargeError)
_REFUSED = (*_TOO_LARGE, kafka.AuthorizationError, kafka.InvalidRecordError, kafka.NotEnoughReplicasError)
"""Answers by which a broker says that it has not written the message."""


class KafkaPublisher(Publisher):
    """Any number of threads share one producer; messages of calls at the same time share requests."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._lines = Lines(options)

    def publish(self, messages: Sequence[Message], timeout: float = 4.0) -> None:
        """See `Publisher.publish`. A message not confirmed within 3 s is given up, however long `timeout` is."""
        deadline = time.monotonic() + timeout
        refuse_large(messages)
        if messages:
            with self._lines.lease(deadline) as line:
                self._send_all(line, messages, deadline)

    def close(self) -> None:
        """See `Publisher.close`."""
        self._lines.close()

    def _send_all(self, line: Line, messages: Sequence[Message], deadline: float) -> None:
        sent: list[Any] = []
        confirmed = 0
        try:
            only = _only_partition(line.producer, self._options.topic)
            for message in messages:
                if len(sent) - confirmed >= WINDOW:
                    confirmed = _confirm(sent, confirmed, len(sent) - WINDOW // 2, deadline)
                sent.append(self._send(line.producer, message, only))
            _confirm(sent, confirmed, len(sent), deadline)
        except Exception as fault:
            line.retired = True
            raise self._outcome(fault, sent, len(messages), deadline) from fault

    def _send(self, producer: KafkaProducer, message: Message, only: int | None) -> Any:
        headers = list(message.headers) if message.headers else None
        return producer.send(self._options.topic, message.value, message.key, headers, only)

    def _outcome(self, fault: Exception, sent: list[Any], wanted: int, deadline: float) -> BusError:
        """What the caller can rely on after `fault`: nothing published, or nobody knows."""
        meant = clients.meaning(fault, self._options)
        if not all(_was_refused(future, deadline) for future in sent):
            done = sum(1 for future in sent if future.succeeded())
            return NotConfirmed(f"{done} of {wanted} messages were confirmed; {meant}")
        if isinstance(fault, _TOO_LARGE):
            return TooLarge(f"topic {self._options.topic} takes no message of this size (its max.message.bytes)")
        return meant


def _only_partition(producer: KafkaProducer, topic: str) -> int | None:
    """The topic's partition when it has but one: then no key need be hashed, which is a seventh of the work."""
    partitions = producer.partitions_for(topic)
    return next(iter(partitions)) if len(partitions) == 1 else None


def _confirm(sent: list[Any], start: int, end: int, deadline: float) -> int:
    """Wait until messages `start` up to before `end` are confirmed; return `end`. Raises what hit one of them."""
    for future in sent[start:end]:
        if not future.is_done or future.exception is not None:
            future.get(max(0.001, deadline - time.monotonic()))
    return end


def _was_refused(future: Any, deadline: float) -> bool:
    try:
        future.get(max(0.001, deadline - time.monotonic()))
    except _REFUSED:
        return True
    except Exception:
        return False
    return False
