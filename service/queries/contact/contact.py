"""One contact as the command line and the HTTP calls show it: one document for both."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ledger.log.entry import Entry, public_id
from ledger.log.port import LogReader
from projections.fold.component import Step
from projections.fold.contact_document import contact_document
from projections.fold.state import ContactState
from projections.lists.refreshed import contact_now
from projections.past.explain import Explanation, Reasons
from projections.past.explain import explain as explanation
from projections.past.history import event_document, replay, told_all, touches
from service.queries.contact.find import FoundContact, Unknown, at
from service.queries.contact.origins import KindOf, Origins
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
            why = "the import that made it was undone, or the changed number that did was taken back"
            raise Unknown(f"the contact is gone, since {why}; its history is kept")
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


@dataclass(frozen=True, slots=True)
class AskedEvents:
    """Which events of a contact's history are asked for: of one `attribute`, of one `kind` of origin; None: of any."""

    attribute: str | None = None
    kind: str | None = None

    def has(self, step: Step, kind_of: Callable[[Step], str]) -> bool:
        """Whether a step of a replay is one of them."""
        if self.attribute is not None and not touches(step, self.attribute):
            return False
        return self.kind is None or kind_of(step) == self.kind


_ANY = AskedEvents()


def history(
    log: LogReader,
    found: FoundContact,
    origins: Origins,
    after: int = 0,
    limit: int | None = None,
    asked: AskedEvents = _ANY,
) -> dict[str, Any]:
    """What happened to a contact, oldest first: up to `limit` events after position `after`.

    `next_after` is where to go on, None at the end.
    """
    kind_of = KindOf(log)
    wanted = (step for step in replay(log, found.component) if step.cause.position > after and asked.has(step, kind_of))
    chosen = list(islice(wanted, None if limit is None else limit + 1))
    has_more = limit is not None and len(chosen) > limit
    events = _documents(log, chosen[:limit], origins)
    return {
        "contact": id_of(log, found),
        "events": events,
        "next_after": events[-1]["position"] if has_more else None,
    }


def newest(
    log: LogReader, found: FoundContact, origins: Origins, before: int | None, limit: int, asked: AskedEvents = _ANY
) -> dict[str, Any]:
    """As `history`, newest first: the last `limit` events before position `before`, None being the end of the log."""
    kind_of, until = KindOf(log), None if before is None else max(0, before - 1)
    wanted = (step for step in replay(log, found.component, until) if asked.has(step, kind_of))
    last = deque(wanted, maxlen=limit + 1)
    chosen = list(reversed(last))[:limit]
    return {
        "contact": id_of(log, found),
        "events": _documents(log, chosen, origins),
        "next_before": chosen[-1].cause.position if len(last) > limit else None,
    }


@dataclass(frozen=True, slots=True)
class Story:
    """A contact's newest events, how many are `left` before them, the positions of all, and why its values are so."""

    events: list[dict[str, Any]]
    left: int
    positions: list[int]
    explanation: dict[str, Any]


def story(
    log: LogReader, found: FoundContact, origins: Origins, before: int | None, limit: int, asked: AskedEvents
) -> Story:
    """What the contact's page tells, by one replay."""
    at, kind_of = log.head().position, KindOf(log)
    reasons = Reasons(log, found.component, at)
    last: deque[Step] = deque(maxlen=limit)
    positions, count = [], 0
    for step in replay(log, found.component, at):
        reasons.add(step)
        positions.append(step.cause.position)
        if (before is None or step.cause.position < before) and asked.has(step, kind_of):
            last.append(step)
            count += 1
    explained = _explanation(log, found, reasons.explanation(), origins)
    return Story(_documents(log, list(reversed(last)), origins), count - len(last), positions, explained)


def positions(log: LogReader, found: FoundContact) -> list[int]:
    """Where its events stand in the log, oldest first."""
    return [step.cause.position for step in replay(log, found.component, log.head().position)]


def _documents(log: LogReader, chosen: Sequence[Step], origins: Origins) -> list[dict[str, Any]]:
    return [origins.added(event_document(step)) for step in told_all(log, chosen)]


def explain(log: LogReader, found: FoundContact, origins: Origins, trait: str | None = None) -> dict[str, Any]:
    """Why each value is what it is, or just one attribute's. Raises Unknown for one that no event ever set."""
    explained = explanation(log, found.component)
    if trait is not None:
        if trait not in explained.values:
            raise Unknown(f"no event ever set {trait!r} of this contact")
        explained = Explanation({trait: explained.values[trait]}, [])
    return _explanation(log, found, explained, origins)


def _explanation(log: LogReader, found: FoundContact, explained: Explanation, origins: Origins) -> dict[str, Any]:
    for value in explained.values.values():
        origins.added(value)
        for lost in value["lost"]:
            origins.added(lost)
    tags = [origins.added(tag) for tag in explained.tags]
    return {"contact": id_of(log, found), "values": explained.values, "tags": tags}


def id_of(log: LogReader, found: FoundContact) -> str:
    """The public id that the contact has now, after all merges."""
    return public_id(log.ids([found.contact])[found.contact])
