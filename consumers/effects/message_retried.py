"""A rejected message that is taken again, as it stands or corrected, under its own name (R28, R33)."""

import msgspec

from consumers.batch_context import BatchContext
from consumers.effects import about_contact
from consumers.effects.effect import Effect, TypeEffect
from consumers.effects.message_dropped import unsettled
from consumers.incoming import Incoming, Refusal
from ledger.events import types
from ledger.events.envelope import Envelope
from ledger.log.port import Rejection


def _decide(message: Incoming, context: BatchContext) -> Effect | Refusal:
    """It has the effect of a message of its type; the rejected one is settled then, and else is not."""
    found = unsettled(message, context)
    if isinstance(found, Refusal):
        return found
    assert message.envelope is not None
    assert message.settles is not None
    refusal = _another(message.envelope, found, context)
    effect = refusal or about_contact.EFFECT.decide(message, context)
    if isinstance(effect, Refusal):
        return effect
    return msgspec.structs.replace(effect, settles=found.raw_digest, type=message.settles.type)


def _another(envelope: Envelope, found: Rejection, context: BatchContext) -> Refusal | None:
    """Why what is taken again is not the message that was rejected, or somebody's who may not say it."""
    name = envelope.source, envelope.id
    if found.name is not None and found.name != name:
        return Refusal("wrong_state", "the rejected message has another source and id")
    taken = context.taken.get(name)
    if taken is not None:
        return Refusal("wrong_state", f"the message at position {taken.position} has this source and id")
    if types.is_ours(envelope.source) and not context.has_signed(found):
        return Refusal("reserved", "only the ledger itself sends from this source, and it did not send this message")
    return None


EFFECT = TypeEffect(_decide, about_contact.EFFECT.keep)
