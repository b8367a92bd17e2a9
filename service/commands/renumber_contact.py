"""A contact has another number because somebody says so: that is its phone, whoever had it before (R33)."""

from dataclasses import dataclass
from typing import Any

from ledger.events import types
from ledger.events.signing import Signer
from ledger.log.entry import public_id
from ledger.log.keeping_out import SENTENCE
from ledger.log.port import LogReader
from projections.fold.contact_document import contact_document
from projections.past import foreseen
from service.commands.contact_orders import ONCE, ContactOrders, Tries, as_planned
from service.commands.erase_contact import person_of, reason_for
from service.queries.contact.find import FoundContact, find_id


class CannotRenumber(Exception):
    """The contact cannot have this phone; the text says why. Nothing was published."""


class NumberKeptOut(CannotRenumber):
    """Whoever had this phone was erased, and is kept out."""

    def __init__(self) -> None:
        super().__init__(SENTENCE)


@dataclass(frozen=True, slots=True)
class NumberWanted:
    """Who wants a contact to have another phone (E.164), and why.

    `allow_opt_in`: consent to WhatsApp that was given under the old number counts for the new one (R16).
    `old_begins_anew`: the old number does not find the contact any more; whoever comes by it is a new one.
    """

    phone: str
    by: str
    why: str | None
    allow_opt_in: bool = False
    old_begins_anew: bool = False


@dataclass(frozen=True, slots=True)
class NumberPlan:
    """What a changed number comes to: the contact before, with whoever had the number, and after, as documents.

    `opts_in`: the new number is opted in by what was said under the old one, or would be with `allow_opt_in`.
    `absorbed` is the id of whoever had it, None where nobody else did. It is so as of `position`, and holds as long as
    neither has an event after that.
    """

    contact: str
    absorbed: str | None
    before: list[dict[str, Any]]
    after: dict[str, Any]
    opts_in: bool
    consent: dict[str, Any]
    position: int


@dataclass(frozen=True, slots=True)
class NumberOrdered:
    """What was ordered in the end, and the position of its entry; None while it is on its way."""

    plan: NumberPlan
    position: int | None


class NumberChanges:
    """Has numbers changed. Safe for threads."""

    def __init__(self, orders: ContactOrders, signer: Signer) -> None:
        self._orders = orders
        self._signer = signer

    def plan(self, found: FoundContact, wanted: NumberWanted) -> NumberPlan:
        """What it comes to that a contact has another phone. Raises CannotRenumber.

        The order can outlive an erasure of the contact, as what made another one: so the reason names nobody. Raises
        ReasonUnfit where it does.
        """
        contact, phone = found.contact, wanted.phone
        with self._orders.log() as log:
            if wanted.why is not None:
                person = person_of(log, found)
                reason_for(wanted.why, person)
            if log.is_gone(contact):
                raise CannotRenumber("the contact is gone: nothing finds it any more")
            if log.kept_out(self._signer, [phone], []).phones:
                raise NumberKeptOut
            holder = log.holder_of_phone(phone)
            other = None if holder is None or holder.contact == contact else holder.contact
            told = foreseen.renumbered(log, contact, phone, other, moves_consent=wanted.allow_opt_in)
            now = told.before[contact]
            if now.phone == phone:
                raise CannotRenumber("this is the contact's phone already")
            if now.phone is None:
                raise CannotRenumber("the contact has no phone that could change: a track call gives it one")
            return _plan(log, told, contact, other)

    def ordered(self, wanted: NumberWanted, tries: Tries) -> NumberOrdered | None:
        """What the order of a call that came before has done, as it was told then; None where nothing is known of it.

        Raises OrderRefused.
        """
        entry = self._orders.given(tries, tries.seconds)
        if entry is None or entry.contact is None:
            return None
        contact, other = entry.contact, None if entry.absorbed == entry.position else entry.absorbed
        with self._orders.log() as log:
            if log.erased_among([entry.contact]):  # the order can outlive the contact
                return None
            moves, until = wanted.allow_opt_in, entry.position - 1
            told = foreseen.renumbered(log, contact, wanted.phone, other, until, moves_consent=moves)
            return NumberOrdered(_plan(log, told, contact, other), entry.position)

    def order(self, plan: NumberPlan, wanted: NumberWanted, tries: Tries = ONCE) -> NumberOrdered:
        """Order what was planned; once more, planned anew, where one of the two had an event after the plan.

        Raises OrderRefused, CannotRenumber, also where another than was planned would be merged in by now, ReasonUnfit,
        Unknown, BusError.
        """

        def anew(planned: NumberPlan) -> NumberPlan:
            with self._orders.log() as log:
                found = find_id(log, planned.contact)
            now = self.plan(found, wanted)
            if fault := _others_meant(planned, now, wanted.phone):
                raise CannotRenumber(f"{fault}. Nothing was done: order it again if that is what is wanted")
            return now

        def order(planned: NumberPlan, id: str | None) -> int | None:
            return self._order(planned, wanted, tries.seconds, id)

        return NumberOrdered(*as_planned(plan, order, anew, tries))

    def _order(self, plan: NumberPlan, wanted: NumberWanted, seconds: float, id: str | None) -> int | None:
        data: dict[str, Any] = {"contact": plan.contact, "phone": wanted.phone, "absorbed": plan.absorbed}
        data |= {"by": wanted.by, "reason": wanted.why, "basedOn": plan.position}
        data |= {"traits": plan.consent} if plan.consent else {}
        data |= {"oldBeginsAnew": True} if wanted.old_begins_anew else {}
        # stated for when the bus takes it, so that what it says of consent comes after all that is known
        return self._orders.give(types.NUMBER_CHANGED, plan.contact, data, seconds, None, id)


def _others_meant(plan: NumberPlan, anew: NumberPlan, phone: str) -> str | None:
    """What has become of the contacts of a plan, where that is about others by now; None where it is not."""
    if anew.contact != plan.contact:
        return f"the contact {plan.contact} has been merged into {anew.contact} since this was planned"
    if anew.absorbed == plan.absorbed:
        return None
    if anew.absorbed is None:
        return f"{phone} is not a phone of contact {plan.absorbed} any more, which was to be merged in"
    return f"{phone} is a phone of contact {anew.absorbed} by now, which would be merged in"


def _plan(log: LogReader, told: foreseen.Foreseen, contact: int, other: int | None) -> NumberPlan:
    both = [contact] if other is None else [contact, other]
    ids = {number: public_id(id) for number, id in log.ids(both).items()}
    before = [contact_document(told.before[number]) for number in both if number in told.before]
    after = contact_document(told.after[contact])
    absorbed = None if other is None else ids[other]
    return NumberPlan(ids[contact], absorbed, before, after, told.opts_in, dict(told.consent), told.position)
