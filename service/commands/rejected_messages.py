"""Rejected messages taken again or dropped, one by one or as many as a filter finds (R28, R33)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass

from ledger.bus.port import Message, Publisher
from ledger.events.envelope import decode
from ledger.events.schema import Invalid
from ledger.events.signing import Signer
from ledger.log.entry import Entry
from ledger.log.port import LogReader
from service.commands.deadline import DEADLINE
from service.commands.retried_consent import refuse_opt_in
from service.commands.retry_message import CannotBeTaken, SettlingOrder, drop_message, read_again, retry_message
from service.queries.ledger.consistency import Consistency

MOST = 10_000
"""Messages that one order settles at most, the newest of them."""

_AT_ONCE, _MOST_BYTES = 500, 1024 * 1024
"""Of orders, in one publish."""

_Order = Callable[[LogReader, Entry], Message]
"""Makes an order about a rejected message. Raises CannotBeTaken or Invalid where none can be given."""


class NotRejected(LookupError):
    """The log has no rejected message at this position, or an erasure has emptied it."""


class IsSettled(Exception):
    """What becomes of the message is said already, by the entry at `position`; None: it is nothing to be settled."""

    def __init__(self, refused: int, position: int | None) -> None:
        if position is None:
            super().__init__(f"the message at position {refused} is an order that was refused: give a new one")
        else:
            super().__init__(f"the entry at position {position} says already what becomes of the message at {refused}")
        self.position = position


class RefusedAgain(Exception):
    """The append refused the order, by the entry at `position`, for `reason`; the text says why."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(entry.detail or str(entry.reason))
        self.reason = entry.reason
        self.position = entry.position


class CountMoved(Exception):
    """Not as many messages as was said: there are `found` now."""

    def __init__(self, found: int) -> None:
        super().__init__(f"{found} messages are open by now: look at them again, and say that number")
        self.found = found


@dataclass(frozen=True, slots=True)
class Which:
    """Open messages: rejected for this reason, of this source, where these are given."""

    reason: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """How many messages an order is about (at most MOST, of `open`), and how many of them a retry would send.

    The others are refused by today's rules too.
    """

    count: int
    ready: int
    open: int


class RejectedMessages:
    """Has rejected messages taken again or dropped. Safe for threads.

    `source` is that of the messages that drop one. `log` opens the log for the length of a block.
    """

    def __init__(
        self,
        source: str,
        publisher: Publisher,
        signer: Signer,
        log: Callable[[], AbstractContextManager[LogReader]],
        consistency: Consistency,
    ) -> None:
        self._source = source
        self._publisher = publisher
        self._signer = signer
        self._log = log
        self._consistency = consistency

    def retry(
        self, position: int, said: SettlingOrder, corrected: bytes | None = None, seconds: float = 2.0
    ) -> int | None:
        """Have the message at a position taken again; the position it is taken at, None while it is on its way.

        It is waited for so many seconds at most. Raises NotRejected, IsSettled, RefusedAgain, BusError, and what
        `read_again` and `retry_message` raise.
        """
        with self._log() as log:
            head = log.head().position  # first: what comes later than this is told
            message = self._retry(log, _open(log, position), said, corrected)
        return self._ordered(message, head, seconds)

    def drop(self, position: int, said: SettlingOrder, seconds: float = 2.0) -> int | None:
        """Have the message at a position dropped; takes, gives and raises what `retry` does."""
        with self._log() as log:
            head = log.head().position
            message = self._drop(log, _open(log, position), said)
        return self._ordered(message, head, seconds)

    def plan(self, which: Which) -> Plan:
        """What an order about all of these comes to."""
        with self._log() as log:
            counts = log.rejected_by_reason(which.source, is_open=True)
            positions = log.open_rejections(MOST, reason=which.reason, source=which.source)
        total = sum(counts.values()) if which.reason is None else counts.get(which.reason, 0)
        ready = sum(map(len, self._orders(positions, self._retrying(SettlingOrder("", None)))))
        return Plan(len(positions), ready, total)

    def retry_all(self, which: Which, count: int, said: SettlingOrder) -> int:
        """Have all of these taken again that today's rules let in by themselves; how many were sent, oldest first.

        `count` is how many they are. Raises CountMoved, and BusError: what was sent before that stays sent.
        """
        return self._send(self._orders(self._counted(which, count), self._retrying(said)))

    def drop_all(self, which: Which, count: int, said: SettlingOrder) -> int:
        """Have all of these dropped; takes, gives and raises what `retry_all` does."""
        return self._send(self._orders(self._counted(which, count), self._dropping(said)))

    def _counted(self, which: Which, count: int) -> Sequence[int]:
        with self._log() as log:
            positions = log.open_rejections(MOST, reason=which.reason, source=which.source)
        if len(positions) != count:
            raise CountMoved(len(positions))
        return positions

    def _orders(self, positions: Sequence[int], order: _Order) -> Iterator[list[Message]]:
        """The orders about the messages at these positions, but those that cannot be given, in pages (R35)."""
        left = iter(positions)
        while True:
            page: list[Message] = []
            size = 0
            with self._log() as log:
                for position in left:
                    entry = log.entry(position)
                    if entry is None or entry.is_erased:
                        continue
                    with suppress(CannotBeTaken, Invalid):
                        page.append(order(log, entry))
                        size += len(page[-1].value or b"")
                    if len(page) == _AT_ONCE or size > _MOST_BYTES:
                        break
            if not page:
                return
            yield page

    def _retrying(self, said: SettlingOrder) -> _Order:
        return lambda log, refused: self._retry(log, refused, said)

    def _dropping(self, said: SettlingOrder) -> _Order:
        return lambda log, refused: self._drop(log, refused, said)

    def _retry(self, log: LogReader, refused: Entry, said: SettlingOrder, corrected: bytes | None = None) -> Message:
        again = read_again(refused, corrected, self._signer)
        refuse_opt_in(again, log)
        decided = log.decided_under(again.envelope.source, again.envelope.id)
        taken = next((position for position, is_accepted in decided.items() if is_accepted), None)
        if taken is not None:
            raise CannotBeTaken(
                "id_reused",
                f"its source and id name the message at position {taken}, which was taken: its sender has to give it"
                " an id of its own. Drop it here",
            )
        return retry_message(again, _digest(log, refused), said, max(decided, default=0), self._signer)

    def _drop(self, log: LogReader, refused: Entry, said: SettlingOrder) -> Message:
        head = log.head_at(refused.position)
        assert head is not None
        return drop_message(refused, _digest(log, refused), head.hash, said, self._source, self._signer)

    def _send(self, pages: Iterable[list[Message]]) -> int:
        """Publish each page as it is made; how many messages they were."""
        sent = 0
        for page in pages:
            self._publisher.publish(page, DEADLINE)
            sent += len(page)
        return sent

    def _ordered(self, message: Message, head: int, seconds: float) -> int | None:
        """Publish one message, and wait for its own entry behind the log's `head`."""
        self._publisher.publish([message], DEADLINE)
        entry = self._consistency.decided(lambda: self._entry(message, head), seconds)
        if entry is not None and not entry.is_accepted:
            raise RefusedAgain(entry)
        return None if entry is None else entry.position

    def _entry(self, message: Message, head: int) -> Entry | None:
        """The entry of a message behind the log's `head`; others may have its name."""
        envelope = decode(message.headers, message.value)
        with self._log() as log:
            for position in log.decided_under(envelope.source, envelope.id, head):
                entry = log.entry(position)
                if entry is not None and entry.value == message.value:
                    return entry
        return None


def _open(log: LogReader, position: int) -> Entry:
    """The message at this position, if it is rejected and open. Raises NotRejected, IsSettled."""
    entry = log.entry(position)
    if entry is None or entry.is_accepted or entry.is_erased:
        raise NotRejected(f"there is no rejected message at position {position}")
    if entry.is_refused_order:
        raise IsSettled(position, None)
    if (settled := log.settled_by([position]).get(position)) is not None:
        raise IsSettled(position, settled)
    return entry


def _digest(log: LogReader, refused: Entry) -> str:
    """What the log knows a rejected message again by, in hex."""
    (stored,) = log.proof_page(refused.position - 1, 1, refused.position)
    assert stored.raw_digest is not None
    return stored.raw_digest.hex()
