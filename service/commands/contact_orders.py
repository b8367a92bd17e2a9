"""Orders about contacts, on their way to the append and waited for (R33)."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import msgspec

from ledger.bus.port import Message, Publisher
from ledger.events.envelope import decode
from ledger.events.signing import Signer
from ledger.log.entry import Entry
from ledger.log.port import LogReader
from service.commands.deadline import DEADLINE
from service.queries.ledger.consistency import Consistency


class CannotMerge(Exception):
    """The two are no two contacts that could be merged, or split; the text says why. Nothing was published."""


class OrderRefused(Exception):
    """The append refused the order, by the entry at `position`; the text says why."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(entry.detail or str(entry.reason))
        self.position = entry.position
        self.is_outdated = entry.reason == "precondition_failed"


class ContactOrders:
    """Signs, publishes and waits. Safe for threads. `source` is that of the orders."""

    def __init__(
        self,
        source: str,
        publisher: Publisher,
        signer: Signer,
        log: Callable[[], AbstractContextManager[LogReader]],
        consistency: Consistency,
        new_id: Callable[[], str],
    ) -> None:
        self.log = log
        self._source = source
        self._publisher = publisher
        self._signer = signer
        self._consistency = consistency
        self._new_id = new_id

    def give(self, type: str, contact: str, data: dict[str, Any], seconds: float, time: str | None) -> int | None:
        """Give an order about a contact, by its id, stated for `time`, else for when the bus takes it.

        Its entry's position; None where it is not decided within so many seconds. Raises OrderRefused, BusError.
        """
        value = self._signer.message(
            source=self._source, id=self._new_id(), type=type, time=time, data=msgspec.json.encode(data)
        )
        self._publisher.publish([Message(contact.encode(), value)], DEADLINE)
        envelope = decode((), value)
        entry = self._consistency.decided(lambda: self._entry(envelope.source, envelope.id), seconds)
        if entry is not None and not entry.is_accepted:
            raise OrderRefused(entry)
        return None if entry is None else entry.position

    def _entry(self, source: str, id: str) -> Entry | None:
        with self.log() as log:
            return log.by_message_id(id, source)
