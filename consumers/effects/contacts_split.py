"""A contact that was merged into another, by hand or by a message, is itself again because somebody says so (R33).

Both are then as if they had never been merged, and no message merges them again.
"""

from consumers.batch_context import BatchContext
from consumers.effects.about_contact import outdated
from consumers.effects.effect import Effect, TypeEffect
from consumers.incoming import Incoming, Refusal
from ledger.events.data import merge_order_of
from ledger.log.entry import NewEntry
from ledger.log.merge_orders import SHARED
from ledger.log.port import Batch


def _decide(message: Incoming, context: BatchContext) -> Effect | Refusal:
    context.write()
    batch, order = context.batch, merge_order_of(message.record.headers, message.record.value)
    found = batch.standing(order.absorbed)
    if found is None:
        return Refusal("wrong_state", f"there is no contact with the id {order.absorbed[:40]!r}")
    if found.survivor == found.contact:
        return Refusal("wrong_state", f"the contact {order.absorbed} is not merged into another")
    if (erasure := batch.erased_at(found.contact)) is not None:
        return Refusal("wrong_state", f"the entry at position {erasure} has erased this contact")
    if refusal := outdated(order.based_on, [batch.newest(found.survivor), batch.newest(found.contact)]):
        return refusal
    if batch.would_share(found.survivor, found.contact):
        return Refusal("wrong_state", SHARED)
    batch.split(found.survivor, found.contact)
    return Effect(contact=found.survivor, absorbed=found.contact, at_once=True)


def _keep(entry: NewEntry, batch: Batch) -> None:
    batch.write()
    if entry.contact is not None and entry.absorbed is not None:
        batch.split(entry.contact, entry.absorbed)


EFFECT = TypeEffect(_decide, _keep)
