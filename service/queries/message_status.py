"""What became of a message: still on its way, accepted at a position, or rejected with its reason."""

from typing import Any

from ledger.log.entry import Entry, public_id
from ledger.log.sqlite.reader import LogReader, is_there
from service.deployment.deployment import Deployment
from service.queries.status import bus_lag


def message_status(deployment: Deployment, id: str, source: str | None) -> dict[str, Any] | None:
    """The message of this id; `source` None: one that a call of ours sent.

    None when there is no such message. While messages wait on the bus, or the bus cannot be asked, one that is not in
    the log is said to be pending: nobody can tell it from one that never was.
    """
    if not is_there(deployment.log_path):
        return _pending(id, source) if bus_lag(deployment, None) != 0 else None
    with deployment.log_reader() as log:
        # in this order: what was on the bus before the second look is in the log, or it never was
        if found := _in_log(log, id, source):
            return found
        if bus_lag(deployment, log) != 0:
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
