"""What becomes of each message of a batch: accepted, as whose event, or rejected for which reason (decisions 1-7)."""

from typing import NamedTuple

import msgspec

from consumers.batch_context import BatchContext
from consumers.effects import EFFECTS
from consumers.effects.effect import Effect
from consumers.incoming import NOBODY, Incoming, Refusal
from ledger.events import types
from ledger.events.data import data_of
from ledger.events.envelope import Envelope
from ledger.log.entry import NewEntry, pack_headers, phone_number
from ledger.log.keeping_out import KEPT_OUT, SENTENCE
from ledger.log.port import Taken

_DECIDE = {type: effect.decide for type, effect in EFFECTS.items()}
_MOST_DETAIL = 2000
"""Characters of a rejection's sentence."""


class BatchDecision:
    """Decides the messages of one batch in order; later ones see what earlier ones bound."""

    def __init__(self, context: BatchContext) -> None:
        self._batch = context.batch
        self._context = context

    def __call__(self, message: Incoming) -> None:
        """Decide one: a redelivery changes nothing, any other message is refused or has the effect of its type."""
        envelope, context = message.envelope, self._context
        context.turn_to_next()
        if envelope is None:
            if not message.is_emptied:
                self._reject(message, message.refusal or Refusal("unreadable", ""))
            return
        refusal = message.refusal
        if context.knows(envelope):
            if context.is_redelivery(message, envelope):
                return
            if envelope.type != types.MESSAGE_RETRIED:  # whose name is that of another by design
                refusal = self._reuse(message, envelope) or refusal
        elif context.was_kept_out(message):
            return
        if refusal is None and envelope.source in context.undone and message.about is not None:
            # none of ours: an undo waits for all
            refusal = Refusal("import_undone", "the import is undone; redo it before more of it is taken")
        if refusal is None and self._is_kept_out(message):
            refusal = Refusal(KEPT_OUT, SENTENCE)
        outcome = refusal or _DECIDE[envelope.type](message, context)
        if isinstance(outcome, Refusal):
            self._reject(message, outcome)
        else:
            self._accept(message, envelope, outcome)

    def _is_kept_out(self, message: Incoming) -> bool:
        about = message.about
        return about is not None and self._context.kept_out.has(about.phone, about.user_id)

    def _reuse(self, message: Incoming, envelope: Envelope) -> Refusal | None:
        """Why a message may not have the name it has, which is that of another; None where that one was refused."""
        if message.is_signed and self._context.has_signed_another(envelope):
            return Refusal("id_reused", "source and id name another message that is signed")
        taken = self._context.taken.get((envelope.source, envelope.id))
        if taken is None or message.refusal is not None:
            return None
        detail = f"source and id name the message at position {taken.position}, which says something else"
        return Refusal("id_reused", detail)

    def _accept(self, message: Incoming, envelope: Envelope, effect: Effect) -> None:
        record, about, recorded = message.record, message.about or NOBODY, self._batch.recorded
        headers = pack_headers(record.headers)
        position = self._batch.add(
            NewEntry(  # by position, which takes a fifth of the time that it takes by name
                min(record.time, recorded),
                min(message.stated or 0, recorded),
                effect.type or envelope.type,
                None,  # no reason: it is accepted
                effect.contact,
                effect.contact_id,
                effect.absorbed,
                effect.skipped,
                effect.settles,  # the digest of a rejected message
                envelope.source,
                envelope.id,
                record.key,
                headers,
                record.value,
                phone_number(about.phone),
                about.user_id,
                effect.detail,
                about.row,
                about.row_end,
            )
        )
        self._context.taken[envelope.source, envelope.id] = Taken(position, headers, record.value, bool(effect.skipped))
        if effect.settles is not None:
            self._context.settle(effect.settles, position)
        if effect.at_once:
            self._context.write_for_log()

    def _reject(self, message: Incoming, refusal: Refusal) -> None:
        raw_digest = self._context.reject(message)
        if raw_digest is None:
            return
        record, envelope = message.record, message.envelope
        row, row_end = _row_of(message)
        said = _Said(envelope.id if envelope else None, record.key, pack_headers(record.headers), record.value)
        if refusal.reason == KEPT_OUT:
            said = _withheld(message)
        self._batch.add(
            NewEntry(
                bus_time=min(record.time, self._batch.recorded),
                type=envelope.type if envelope else None,
                reason=refusal.reason,
                raw_digest=raw_digest,
                source=envelope.source if envelope else None,
                message_id=said.message_id,
                key=said.key,
                headers=said.headers,
                value=said.value,
                detail=refusal.detail[:_MOST_DETAIL],
                row=row,
                row_end=row_end,
            )
        )


class _Said(NamedTuple):
    """What an entry keeps of a rejected message."""

    message_id: str | None
    key: bytes | None = None
    headers: bytes | None = None
    value: bytes | None = None


def _withheld(message: Incoming) -> _Said:
    """Nothing of somebody who is kept out: of an import's row where it stood, of a message of ours its id."""
    assert message.envelope is not None
    row = data_of(message.record.headers, message.record.value)
    if _row_of(message)[0] is None:
        return _Said(message.envelope.id if message.is_signed else None)
    place = {"row": row.row, "line": row.line, "rowend": row.rowend}
    return _Said(message.envelope.id, value=msgspec.json.encode({"data": place}))


def _row_of(message: Incoming) -> tuple[int | None, int]:
    """The import's row that a rejected message says it is of, and whether it ends it."""
    if message.envelope is None or not message.envelope.source.startswith(types.IMPORTS):
        return None, 0
    data = data_of(message.record.headers, message.record.value)
    return data.row, 0 if data.row is None else int(data.rowend)
