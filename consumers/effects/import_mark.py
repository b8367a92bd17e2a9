"""Start and end of an import stand in the log, and change nothing there."""

from consumers.batch_context import BatchContext
from consumers.effects.effect import NONE, Effect, TypeEffect
from consumers.incoming import Incoming
from ledger.log.entry import NewEntry
from ledger.log.port import Batch


def _decide(_message: Incoming, _context: BatchContext) -> Effect:
    return NONE


def _keep(_entry: NewEntry, _batch: Batch) -> None:
    pass


EFFECT = TypeEffect(_decide, _keep)
