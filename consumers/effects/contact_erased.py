"""An erasure empties a person's entries and frees what found the person; none of it is taken again (R31)."""

from consumers.batch_context import BatchContext
from consumers.effects.effect import Effect, TypeEffect
from consumers.incoming import Incoming, Refusal
from ledger.log.entry import NewEntry
from ledger.log.erasure import emptied_text, read_emptied
from ledger.log.port import Batch


def _decide(message: Incoming, context: BatchContext) -> Effect | Refusal:
    assert message.erases is not None
    batch = context.batch
    context.write()
    contact = batch.contact_of(message.erases.bytes)
    if contact is None:
        return Refusal("wrong_state", f"the log has no contact {message.erases}")
    if (erasure := batch.erased_at(contact)) is not None:
        return Refusal("wrong_state", f"the entry at position {erasure} has erased this contact already")
    emptied = batch.erase(contact, message.record.offset, message.record.time, keeps_out=message.keeps_out)
    return Effect(contact=contact, detail=emptied_text(emptied), at_once=True)


def _keep(entry: NewEntry, batch: Batch) -> None:
    """The entries are empty already, and what they said binds nobody."""
    emptied = read_emptied(entry.detail)
    if emptied is not None:
        batch.write()
        batch.mark_erased(emptied)


EFFECT = TypeEffect(_decide, _keep)
