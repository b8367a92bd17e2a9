"""Orders to erase that were given: whether the log has taken them, and once more where one was lost (R31)."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from ledger.bus.port import Message
from ledger.events.data import erasure_order_of
from ledger.log.port import LogReader
from service.deployment.tables.erasures import ErasureTable, PendingErasure

_LOST_MICROSECONDS = 60 * 1_000_000
"""After which an order that was noted, and whose message was maybe never published, is published again."""


class ErasureRefused(Exception):
    """The ledger refused the order; the message says why."""


def going_on(ordered: PendingErasure, *, keep_out: bool) -> PendingErasure:
    """An erasure that is on its way, for whoever orders it once more. Raises ErasureRefused where they want more."""
    if keep_out and not erasure_order_of((), ordered.message).keeps_out:
        raise ErasureRefused(
            "an erasure of this contact without keep-out is on its way, and cannot be changed any more"
        )
    return ordered


@dataclass(frozen=True, slots=True)
class GivenOrders:
    """Orders that are noted in a table; the other parts are as `Erasing` has them."""

    table: ErasureTable
    publish: Callable[[Sequence[Message]], None]
    clock: Callable[[], int]

    def give_again(self, orders: Sequence[PendingErasure]) -> None:
        """Publish orders that are noted: each is taken once, however often it comes. Raises BusError."""
        if orders:
            self.publish([Message(None, one.message) for one in orders])

    def position(self, log: LogReader, pending: PendingErasure) -> int | None:
        """The position of the order in the log; None where it is not there yet. Raises ErasureRefused."""
        decided = log.decided_under(pending.source, pending.id)
        for position, is_accepted in decided.items():
            if is_accepted:
                return position
        if not decided:
            self.give_again([pending] if self._is_lost(pending) else [])
            return None
        entry = log.entry(next(iter(decided)))
        self.table.withdraw(pending.id)
        raise ErasureRefused((entry and entry.detail) or "the ledger refused the order")

    def taken_of(
        self, log: LogReader, orders: Sequence[PendingErasure]
    ) -> tuple[Mapping[int, PendingErasure], list[PendingErasure]]:
        """Those of many that the log has taken, by position, and those that it has yet to decide.

        What it refuses is forgotten.
        """
        accepted, decided = dict[str, int](), set[str]()
        for source in {one.source for one in orders}:
            ids = [one.id for one in orders if one.source == source]
            accepted |= log.accepted_among(source, ids)
            decided |= log.messages_among(source, ids)
        for one in orders:
            if one.id in decided and one.id not in accepted:
                with suppress(ErasureRefused):
                    self.position(log, one)
        waiting = [one for one in orders if one.id not in decided]
        self.give_again([one for one in waiting if self._is_lost(one)])
        return {accepted[one.id]: one for one in orders if one.id in accepted}, waiting

    def _is_lost(self, pending: PendingErasure) -> bool:
        return self.clock() > pending.at + _LOST_MICROSECONDS
