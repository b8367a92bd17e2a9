"""The bus of record: a topic on Apache Kafka."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as StillWaiting

from ledger.bus.kafka import clients, topic
from ledger.bus.kafka.options import Options, in_clear, parse
from ledger.bus.kafka.publisher import KafkaPublisher
from ledger.bus.kafka.reader import KafkaReader
from ledger.bus.port import ANYWHERE, Bus, Emptying, Publisher, Reader, Record, Unavailable

__all__ = ["KafkaBus"]

_CHECK_SECONDS = 1.0


class KafkaBus(Bus):
    """The topic that a `kafka://` URL names."""

    def __init__(self, url: str) -> None:
        """Raises Unusable when the URL is wrong."""
        self._options = parse(url)
        self.topic = self._options.topic
        self.in_clear = in_clear(self._options)

    def __repr__(self) -> str:
        return f"KafkaBus({','.join(self._options.servers)}/{self._options.topic})"

    def publisher(self) -> Publisher:
        """See `Bus.publisher`."""
        return KafkaPublisher(self._options)

    def reader(self) -> Reader:
        """See `Bus.reader`."""
        return KafkaReader(self._options)

    def erase(
        self,
        _is_meant: Callable[[Record], bool],
        _emptied: bytes,
        _before: int,
        _may_be_in: Callable[[bytes], bool] = lambda _: True,
        _among: Sequence[range] = ANYWHERE,
    ) -> Emptying:
        """See `Bus.erase`: a topic is never written anew."""
        return Emptying.IMPOSSIBLE

    def check(self) -> None:
        """See `Bus.check`."""
        answer: Future[None] = Future()
        threading.Thread(target=_check, args=[self._options, answer], name="kafka-check", daemon=True).start()
        try:
            answer.result(_CHECK_SECONDS)
        except StillWaiting:
            raise Unavailable(f"Kafka at {','.join(self._options.servers)} did not answer within a second") from None


def _check(options: Options, answer: Future[None]) -> None:
    try:
        asker = clients.admin(options)
        try:
            topic.ensure(asker, options)
        finally:
            asker.close()
    except BaseException as fault:
        answer.set_exception(fault)
    else:
        answer.set_result(None)
