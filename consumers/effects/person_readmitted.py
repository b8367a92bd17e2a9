"""A readmission lets somebody in again whom an erasure keeps out, by all phones and user ids that it named (R31)."""

from consumers.batch_context import BatchContext
from consumers.effects.effect import Effect, TypeEffect
from consumers.incoming import Incoming, Refusal
from ledger.log.entry import NewEntry
from ledger.log.keeping_out import Readmitted, read_readmitted, readmitted_text
from ledger.log.port import Batch


def _decide(message: Incoming, context: BatchContext) -> Effect | Refusal:
    assert message.readmits is not None
    erasures = context.batch.erasures_keeping_out(message.readmits)
    if not erasures:
        return Refusal("wrong_state", "nobody with this phone or user id is kept out")
    context.batch.readmit(erasures)
    return Effect(detail=readmitted_text(Readmitted(erasures)), at_once=True)


def _keep(entry: NewEntry, batch: Batch) -> None:
    readmitted = read_readmitted(entry.detail)
    if readmitted is not None:
        batch.readmit(readmitted.erasures)


EFFECT = TypeEffect(_decide, _keep)
