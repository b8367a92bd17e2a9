"""Bus records to log entries: each message decided once, in order, inside the log's transaction (decisions 1-7)."""

from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b

import msgspec

from consumers.deciding import BatchDecision
from consumers.messages import Incoming, read
from consumers.offsets import Gap
from ledger.bus.port import Record
from ledger.events import moments, types
from ledger.events.ids import Ids
from ledger.events.signing import Signer
from ledger.log.entry import NewEntry, pack_headers
from ledger.log.log import EventLog

_MOST_IDS_A_TIME = 64


class Appender:
    """Appends batches of records. One per log; it holds no state that outlives a batch."""

    def __init__(
        self,
        log: EventLog,
        *,
        secret: bytes,
        may_merge: bool,
        clock: Callable[[], int],
        ids: Ids,
    ) -> None:
        """`clock` gives microseconds since the epoch; `ids` makes the ids of new contacts."""
        self._log = log
        self._signer = Signer(secret)
        self._digest_key = blake2b(secret, digest_size=32).digest()
        self._may_merge = may_merge
        self._clock = clock
        self._ids = ids
        self._spare_ids: list[bytes] = []
        self._ids_a_time = 1

    def read(self, records: Sequence[Record]) -> list[Incoming]:
        """What the records say, before any look at the log."""
        signer = self._signer
        return [read(record, signer) for record in records]

    def append(
        self,
        bus: str,
        messages: Sequence[Incoming],
        expected: Mapping[int, int],
        following: Mapping[int, int],
        meanwhile: Callable[[], None],
    ) -> int:
        """Append messages and store the following offsets, in one transaction; gives the new head.

        `meanwhile` is called as soon as the disk's work begins: from there on this thread leaves the interpreter to
        others.

        Raises ledger.log.log.OffsetMoved, ledger.clock.ClockAhead, or sqlite.Error with nothing changed.
        """
        # an id tells when its contact was made: none is kept for a later batch
        self._spare_ids, self._ids_a_time = [], min(_MOST_IDS_A_TIME, len(messages))
        newest = messages[-1].record.time if messages else 0
        with self._log.appending(bus, expected, following, meanwhile, newest) as batch:
            decide = BatchDecision(
                batch, messages, self._may_merge, self._contact_id, self._digest, self._signer.signature_in
            )
            for message in messages:
                decide(message)
            return batch.position

    def accept_gaps(self, bus: str, stored: Mapping[int, int], missing: Sequence[Gap], by: str) -> None:
        """Go on beyond messages that are gone, by an entry that says which, and who decided so (decision 3)."""
        following = {gap.partition: gap.resume for gap in missing}
        with self._log.appending(bus, stored, following) as batch:
            for gap in missing:
                now = self._clock()
                message_id = self._ids()
                data = msgspec.json.encode(
                    {"bus": bus, "partition": gap.partition, "first": gap.first, "resume": gap.resume, "by": by}
                )
                value = self._signer.message(
                    source="/cli", id=message_id, type=types.GAP_ACCEPTED, time=moments.text(now), data=data
                )
                batch.add(
                    NewEntry(
                        stated=now,
                        bus_time=now,
                        type=types.GAP_ACCEPTED,
                        source="/cli",
                        message_id=message_id,
                        value=value,
                    )
                )

    def _contact_id(self) -> bytes:
        if not self._spare_ids:
            self._spare_ids = self._ids.raw(self._ids_a_time)[::-1]
        return self._spare_ids.pop()

    def _digest(self, record: Record) -> bytes:
        digest = blake2b(key=self._digest_key, digest_size=32)
        for part in (pack_headers(record.headers) or b"", record.value or b""):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
        return digest.digest()
