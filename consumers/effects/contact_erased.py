"""An erasure empties a person's entries and frees what found the person; none of it is taken again (R31)."""

from functools import lru_cache
from uuid import UUID

from consumers.batch_context import BatchContext
from consumers.effects.about_contact import outdated
from consumers.effects.effect import Effect, TypeEffect
from consumers.incoming import Incoming, Refusal
from ledger.events.data import ErasureOrder
from ledger.log.entry import NewEntry
from ledger.log.erasure import emptied_text, read_emptied
from ledger.log.port import Batch


def _decide(message: Incoming, context: BatchContext) -> Effect | Refusal:
    order, batch = message.erases, context.batch
    assert order is not None
    if context.begins_run(_is_order):
        batch.prepare_erasures([_id_of(one.erases.contact) for one in context.run if one.erases is not None])
    contact = batch.contact_of(_id_of(order.contact))
    if contact is None:
        return Refusal("wrong_state", f"the log has no contact {order.contact}")
    if (erasure := batch.erased_at(contact)) is not None:
        return Refusal("wrong_state", f"the entry at position {erasure} has erased this contact already")
    if refusal := _has_gone_on(order, contact, batch) or _is_of_more(order, contact, batch):
        return refusal
    emptied = batch.erase(contact, message.record.offset, message.record.time, keeps_out=order.keeps_out)
    return Effect(contact=contact, detail=emptied_text(emptied))


_id_of = lru_cache(maxsize=2_000)(UUID)
"""Of whom an order is about: each is asked for before its run and in it."""


def _is_order(message: Incoming) -> bool:
    return message.erases is not None


def _has_gone_on(order: ErasureOrder, contact: int, batch: Batch) -> Refusal | None:
    """Why an order about whoever has no event after a position does not hold: also who it was merged into has none."""
    if order.based_on is None:
        return None
    standing = batch.standing(order.contact)
    people = {contact, contact if standing is None else standing.survivor}
    return outdated(order.based_on, [batch.newest(one) for one in people])


def _is_of_more(order: ErasureOrder, contact: int, batch: Batch) -> Refusal | None:
    """Why an order does not hold that would take somebody along who was merged with the contact after a position."""
    latest = order.no_merge_after
    if latest is None or (newest := batch.newest_merge(contact)) <= latest:
        return None
    detail = f"it holds only without a merge after position {latest}, and the contact has one at {newest}"
    return Refusal("precondition_failed", detail)


def _keep(entry: NewEntry, batch: Batch) -> None:
    """The entries are empty already, and what they said binds nobody."""
    emptied = read_emptied(entry.detail)
    if emptied is not None:
        batch.write()
        batch.mark_erased(emptied)


EFFECT = TypeEffect(_decide, _keep)
