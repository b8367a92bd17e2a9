"""One contact as the command line and the HTTP calls show it: one document for both."""

from itertools import islice
from typing import Any

from ledger.log.entry import Entry, public_id
from ledger.log.port import LogReader
from projections.fold.contact_document import contact_document
from projections.fold.state import ContactState
from projections.lists.refreshed import contact_now
from projections.past.explain import explain as explanation
from projections.past.history import event_document, steps
from service.queries.find import FoundContact, Unknown, at
from service.queries.readers import Readers


def contact(readers: Readers, log: LogReader, found: FoundContact, position: int | None) -> dict[str, Any]:
    """The contact now, or as it was at a position, which the document then names. Raises Unknown."""
    if position is not None:
        return contact_document(at(log, found, position)) | {"as_of": position}
    if found.is_released:
        raise Unknown(
            "nobody has it any more, since an import was undone: ask as of a position before, or for its history"
        )
    return now(readers, found.contact)


def now(readers: Readers, contact: int) -> dict[str, Any]:
    """The contact with this number as it is now. Raises Unknown as `state_now` does."""
    return contact_document(state_now(readers, contact))


def state_now(readers: Readers, contact: int) -> ContactState:
    """The contact with this number as it is now. Raises Unknown while it is in the log only, and when it is gone."""
    with readers.states.in_use().reading() as state:
        state.freeze()
        found = contact_now(state, readers.log, contact)
    if found is not None:
        return found
    with readers.log() as log:
        if log.is_gone(contact):
            raise Unknown("the contact is gone, since the import that made it was undone; its history is kept")
    raise Unknown("the contact is in the log, but not in the state yet: is the projector running?")


def left_by(readers: Readers, log: LogReader, entry: Entry) -> dict[str, Any]:
    """The contact that an accepted entry is about, as it left it, whatever came since. The state must show it."""
    assert entry.contact is not None
    with readers.states.in_use().reading() as state:
        current = state.contact(entry.contact)
    if current is not None and current.position == entry.position:
        return contact_document(current)
    found = FoundContact(log.component(entry.contact), entry.contact, None, None)
    return contact_document(at(log, found, entry.position))


def history(log: LogReader, found: FoundContact, after: int = 0, limit: int | None = None) -> dict[str, Any]:
    """What happened to a contact, oldest first: up to `limit` events after position `after`.

    `next_after` is where to go on, None at the end.
    """
    beyond = (step for step in steps(log, found.component) if step.entry.position > after)
    chosen = list(islice(beyond, None if limit is None else limit + 1))
    has_more = limit is not None and len(chosen) > limit
    events = [event_document(step) for step in chosen[:limit]]
    return {
        "contact": id_of(log, found),
        "events": events,
        "next_after": events[-1]["position"] if has_more else None,
    }


def explain(log: LogReader, found: FoundContact, trait: str | None = None) -> dict[str, Any]:
    """Why each value is what it is, or just one attribute's. Raises Unknown for one that no event ever set."""
    explained = explanation(log, found.component)
    values, tags = explained.values, explained.tags
    if trait is not None:
        if trait not in values:
            raise Unknown(f"no event ever set {trait!r} of this contact")
        values, tags = {trait: values[trait]}, []
    return {"contact": id_of(log, found), "values": values, "tags": tags}


def id_of(log: LogReader, found: FoundContact) -> str:
    """The public id that the contact has now, after all merges."""
    return public_id(log.ids([found.contact])[found.contact])
