"""The port: what a bus must do. Two drivers, `kafka` and `sqlite`; one contract suite, `tests/contracts/`."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import Enum, auto
from pathlib import Path

import msgspec

from ledger.storage import CopyProgress

Headers = tuple[tuple[str, bytes], ...]


class BusError(Exception):
    """Any fault of a bus; the message is a sentence fit for a person."""


class Unavailable(BusError):
    """The bus cannot be reached now, or is too busy. It can heal; nothing was published by this call."""


class ClockRefused(Unavailable):
    """This machine's clock is too far past the last message to stamp one with it (R4); the message says what to do."""


class NotConfirmed(BusError):
    """No confirmation came in time: the messages may or may not be on the bus, now or soon."""


class TooLarge(BusError):
    """A message is over the bus's size limit. Nothing of the call was published."""


class Replaced(Unavailable):
    """Another stream has taken the bus's place (topic re-created, file restored). Close this reader, open a new one."""


class OutOfRange(BusError):
    """The position is outside what the bus keeps: messages are gone. The reader stays where it is."""

    def __init__(self, partition: int, offset: int, first: int, following: int) -> None:
        self.partition, self.offset, self.first, self.following = partition, offset, first, following
        missing = f"{first - offset} messages are missing" if offset < first else "it never had that many"
        super().__init__(
            f"offset {offset} of partition {partition} is not on the bus, which keeps {first} up to before {following}"
            f": {missing}"
        )


class Damaged(BusError):
    """What the bus holds from `offset` on is not what was written; `resume` is the next offset that can be read.

    The reader stays where it is.
    """

    def __init__(self, partition: int, offset: int, resume: int) -> None:
        self.partition, self.offset, self.resume = partition, offset, resume
        super().__init__(f"offsets {offset} up to before {resume} of partition {partition} are damaged on the bus")


class Unusable(BusError):
    """The bus cannot serve as it is set up (wrong URL, missing rights, unfit topic). It needs a person."""


class Message(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What a publisher hands over. `key` decides order among partitions; `headers` only for Kafka's binary mode."""

    key: bytes | None
    value: bytes
    headers: Headers = ()


class Record(msgspec.Struct, frozen=True, gc=False):
    """A message as the bus took it. `time` is the bus's own clock, in microseconds since the epoch (UTC).

    `fault` is a sentence where no message can be made of what the bus took; the rest is then as far as it goes.
    """

    partition: int
    offset: int
    time: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    fault: str | None = None


class Emptying(Enum):
    """What became of messages that were to be emptied: nothing of them is left; something is, for as long as somebody
    reads the bus as it was; or the bus cannot, and keeps them until its retention ends."""

    DONE = auto()
    NOT_YET = auto()
    IMPOSSIBLE = auto()


ANYWHERE = (range(2**62),)
"""All offsets of a bus."""


class Publisher(ABC):
    """Puts messages on the bus. Safe to use from several threads at once."""

    @abstractmethod
    def publish(self, messages: Sequence[Message], timeout: float = 4.0) -> None:
        """Return once every message is durable, in the order given (per key); `timeout` seconds bound the whole call.

        Raises Unavailable, NotConfirmed, TooLarge or Unusable: never silence.
        """

    @abstractmethod
    def close(self) -> None:
        """Let go of the bus; messages of calls that returned are safe."""


class Reader(ABC):
    """Reads the bus from offsets it is told. Used by one thread at a time.

    After Replaced, or when in doubt after Unavailable, close it and ask the bus for a new one.
    """

    bus_id: str
    """Names this very stream of offsets: it changes when the topic is re-created or the file restored."""

    @abstractmethod
    def ranges(self) -> Mapping[int, tuple[int, int]]:
        """For each partition the first offset still kept and the one the next message will get. Raises Unavailable."""

    @abstractmethod
    def seek(self, offsets: Mapping[int, int]) -> None:
        """The next poll starts at these offsets; partitions not named start at their beginning.

        An offset outside what the bus keeps is the caller's to check (`ranges`); the reader never jumps silently.
        """

    @abstractmethod
    def poll(self, limit: int, timeout: float) -> list[Record]:
        """Up to `limit` records after the position, in order per partition; waits `timeout` seconds for the first.

        Raises Unavailable when the bus is away; the position stays.
        Raises Replaced when the bus has another id now, OutOfRange when it no longer keeps the position, Damaged when
        what it keeps there cannot be read.
        """

    @abstractmethod
    def following(self) -> Mapping[int, int]:
        """Where the next poll goes on: behind all records given, and behind what a bus keeps that is no message."""

    @abstractmethod
    def mark(self, offsets: Mapping[int, int]) -> None:
        """Tell how far the log has come, for lag monitors, and so that retention takes nothing the log has not.

        Faults are ignored: nothing else rests on it.
        """

    @abstractmethod
    def close(self) -> None:
        """Let go of the bus; safe to call twice."""


class Bus(ABC):
    """A bus that is set up; opening one talks to nobody yet, so an API can start while its broker is away."""

    topic: str | None = None
    """The topic on a broker to which other programs can publish; None where there is none."""

    in_clear: tuple[str, ...] = ()
    """The servers to which messages go unencrypted over a network that others may share."""

    @abstractmethod
    def publisher(self) -> Publisher:
        """A new publisher."""

    @abstractmethod
    def reader(self) -> Reader:
        """A new reader at no position yet (seek first). Raises Unavailable, Unusable."""

    @contextmanager
    def copying(self, meanwhile: Callable[[], None]) -> Iterator[Callable[[Path, CopyProgress], None] | None]:
        """Call `meanwhile` in a moment in which nothing is published, where the bus has one; nobody waits for long.

        The block is given what writes the bus as of that moment into a new file; None where the bus is kept elsewhere.
        Raises Unavailable, Unusable, and what `meanwhile` raises.
        """
        meanwhile()
        yield None

    def accept_clock(self) -> None:  # noqa: B027
        """Go on with this machine's clock, however far past the last message it is; nothing where others stamp.

        Raises Unavailable, Unusable.
        """

    @abstractmethod
    def erase(
        self,
        is_meant: Callable[[Record], bool],
        emptied: bytes,
        before: int,
        may_be_in: Callable[[bytes], bool] = lambda _: True,
        among: Sequence[range] = ANYWHERE,
    ) -> Emptying:
        """Put `emptied` in the place of the messages that are meant, as far as they have offsets under `before` (R31).

        `may_be_in` is asked of bytes that hold many messages, each whole, whether one of them may be meant: a bus need
        not look at those of which it says no. Nor need it look anywhere but `among` these offsets, which rise.
        Once more does no harm. Raises Unavailable, Unusable.
        """

    @abstractmethod
    def check(self) -> None:
        """Return if the bus answers within a second; else raise Unavailable or Unusable (for `/readyz`)."""
