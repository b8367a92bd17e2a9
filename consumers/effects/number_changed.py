"""A contact has another phone from now on, because somebody says so (R33).

The one before finds it still, or is given up: whoever comes by it is a new contact then.

Whoever had the new one is merged into it. Where nobody had, the entry makes that contact too: it is what a split of
the two leaves of what was said under the new number.
"""

import msgspec

from consumers.batch_context import BatchContext
from consumers.effects.about_contact import outdated
from consumers.effects.contacts_merged import by_itself
from consumers.effects.effect import Effect, TypeEffect
from consumers.incoming import Incoming, Refusal
from ledger.events.data import number_change_of
from ledger.log.entry import NewEntry, phone_text
from ledger.log.merge_orders import NewNumber, given_up_text, read_given_up
from ledger.log.port import Batch


def _decide(message: Incoming, context: BatchContext) -> Effect | Refusal:
    context.write()
    batch, order = context.batch, number_change_of(message.record.headers, message.record.value)
    contact = by_itself(order.contact, batch)
    if isinstance(contact, Refusal):
        return contact
    holder = context.identities.by_phone(order.phone)
    if holder is not None and holder.contact == contact and holder.phone == order.phone:
        return Refusal("wrong_state", "this is the contact's phone already")
    other = None if holder is None or holder.contact == contact else holder.contact
    if order.absorbed is not msgspec.UNSET and other != _number(order.absorbed, batch):
        return Refusal("precondition_failed", "the phone is another contact's by now than when this was planned")
    if refusal := outdated(order.based_on, [batch.newest(one) for one in (contact, other) if one is not None]):
        return refusal
    position, contact_id = batch.position + 1, None
    if holder is None:
        other, contact_id = position, context.new_contact_id()
    gives_up = batch.naming_phone(contact) if order.old_begins_anew else None
    batch.change_number(NewNumber(contact, order.phone, other, contact_id, gives_up))
    detail = given_up_text(gives_up)
    return Effect(contact=contact, contact_id=contact_id, absorbed=other, detail=detail, at_once=True)


def _number(id: str | None, batch: Batch) -> int | None:
    found = None if id is None else batch.standing(id)
    return None if found is None else found.contact


def _keep(entry: NewEntry, batch: Batch) -> None:
    batch.write()
    if entry.contact is not None:
        phone, gives_up = phone_text(entry.phone), read_given_up(entry.detail)
        batch.change_number(NewNumber(entry.contact, phone, entry.absorbed, entry.contact_id, gives_up))


EFFECT = TypeEffect(_decide, _keep)
