"""Two contacts merged into one because somebody says so, and a contact split off again (R33)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ledger.events import moments, types
from ledger.log.entry import public_id
from ledger.log.merge_orders import SHARED
from ledger.log.port import LogReader
from projections.fold.contact_document import contact_document
from projections.past import foreseen
from service.commands.contact_orders import ONCE, CannotMerge, ContactOrders, Tries, as_planned
from service.queries.contact.find import FoundContact, find_id


class ManyMerged(CannotMerge):
    """Several contacts are merged into this one: `ids` are theirs, and one of them is to be named."""

    def __init__(self, ids: Sequence[str]) -> None:
        super().__init__(f"{len(ids)} contacts are merged into it: name the one to split off, {', '.join(ids)}")
        self.ids = ids


class MergeOptsIn(Exception):
    """It would opt somebody in to WhatsApp who has opted out, and nobody has said the second yes (R16)."""

    def __init__(self) -> None:
        super().__init__("WhatsApp Opted is not TRUE for one of the two, and would be TRUE then")


@dataclass(frozen=True, slots=True)
class MergeSaid:
    """Who wants contacts merged or split, and why. `allow_opt_in` is the second yes, where that opts somebody in."""

    by: str
    why: str | None
    allow_opt_in: bool = False


@dataclass(frozen=True, slots=True)
class MergePlan:
    """What a merge or a split comes to: the contacts `before` and `after`, as documents, and whether it opts one in.

    It is so as of `position`, and holds as long as neither has an event after that. Before a merge the survivor comes
    first; after a split the one that the other was merged into.
    """

    type: str
    survivor: str
    absorbed: str
    before: list[dict[str, Any]]
    after: list[dict[str, Any]]
    opts_in: bool
    position: int


def refuse_opt_in(plan: MergePlan, said: MergeSaid) -> None:
    """Raises MergeOptsIn where what was planned opts somebody in, and nobody has said the second yes."""
    if plan.opts_in and not said.allow_opt_in:
        raise MergeOptsIn


@dataclass(frozen=True, slots=True)
class MergeOrdered:
    """What was ordered in the end, and the position of its entry; None while it is on its way."""

    plan: MergePlan
    position: int | None


class ContactMerges:
    """Has contacts merged and split. Safe for threads. `clock` gives microseconds."""

    def __init__(self, orders: ContactOrders, clock: Callable[[], int]) -> None:
        self._orders = orders
        self._log = orders.log
        self._clock = clock

    def plan_merge(self, survivor: FoundContact, absorbed: FoundContact) -> MergePlan:
        """What a merge of two contacts comes to, the first of which survives. Raises CannotMerge."""
        first, second = survivor.contact, absorbed.contact
        if first == second:
            raise CannotMerge("both are the same contact already")
        with self._log() as log:
            if any(map(log.is_gone, (first, second))):
                raise CannotMerge("one of them is gone: nothing finds it any more")
            return self._plan(log, types.CONTACTS_MERGED, first, second)

    def plan_split(self, found: FoundContact) -> MergePlan:
        """What splitting off a contact comes to: the one that was asked for, else the one that is merged into it.

        Raises CannotMerge, and ManyMerged where several are.
        """
        with self._log() as log:
            absorbed = found.asked if found.asked != found.contact else self._merged_into(log, found.contact)
            if log.would_share(found.contact, absorbed):
                raise CannotMerge(SHARED)
            return self._plan(log, types.CONTACTS_SPLIT, found.contact, absorbed)

    def ordered(self, tries: Tries) -> MergeOrdered | None:
        """What the order of a call that came before has done, as it was told then; None where nothing is known of it.

        Raises OrderRefused.
        """
        entry = self._orders.given(tries, tries.seconds)
        if entry is None or entry.contact is None or entry.absorbed is None:
            return None
        with self._log() as log:
            told = self._plan(log, entry.type or "", entry.contact, entry.absorbed, entry.position - 1)
        return MergeOrdered(told, entry.position)

    def order(self, plan: MergePlan, said: MergeSaid, tries: Tries = ONCE) -> MergeOrdered:
        """Order what was planned; once more, planned anew, where one of the two had an event after the plan.

        Raises MergeOptsIn, OrderRefused, CannotMerge, also where it would be about other contacts by now, Unknown,
        BusError.
        """

        def order(planned: MergePlan, id: str | None) -> int | None:
            return self._order(planned, said, tries.seconds, id)

        return MergeOrdered(*as_planned(plan, order, self._anew, tries))

    def _anew(self, plan: MergePlan) -> MergePlan:
        with self._log() as log:
            survivor, absorbed = find_id(log, plan.survivor), find_id(log, plan.absorbed)
        if plan.type == types.CONTACTS_MERGED:
            anew = self.plan_merge(survivor, absorbed)
        elif absorbed.asked == absorbed.contact:
            raise CannotMerge(f"the contact {plan.absorbed} is not merged into another any more")
        else:
            anew = self.plan_split(absorbed)
        for then, now in ((plan.survivor, anew.survivor), (plan.absorbed, anew.absorbed)):
            if now != then:
                text = f"the contact {then} has been merged into {now} since this was planned. Nothing was done"
                raise CannotMerge(f"{text}: order it again if that one is meant")
        return anew

    def _order(self, plan: MergePlan, said: MergeSaid, seconds: float, id: str | None) -> int | None:
        refuse_opt_in(plan, said)
        data: dict[str, Any] = {"survivor": plan.survivor, "absorbed": plan.absorbed, "by": said.by, "reason": said.why}
        data["basedOn"] = plan.position
        time = moments.text(self._clock())
        return self._orders.give(plan.type, plan.survivor, data, seconds, time, id)

    def _merged_into(self, log: LogReader, contact: int) -> int:
        found = log.merged_into(contact)
        if not found:
            raise CannotMerge("no other contact is merged into it")
        if len(found) > 1:
            ids = log.ids(found)
            raise ManyMerged([public_id(ids[number]) for number in found])
        return found[0]

    def _plan(self, log: LogReader, type: str, contact: int, absorbed: int, until: int | None = None) -> MergePlan:
        find = foreseen.merged if type == types.CONTACTS_MERGED else foreseen.split
        found = find(log, contact, absorbed, until)
        ids = {number: public_id(id) for number, id in log.ids([contact, absorbed]).items()}
        before, after = (
            [contact_document(states[number]) for number in (contact, absorbed) if number in states]
            for states in (found.before, found.after)
        )
        return MergePlan(type, ids[contact], ids[absorbed], before, after, found.opts_in, found.position)
