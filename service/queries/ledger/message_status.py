"""What became of a message: still on its way, accepted at a position, or rejected with its reason."""

from typing import Any

from ledger.log.entry import Entry, public_id
from ledger.log.port import LogReader
from service.queries.ledger.status import LedgerStatus


def message_status(ledger: LedgerStatus, id: str, source: str | None) -> dict[str, Any] | None:
    """The message of this id; `source` None: one that a call of ours sent.

    None when there is no such message. While messages wait on the bus, or the bus cannot be asked, one that is not in
    the log is said to be pending: nobody can tell it from one that never was.
    """
    if ledger.log.absence() is not None:
        return _pending(id, source) if ledger.bus_lag(None) != 0 else None
    with ledger.readers.log() as log:
        # in this order: what was on the bus before the second look is in the log, or it never was
        if found := _in_log(log, id, source):
            return found
        if ledger.bus_lag(log) != 0:
            return _pending(id, source)
        return _in_log(log, id, source)


def _in_log(log: LogReader, id: str, source: str | None) -> dict[str, Any] | None:
    entry = log.by_message_id(id, source)
    return None if entry is None else _document(log, entry)


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
