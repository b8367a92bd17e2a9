"""An undo of an import releases the phones and user ids that only its events assert (R32)."""

from consumers.batch_context import BatchContext
from consumers.effects.effect import Effect, TypeEffect
from consumers.incoming import Incoming, Refusal
from ledger.events.data import command_of
from ledger.log.entry import NewEntry
from ledger.log.port import Batch


def _decide(message: Incoming, context: BatchContext) -> Effect | Refusal:
    assert message.envelope is not None
    source, batch = message.envelope.source, context.batch
    context.write()
    if not batch.has_events_of(source):
        return Refusal("wrong_state", "the log has no message of this import")
    if source in context.undone:
        return Refusal("wrong_state", "the import is undone already")
    if left := _left(message, source, batch):
        return Refusal("wrong_state", left)
    batch.undo(source)
    context.undone.add(source)
    return Effect(at_once=True)


def _left(message: Incoming, source: str, batch: Batch) -> str | None:
    """What of an import is still to come, None when nothing is: an undo never overtakes a row.

    With several partitions it could, and a row that is refused then could never be taken again.
    """
    undecided = batch.undecided_rows(source, command_of(message.record.headers, message.record.value))
    if undecided is None:
        return "the import is not whole on the bus: undo it when it is done, or cancel it and undo it then"
    if undecided:
        return f"{undecided} rows of the import are on the bus and not in the log: undo it again when they are"
    return None


def _keep(entry: NewEntry, batch: Batch) -> None:
    batch.write()
    if batch.has_events_of(entry.source or ""):  # else its rows have all been erased
        batch.undo(entry.source or "")


EFFECT = TypeEffect(_decide, _keep)
