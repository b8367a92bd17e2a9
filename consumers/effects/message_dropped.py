"""A rejected message that somebody drops stays as it is, and is never taken again (R33)."""

from consumers.batch_context import BatchContext
from consumers.effects.effect import Effect, TypeEffect
from consumers.incoming import Incoming, Refusal
from ledger.log.entry import NewEntry
from ledger.log.port import Batch, Rejection


def _decide(message: Incoming, context: BatchContext) -> Effect | Refusal:
    found = unsettled(message, context)
    if isinstance(found, Refusal):
        return found
    assert message.settles is not None
    position = message.settles.position
    taken = None if found.name is None else context.taken_as(found.name)
    if taken is not None and taken.position > position:
        return Refusal("wrong_state", f"the message at {position} was taken since, at position {taken.position}")
    return Effect(settles=found.raw_digest)


def unsettled(message: Incoming, context: BatchContext) -> Rejection | Refusal:
    """The rejected message that a message settles, or why it cannot: each is settled once."""
    assert message.settles is not None
    position = message.settles.position
    found = context.batch.rejection(position)
    if found is None:
        return Refusal("wrong_state", f"the log has no rejected message at position {position}")
    if message.settles.digest is not None and message.settles.digest != found.raw_digest.hex():
        return Refusal(
            "wrong_state", f"the order is about another rejected message than the one at position {position}"
        )
    if (settled := context.settled(found.raw_digest)) is not None:
        return Refusal("wrong_state", f"position {settled} says already what becomes of the message at {position}")
    return found


def _keep(_entry: NewEntry, _batch: Batch) -> None:
    pass


EFFECT = TypeEffect(_decide, _keep)
