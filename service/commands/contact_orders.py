"""Orders about contacts, on their way to the append and waited for (R33)."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from ledger.bus.port import Message, Publisher
from ledger.events.signing import Signer
from ledger.log.entry import Entry
from ledger.log.port import LogReader
from service.commands.deadline import DEADLINE
from service.queries.ledger.consistency import Consistency
from service.queries.ledger.erased_messages import MessageErased, erased_among

_Plan = TypeVar("_Plan")


class CannotMerge(Exception):
    """The two are no two contacts that could be merged, or split; the text says why. Nothing was published."""


class OrderRefused(Exception):
    """The append refused the order, by the entry at `position`; the text says why."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(entry.detail or str(entry.reason))
        self.position = entry.position
        self.is_outdated = entry.reason == "precondition_failed"


@dataclass(frozen=True, slots=True)
class Tries:
    """How an order is given: by which ids of messages, where a call may come again, and how long it is waited for.

    The first is of the order as it was planned, the second of the one that is planned anew where the contacts have had
    an event since. `is_firm`: it is not planned anew.
    """

    ids: Sequence[str] = ()
    is_firm: bool = False
    seconds: float = 2.0

    def id(self, number: int) -> str | None:
        """That of the n-th try; None: any."""
        return self.ids[number] if self.ids else None

    def is_left_after(self, id: str | None) -> bool:
        """Whether another try comes after the one of this id."""
        return not self.is_firm and id == self.ids[0]


ONCE = Tries()
"""An order that comes once, and is planned anew where that is needed."""


def as_planned(
    plan: _Plan, order: Callable[[_Plan, str | None], int | None], anew: Callable[[_Plan], _Plan], tries: Tries
) -> tuple[_Plan, int | None]:
    """Give the order of a plan; once more, planned anew, where a contact of it had an event after the plan.

    `order` takes a plan and the id for its message; `anew` plans again, or raises where that is about others by now.
    What was ordered in the end, and the position of its entry; None while that is on its way. Raises what both raise.
    """
    try:
        return plan, order(plan, tries.id(0))
    except OrderRefused as refused:
        if tries.is_firm or not refused.is_outdated:
            raise
        now = anew(plan)
    return now, order(now, tries.id(1))


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

    def give(
        self, type: str, contact: str, data: dict[str, Any], seconds: float, time: str | None, id: str | None = None
    ) -> int | None:
        """Give an order about a contact, by its id, stated for `time`, else for when the bus takes it.

        `id` is that of its message, where a call may come again: what is decided under it by now stands, whatever
        this one says. Its entry's position; None where it is not decided within so many seconds. Raises OrderRefused,
        MessageErased, BusError.
        """
        entry = None if id is None else self._decided([id])
        if entry is None:
            named = id or self._new_id()
            value = self._signer.message(
                source=self._source, id=named, type=type, time=time, data=msgspec.json.encode(data)
            )
            self._publisher.publish([Message(contact.encode(), value)], DEADLINE)
            entry = self._consistency.decided(lambda: self._decided([named]), seconds)
        if entry is not None and not entry.is_accepted:
            raise OrderRefused(entry)
        return None if entry is None else entry.position

    def given(self, tries: Tries, seconds: float) -> Entry | None:
        """What an order came to that was given under these ids: its entry, waited for so many seconds at most.

        None: it is not decided, or was refused and is to be planned anew. Raises OrderRefused, MessageErased.
        """
        entry = self._consistency.decided(lambda: self._decided(tries.ids[::-1]), seconds)
        if entry is None or entry.is_accepted:
            return entry
        refused = OrderRefused(entry)
        if refused.is_outdated and tries.is_left_after(entry.message_id):
            return None
        raise refused

    def _decided(self, ids: Sequence[str]) -> Entry | None:
        """The entry of the first of these messages that has one. Raises MessageErased where it is empty by now."""
        with self.log() as log:
            entry = next((entry for id in ids if (entry := log.by_message_id(id, self._source)) is not None), None)
            erased = {} if entry is not None else erased_among(log, self._signer, self._source, ids)
        for position in erased.values():
            raise MessageErased(position)
        return entry
