"""The size a message may have: the same on every bus, and Kafka's default."""

from collections.abc import Iterable

from ledger.bus.port import Message, TooLarge

LIMIT = 1_048_576
"""Bytes of a message: key, value and headers together, with what Kafka adds around them."""

_AROUND = 512
_AROUND_HEADER = 32


def size(message: Message) -> int:
    """An upper bound, in bytes, of what this message takes up on a bus."""
    headers = sum(len(name.encode()) + len(value) + _AROUND_HEADER for name, value in message.headers)
    return len(message.key or b"") + len(message.value) + headers + _AROUND


def refuse_large(messages: Iterable[Message]) -> None:
    """Raise TooLarge, naming the first message over the limit by its place (from 1) and its size."""
    for place, message in enumerate(messages, 1):
        if len(message.value) > LIMIT // 2 or message.headers or (message.key and len(message.key) > LIMIT // 4):
            taken = size(message)
            if taken > LIMIT:
                raise TooLarge(
                    f"message {place} takes {taken} bytes with its key and headers; a bus takes at most {LIMIT}. "
                    "Send less in one message."
                )
