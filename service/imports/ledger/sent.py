"""Which rows of an import are out already, asked of those who know: the log, and the bus behind what the log has."""

from collections.abc import Iterator
from contextlib import closing

import msgspec

from ledger.bus.port import Bus, OutOfRange, Reader, Record
from ledger.events import types
from ledger.events.data import BROKEN, json_of
from ledger.events.envelope import Envelope, Unreadable, decode
from ledger.events.signing import Signer
from ledger.log.port import StoredLog

_AT_ONCE = 5_000
_PATIENCE = 5.0
"""Seconds for the next record of those that the bus says it keeps."""


class Sent(msgspec.Struct, frozen=True, gc=False):
    """A message of a row that was published, whatever the log made of it.

    `phone` is E.164, `is_last` whether no other message of the row comes after it.
    """

    id: str
    row: int
    line: int
    phone: str
    user_id: str | None
    is_last: bool


class _RowData(msgspec.Struct):
    row: int | None = None
    line: int = 0
    phone: str = ""
    user_id: str | None = msgspec.field(name="userId", default=None)
    rowend: bool = False


_data = msgspec.json.Decoder(_RowData).decode


class SentRows:
    """Reads log and bus of a deployment; nothing stays open between two questions."""

    def __init__(self, bus: Bus, log: StoredLog, signer: Signer) -> None:
        self._bus = bus
        self._log = log
        self._signer = signer

    def of(self, import_id: str, first_id: str) -> Iterator[Sent]:
        """The row messages of an import that were published, from the message id `first_id` on; some come twice.

        What a process that is dead had published is among them. Raises Unavailable, Unusable.
        """
        source = f"{types.IMPORTS}{import_id}"
        # the bus is read first: what the log takes meanwhile is then found twice, and nothing is overlooked
        for record in self._not_taken():
            if (envelope := self._of_ours(record, source, first_id)) is not None:
                yield from _sent(envelope.id, json_of(record.headers, record.value))
        if self._log.exists():
            with self._log.reading() as log:
                for id, headers, value in log.messages_of_source(source, first_id, _DECIDED):
                    yield from _sent(id, json_of(headers, value))

    def _of_ours(self, record: Record, source: str, first_id: str) -> Envelope | None:
        try:
            envelope = decode(record.headers, record.value)
        except Unreadable:
            return None
        if envelope.source != source or envelope.id < first_id or not self._signer.has_signed(envelope):
            return None
        return envelope

    def _not_taken(self) -> Iterator[Record]:
        """What is on the bus and not in the log; some that the log takes meanwhile may be among it."""
        with closing(self._bus.reader()) as reader:
            while True:
                try:
                    yield from self._behind_log(reader)
                except OutOfRange:
                    continue  # the log has taken more meanwhile, and the bus let go of it
                return

    def _behind_log(self, reader: Reader) -> Iterator[Record]:
        taken = {}
        if self._log.exists():
            with self._log.reading() as log:
                taken = log.offsets(reader.bus_id)
        ranges = reader.ranges()
        at = {partition: max(begin, taken.get(partition, begin)) for partition, (begin, _) in ranges.items()}
        reader.seek(at)
        while any(at[partition] < end for partition, (_, end) in ranges.items()):
            records = reader.poll(_AT_ONCE, _PATIENCE)
            if not records:
                return  # what is left are places that hold no message
            for record in records:
                at[record.partition] = record.offset + 1
                yield record


_DECIDED = ("identity_conflict", "invalid", "phone_invalid", "import_undone", "id_reused")
"""Reasons for which the append rejects a message that is truly an import's: the row has had its decision."""


def _sent(id: str, said: msgspec.Raw | None) -> Iterator[Sent]:
    """Nothing of a message that is about no row, or says nothing that can be read (R35)."""
    try:
        data = _RowData() if said is None else _data(said)
    except BROKEN:
        return
    if data.row is not None:
        yield Sent(id, data.row, data.line, data.phone, data.user_id, data.rowend)
