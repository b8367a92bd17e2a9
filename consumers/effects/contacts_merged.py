"""Two contacts become one because somebody says so (R33): the survivor keeps its phone, and both phones find it."""

from consumers.batch_context import BatchContext
from consumers.effects.about_contact import outdated
from consumers.effects.effect import Effect, TypeEffect
from consumers.incoming import Incoming, Refusal
from ledger.events.data import merge_order_of
from ledger.log.entry import NewEntry
from ledger.log.port import Batch


def _decide(message: Incoming, context: BatchContext) -> Effect | Refusal:
    context.write()
    batch, order = context.batch, merge_order_of(message.record.headers, message.record.value)
    survivor, absorbed = by_itself(order.survivor, batch), by_itself(order.absorbed, batch)
    if isinstance(survivor, Refusal):
        return survivor
    if isinstance(absorbed, Refusal):
        return absorbed
    if survivor == absorbed:
        return Refusal("wrong_state", "a contact is not merged with itself")
    if refusal := outdated(order.based_on, [batch.newest(survivor), batch.newest(absorbed)]):
        return refusal
    batch.merge(survivor, absorbed)
    return Effect(contact=survivor, absorbed=absorbed, at_once=True)


def by_itself(id: str, batch: Batch) -> int | Refusal:
    """The contact of an id: one that is merged into no other, and that something finds."""
    found = batch.standing(id)
    if found is None:
        return Refusal("wrong_state", f"there is no contact with the id {id[:40]!r}")
    if found.survivor != found.contact:
        return Refusal("wrong_state", f"the contact {id} is merged into another")
    if found.is_gone:
        return Refusal("wrong_state", f"the contact {id} is gone: nothing finds it any more")
    return found.contact


def _keep(entry: NewEntry, batch: Batch) -> None:
    batch.write()
    if entry.contact is not None and entry.absorbed is not None:
        batch.merge(entry.contact, entry.absorbed)


EFFECT = TypeEffect(_decide, _keep)
