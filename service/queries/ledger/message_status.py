"""What became of a message: still on its way, accepted at a position, or rejected with its reason."""

from typing import Any

from ledger.events import types
from ledger.events.signing import Signer
from ledger.log.entry import Entry, public_id
from ledger.log.port import LogReader
from service.queries.ledger.erased_messages import MessageErased, erased_among
from service.queries.ledger.status import LedgerStatus


def message_status(ledger: LedgerStatus, id: str, source: str | None) -> dict[str, Any] | None:
    """The message of this id; `source` None: one that a call of ours sent.

    None when there is no such message. While messages wait on the bus, or the bus cannot be asked, one that is not in
    the log is said to be pending: nobody can tell it from one that never was. Raises MessageErased where what it said
    was erased.
    """
    if ledger.log.absence() is not None:
        return _pending(id, source) if ledger.bus_lag(None) != 0 else None
    with ledger.readers.log() as log:
        # in this order: what was on the bus before the second look is in the log, or it never was
        if found := _in_log(log, ledger.signer, id, source):
            return found
        if ledger.bus_lag(log) != 0:
            return _pending(id, source)
        return _in_log(log, ledger.signer, id, source)


def _in_log(log: LogReader, signer: Signer, id: str, source: str | None) -> dict[str, Any] | None:
    entry = log.by_message_id(id, source)
    if entry is not None:
        return _document(log, entry)
    for one in log.sources_beginning(types.CALLS) if source is None else [source]:
        for position in erased_among(log, signer, one, [id]).values():
            raise MessageErased(position, is_asked_for=True)
    return None


def _document(log: LogReader, entry: Entry) -> dict[str, Any]:
    document: dict[str, Any] = {
        "id": entry.message_id,
        "source": entry.source,
        "state": "accepted" if entry.is_accepted else "rejected",
        "position": entry.position,
    }
    if not entry.is_accepted:
        return document | {"reason": entry.reason, "message": entry.detail}
    contact = entry.contact
    return document | {"contact": None if contact is None else public_id(log.ids([contact])[contact])}


def _pending(id: str, source: str | None) -> dict[str, Any]:
    return {"id": id, "source": source, "state": "pending"}
