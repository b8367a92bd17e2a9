"""Bus records to log entries: each message decided once, in order, inside the log's transaction (decisions 1-7)."""

from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b

import msgspec

from consumers.batch_context import BatchContext
from consumers.deciding import BatchDecision
from consumers.incoming import Incoming, read
from consumers.offsets import Gap
from ledger.bus.port import Record
from ledger.events import moments, types
from ledger.events.ids import Ids
from ledger.events.signing import Signer
from ledger.log.entry import NewEntry, pack_headers
from ledger.log.port import Batch, EventLog, Tip

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

        Raises ledger.log.port.OffsetMoved, ledger.clock.ClockAhead, or StorageFault with nothing changed.
        """
        # an id tells when its contact was made: none is kept for a later batch
        self._spare_ids, self._ids_a_time = [], min(_MOST_IDS_A_TIME, len(messages))
        newest = messages[-1].record.time if messages else 0
        tips = self._tips(messages, following)
        with self._log.appending(bus, expected, following, meanwhile, newest, tips) as batch:
            decide = self.decision(batch, messages, self._contact_id)
            for message in messages:
                decide(message)
            return batch.position

    def decision(
        self, batch: Batch, messages: Sequence[Incoming], new_contact_id: Callable[[], bytes]
    ) -> BatchDecision:
        """What decides these messages, one after the other, in this batch."""
        signature = self._signer.signature_in
        context = BatchContext(batch, messages, self._may_merge, new_contact_id, self.digest, signature)
        return BatchDecision(context)

    def digest(self, record: Record) -> bytes:
        """By which a rejected message is known again: keyed, so that nobody finds the message by trying."""
        digest = blake2b(key=self._digest_key, digest_size=32)
        for part in (pack_headers(record.headers) or b"", record.value or b""):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
        return digest.digest()

    def accept_gaps(self, bus: str, stored: Mapping[int, int], missing: Sequence[Gap], by: str) -> None:
        """Go on beyond messages that are gone, by an entry that says which, and who decided so (decision 3)."""
        following = {gap.partition: gap.resume for gap in missing}
        with self._log.appending(bus, stored, following) as batch:
            for gap in missing:
                about = {"bus": bus, "partition": gap.partition, "first": gap.first, "resume": gap.resume, "by": by}
                self._note(batch, types.GAP_ACCEPTED, about)

    def accept_bus(self, bus: str, by: str) -> None:
        """Go on with another bus, from its beginning, by an entry that says who decided so (R37).

        What of it the log has already is known by source and id.
        """
        before = self._log.bus()
        with self._log.accepting(bus) as batch:
            self._note(batch, types.BUS_ACCEPTED, {"from": before, "to": bus, "by": by})

    def says_what_was_taken(self, bus: str, record: Record) -> bool:
        """Whether this is the message that the log took at the record's place, as far as the log remembers it."""
        tip = self._log.tips(bus).get(record.partition)
        if tip is None or tip.offset != record.offset or record.value == self._signer.emptied:
            return True
        return tip.digest == self.digest(record)

    def _note(self, batch: Batch, type: str, about: Mapping[str, object]) -> None:
        """Add a signed entry of the ledger's own that came over no bus."""
        now, message_id = self._clock(), self._ids()
        data = msgspec.json.encode(about)
        value = self._signer.message(source="/cli", id=message_id, type=type, time=moments.text(now), data=data)
        batch.add(NewEntry(stated=now, bus_time=now, type=type, source="/cli", message_id=message_id, value=value))

    def _tips(self, messages: Sequence[Incoming], following: Mapping[int, int]) -> dict[int, Tip]:
        """The last of the messages, by partition."""
        found: dict[int, Tip] = {}
        for message in reversed(messages):
            record = message.record
            if record.partition not in found:
                found[record.partition] = Tip(record.offset, self.digest(record))
                if len(found) == len(following):
                    break
        return found

    def _contact_id(self) -> bytes:
        if not self._spare_ids:
            self._spare_ids = self._ids.raw(self._ids_a_time)[::-1]
        return self._spare_ids.pop()
