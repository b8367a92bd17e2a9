"""Works on erasures of many contacts, a step at a time, whatever ends in between (R31)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from ledger.log.entry import public_id
from ledger.log.port import LogReader
from ledger.storage import NotMadeYet
from projections.conditions.condition import BadCondition
from service.commands.erase_contact import ErasureTerms, ReasonUnfit
from service.deployment.locks import Held, holding
from service.deployment.tables.audit_trail import Act
from service.deployment.tables.bulk_erasure_table import BulkErasure, BulkErasureTable
from service.deployment.tables.erasures import BulkStep, PendingErasure
from service.jobs.erasing.bulk_erasures import expires, selection_of
from service.jobs.erasing.by_selection import SelectedPeople, unnamed
from service.jobs.erasing.counted_contacts import CountedContacts
from service.jobs.erasing.erasing import Erasing
from service.jobs.erasing.places import is_done
from service.jobs.erasing.rests import Rests
from service.jobs.erasing.retention import needs_yes
from service.jobs.erasing.under_way import ErasuresUnderWay

AT_ONCE = 100_000
"""Who are looked for together: what is held in memory at most. Every place is gone through once for all of them."""

_PUBLISHED_AT_ONCE = 2_500
"""Orders."""

_TURN_SECONDS = 5.0


@dataclass(slots=True)
class BulkEraser:
    """Counts what is asked for, and erases what is confirmed: the oldest first, `at_once` contacts in a step.

    Everything about where it is stands in `table` and in `work.table`, so it is gone on with by whoever holds `lock`
    next: one process at a time. `record` puts an act into the audit table, `clock` gives microseconds since the epoch.
    """

    work: Erasing
    table: BulkErasureTable
    selected: SelectedPeople
    lists: CountedContacts
    lock: Path
    record: Callable[[Act], None]
    clock: Callable[[], int]
    at_once: int = AT_ONCE
    _rests: Rests = field(default_factory=Rests)
    _under_way: ErasuresUnderWay | None = None
    """The orders of this process's last step, until all of them are done."""

    def turn(self, seconds: float = _TURN_SECONDS) -> bool:
        """Do what there is to do, for so many seconds or until something waits; False where another process does it.

        Raises BusError, StorageFault, OSError with nothing lost: the next turn goes on.
        """
        try:
            with holding(self.lock):
                self._count_all()
                self._erase(monotonic() + seconds)
        except Held:
            return False
        return True

    def _count_all(self) -> None:
        for one in self.table.in_state("counted"):
            if self.clock() > expires(one):
                self._end(one, "cancelled", "nobody confirmed it within a day")
        for one in self.table.in_state("counting"):
            self._count(one)

    def _count(self, one: BulkErasure) -> None:
        if one.idle_since is not None:
            self._count_idle(one, one.idle_since)
            return
        if one.selection is None:
            self._end(one, "failed", "what it was about named somebody who has been erased since")
            return
        try:
            with self.selected.found(selection_of(one.selection)) as found:
                numbers = ([each.contact for each in page] for page in unnamed(found.pages, one.reason))
                count = self.lists.write(one.id, numbers)
        except ReasonUnfit as fault:
            self._end(one, "failed", f"reason: {fault}")
        except (BadCondition, ValueError) as fault:
            self._end(one, "failed", f"the selection is not possible: {fault}")
        else:
            counted = {"position": found.position, "contacts": count, "notes": list(found.notes)}
            if not self.table.move(one.id, "counting", state="counted", **counted):
                self.lists.remove(one.id)  # it was cancelled meanwhile

    def _count_idle(self, one: BulkErasure, since: int) -> None:
        """Begin at once, unless they are more than a rule erases without a person's yes."""
        try:
            with self.selected.idle(since) as found:
                count = self.lists.write(one.id, ([each.contact for each in page] for page in found.pages))
        except NotMadeYet:
            return  # the next turn looks again
        counted = {"position": found.position, "based_on": found.based_on, "contacts": count}
        if needs_yes(count, found.of):
            self.table.move(one.id, "counting", state="counted", **counted)
            return
        now = self.clock()
        self.table.move(one.id, "counting", state="erasing", confirmed_by=one.by, confirmed_at=now, **counted)

    def _erase(self, deadline: float) -> None:
        while (waiting := self.table.in_state("erasing")) and monotonic() < deadline:
            if not self._step(waiting[0], deadline):
                return

    def _step(self, one: BulkErasure, deadline: float) -> bool:
        """Give the orders of the next contacts, where those of before are done; whether it can go on at once."""
        if not self._rests.is_due(one.id):
            return False
        under_way = self._under_way
        if under_way is None or under_way.step is None or under_way.step.id != one.id:
            try:
                orders = self._orders(one)
                under_way = ErasuresUnderWay(orders, BulkStep(one.id, self.table.get(one.id).taken))
            except ReasonUnfit as fault:
                self._end(one, "failed", f"reason: {fault}")
                return True
            except FileNotFoundError:
                self._end(one, "failed", "whom it is about is not known any more: ask for it again")
                return True
            if not orders:
                self._end(one, "done")
                return True
            self._under_way = under_way
        before = len(under_way.left), under_way.receipt
        receipt = self.work.finish_all(under_way, max(0.0, deadline - monotonic()))
        has_ended = receipt is not None and is_done(receipt)
        if has_ended:
            self._under_way = None
        moves = (len(under_way.left), under_way.receipt) != before
        self._rests.note(one.id, waits=not has_ended and not moves)
        return has_ended

    def _orders(self, one: BulkErasure) -> list[PendingErasure]:
        """Those that are given and not done, and as many more as go together."""
        pending = self.work.table.pending_of(one.id)
        self.work.give_again(pending)  # of another process, or of a step that was broken off: not all came to the bus
        return pending + self._more_orders(one, self.at_once - len(pending))

    def _more_orders(self, one: BulkErasure, most: int) -> list[PendingErasure]:
        """Order up to so many of those who come next, as `_who_goes` says. A later merge is the append's to refuse."""
        orders, taken = list[PendingErasure](), one.taken
        while len(orders) < most and self.table.get(one.id).state == "erasing":
            numbers = self.lists.some(one.id, taken, min(most - len(orders), _PUBLISHED_AT_ONCE))
            if not numbers:
                break
            with self.work.stored_log.reading() as log:
                position, ids = log.freeze().position, log.ids(numbers)
                there = {number: public_id(ids[number]) for number in self._who_goes(one, numbers, log)}
            taken += len(numbers)
            terms = ErasureTerms(one.by, one.reason, one.keep_out, one.based_on, no_merge_after=position)
            step = BulkStep(one.id, taken)
            orders += self.work.order_found(there, terms, source=one.source, step=step)
        return orders

    def _who_goes(self, one: BulkErasure, numbers: Sequence[int], log: LogReader) -> list[int]:
        """Those who are nobody else by now, and whom nobody was merged into since the count who was not counted too."""
        survivors = log.survivors(numbers)
        there = [number for number in numbers if survivors.get(number) == number]
        merged_in = log.merged_in_since(there, one.position or 0)
        counted = self.lists.among(one.id, set[int]().union(*merged_in.values()))
        return [number for number in there if merged_in.get(number, counted) <= counted]

    def _end(self, one: BulkErasure, state: str, failure: str | None = None) -> None:
        ended = {"state": state, "selection": None, "ended_at": self.clock(), "failure": failure}
        if self.table.move(one.id, one.state, **ended):
            self.lists.remove(one.id)
            now = self.table.get(one.id)
            self.record(Act(self.clock(), one.confirmed_by or one.by, f"bulk erasure {state}", {
                "erasure": one.id, "erased": now.erased, "gone": max(0, now.taken - now.given),
            }))  # fmt: skip
