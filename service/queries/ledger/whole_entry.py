"""One entry of the log whole: what it says, what was decided of it, and where it stands in the chain (R28)."""

from typing import Any

from ledger.events import moments, types
from ledger.events.data import settling_of
from ledger.log.chain import GENESIS
from ledger.log.entry import StoredEntry, phone_text, public_id, unpack_headers
from ledger.log.port import LogReader
from service.queries.ledger.rejected import raw_text


def entry_document(log: LogReader, position: int) -> dict[str, Any] | None:
    """The entry at `position` as JSON; None where the log has none.

    `raw`, `key` and the values of `headers` are text where they are UTF-8, else `{"base64": …}`. What an erasure
    emptied is None, and `erased` says so. `previous` and `next` are positions, None at the ends.
    """
    rows = log.proof_page(position - 1, 1, position) if position > 0 else []
    if not rows:
        return None
    (entry,), before = rows, log.head_at(position - 1)
    following = log.head_at(position + 1)
    return {
        **_message(entry),
        **_decision(log, entry),
        "commitment": entry.commitment.hex(),
        "hash": entry.hash.hex(),
        "previous_hash": (GENESIS if before is None else before.hash).hex(),
        "previous": position - 1 or None,
        "next": None if following is None else following.position,
    }


def _message(entry: StoredEntry) -> dict[str, Any]:
    is_erased = entry.salt is None
    headers = unpack_headers(entry.headers) or ()
    return {
        "position": entry.position,
        "recorded_at": moments.text(entry.recorded),
        "bus_time": moments.text(entry.bus_time),
        "stated_at": None if entry.stated is None else moments.text(entry.stated),
        "type": entry.type,
        "kind": entry.kind,
        "source": entry.source,
        "id": entry.message_id,
        "key": raw_text(entry.key),
        "headers": [{"name": name, "value": raw_text(value)} for name, value in headers],
        "raw": raw_text(entry.value),
        "erased": is_erased,
    }


def _decision(log: LogReader, entry: StoredEntry) -> dict[str, Any]:
    numbers = [one for one in (entry.contact, entry.absorbed) if one is not None]
    ids = {number: public_id(id) for number, id in log.ids(numbers).items()}
    source = None if entry.import_number is None else log.source_name(entry.import_number)
    is_split = entry.type == types.CONTACTS_SPLIT
    settles = settling_of(unpack_headers(entry.headers), entry.value)
    return {
        "reason": entry.reason,
        "message": entry.detail,
        "skipped": bool(entry.skipped),
        "contact": None if entry.contact is None else ids.get(entry.contact),
        "made_contact": entry.contact_id is not None,
        "merged": None if entry.absorbed is None or is_split else ids.get(entry.absorbed),
        "split": None if entry.absorbed is None or not is_split else ids.get(entry.absorbed),
        "phone": phone_text(entry.phone),
        "user_id": entry.user_id,
        "import": None if source is None else source.removeprefix(types.IMPORTS),
        "row": entry.row,
        "settles": None if settles is None else settles.position,
        "settled_by": log.settled_by([entry.position]).get(entry.position),
    }
