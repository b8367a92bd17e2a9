"""An erasure empties a person's entries and frees what found the person; none of it is taken again (R31)."""

from consumers.batch_context import BatchContext
from consumers.effects.about_contact import outdated
from consumers.effects.effect import Effect, TypeEffect
from consumers.incoming import Incoming, Refusal
from ledger.events.data import erasure_order_of
from ledger.log.entry import NewEntry
from ledger.log.erasure import emptied_text, read_emptied
from ledger.log.port import Batch


def _decide(message: Incoming, context: BatchContext) -> Effect | Refusal:
    assert message.erases is not None
    batch = context.batch
    context.write_for_log()
    contact = batch.contact_of(message.erases.bytes)
    if contact is None:
        return Refusal("wrong_state", f"the log has no contact {message.erases}")
    if (erasure := batch.erased_at(contact)) is not None:
        return Refusal("wrong_state", f"the entry at position {erasure} has erased this contact already")
    if refusal := _has_gone_on(message, contact, batch):
        return refusal
    emptied = batch.erase(contact, message.record.offset, message.record.time, keeps_out=message.keeps_out)
    return Effect(contact=contact, detail=emptied_text(emptied), at_once=True)


def _has_gone_on(message: Incoming, contact: int, batch: Batch) -> Refusal | None:
    """Why an order about whoever has no event after a position does not hold: also who it was merged into has none."""
    order = erasure_order_of(message.record.headers, message.record.value)
    if order.based_on is None:
        return None
    standing = batch.standing(order.contact)
    people = {contact, contact if standing is None else standing.survivor}
    return outdated(order.based_on, [batch.newest(one) for one in people])


def _keep(entry: NewEntry, batch: Batch) -> None:
    """The entries are empty already, and what they said binds nobody."""
    emptied = read_emptied(entry.detail)
    if emptied is not None:
        batch.write()
        batch.mark_erased(emptied)


EFFECT = TypeEffect(_decide, _keep)
