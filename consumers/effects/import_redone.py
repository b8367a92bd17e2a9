"""A redo of an import claims again what its events assert, and its entry names those that no longer can (R32)."""

import msgspec

from consumers.batch_context import BatchContext
from consumers.effects.effect import Effect, TypeEffect
from consumers.incoming import Incoming, Refusal
from ledger.log.entry import NewEntry
from ledger.log.port import Batch
from ledger.log.undo import refused


def _decide(message: Incoming, context: BatchContext) -> Effect | Refusal:
    assert message.envelope is not None
    source, batch = message.envelope.source, context.batch
    context.write()
    if not batch.has_events_of(source):
        return Refusal("wrong_state", "the log has no message of this import")
    if source not in context.undone:
        return Refusal("wrong_state", "the import is not undone")
    left = batch.redo(source)
    context.undone.remove(source)
    return Effect(detail=msgspec.json.encode(left).decode(), at_once=True)


def _keep(entry: NewEntry, batch: Batch) -> None:
    batch.write()
    if batch.has_events_of(entry.source or ""):  # else its rows have all been erased
        batch.redo(entry.source or "", refused(entry.detail) if entry.detail else None)


EFFECT = TypeEffect(_decide, _keep)
