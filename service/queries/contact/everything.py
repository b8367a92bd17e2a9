"""Everything that the ledger holds of one person, as one document: what is told of the person, who said it and when,
each message as it came, and what mentions the person without being an event about them."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, Literal

from ledger.events import moments, types
from ledger.events.data import Settling, settling_of
from ledger.events.mentions import FoundBy, Mentions
from ledger.events.traits import WHATSAPP_OPTED
from ledger.log.entry import Entry, public_id
from ledger.log.port import LogReader
from projections.fold.contact_document import contact_document
from projections.past.history import states_at
from service.queries.contact.contact import AskedEvents, id_of, story
from service.queries.contact.find import FoundContact
from service.queries.contact.origins import EDIT, FILE, Origins
from service.queries.contact.own_names import OwnNames, own_names
from service.queries.ledger.rejected import raw_text, rejections

_AT_ONCE = 1_000
_ALL = 2**62


def everything(log: LogReader, found: FoundContact, origins: Origins) -> dict[str, Any]:
    """What a frozen log has of a contact and of all that are merged with it.

    Values of another contact, from which it was split, are left out.

    `contact` is the Contact JSON, None of one that is gone. `events` are those of its history, oldest first, each with
    what was `sent` as it came. `ids`, `phones` and `user_ids` are all that it ever had. `consent` and `imports` come
    from the events; `rejected` are the messages that mention the person by what was theirs then and is nobody else's
    (`OwnNames`), each with what it was found by.
    """
    head = log.head().position
    told = story(log, found, origins, None, _ALL, AskedEvents())
    entries = log.entries_at(event["position"] for event in told.events)
    numbers = [found.contact, *log.merged_into(found.contact)]
    ids = [public_id(id) for _, id in sorted(log.ids(numbers).items())]
    events = [event | {"sent": _sent(entries[event["position"]])} for event in _own(reversed(told.events), ids)]
    state = states_at(log, found.component, head).get(found.contact)
    in_order = [entries[event["position"]] for event in events]
    phones, user_ids = _ever(in_order, "phone"), _ever(in_order, "user_id")
    return {
        "id": id_of(log, found),
        "position": head,
        "contact": None if state is None else contact_document(state),
        "ids": ids,
        "phones": phones,
        "user_ids": user_ids,
        "values": told.explanation["values"],
        "tags": told.explanation["tags"],
        "consent": list(_consent(events)),
        "imports": _imports(events),
        "events": events,
        "rejected": list(_rejected(log, own_names(log, found.contact, phones, user_ids))),
    }


def _own(events: Iterable[dict[str, Any]], ids: list[str]) -> Iterator[dict[str, Any]]:
    """Events, oldest first, without what is another's: of a merge with who is apart since, and of the split, what it
    changed; of events between the two, what was there before them.
    """
    merged: set[str] = set()
    for event in events:
        about = event.get("merged") or event.get("split")
        others = set() if about is None else {about["contact"], about["survivor"]} - set(ids)
        if "split" in event:
            merged -= others
        else:
            merged |= others
        if others:
            yield event | {"changes": []}
        elif merged:
            yield event | {"changes": [change | {"from": None} for change in event["changes"]]}
        else:
            yield event


def _sent(entry: Entry) -> dict[str, Any]:
    """A message as it came; bytes that are no text as `{"base64": …}`."""
    return {
        "key": raw_text(entry.key),
        "headers": [{"name": name, "value": raw_text(content)} for name, content in entry.headers],
        "raw": raw_text(entry.value),
    }


def _ever(entries: Iterable[Entry], identity: Literal["phone", "user_id"]) -> list[str]:
    """Each phone or user id that events about the person were sent under, in the order they came."""
    sent: Iterator[str | None] = (getattr(entry, identity) for entry in entries)
    return list(dict.fromkeys(one for one in sent if one is not None))


def _consent(events: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Each change of WhatsApp Opted: from what to what, when, and who said so."""
    for event in events:
        for change in event["changes"]:
            if change["attribute"] == WHATSAPP_OPTED:
                about = {name: event[name] for name in ("position", "recorded_at", "stated_at", "origin")}
                yield {**about, "from": change["from"], "to": change["to"]}


def _imports(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each file, and each change of many contacts, that brought events: who brought it, and in which lines."""
    found: dict[str, dict[str, Any]] = {}
    for event in events:
        origin = event["origin"]
        if origin["kind"] in (FILE, EDIT):
            id = origin["import"]["id"]
            told = {"id": id, "kind": origin["kind"], "name": origin["name"], "by": origin["by"], "lines": []}
            lines = found.setdefault(id, told)["lines"]
            line = origin["import"]["line"]
            if line is not None and line not in lines:
                lines.append(line)
    return list(found.values())


def _rejected(log: LogReader, names: OwnNames) -> Iterator[dict[str, Any]]:
    """The rejected messages that mention the person, oldest first: each as it came, and what became of it."""
    mentions_of = cache(lambda phones: Mentions(phones, names.user_ids))
    about: list[tuple[Entry, FoundBy]] = []
    before = None
    while page := log.rejected(_AT_ONCE, before=before):
        for entry in page:
            by = mentions_of(names.phones_at(entry.position)).in_message(entry.key, entry.headers, entry.value)
            if by is not None:
                about.append((entry, by))
        before = page[-1].position
    about.reverse()
    told = rejections(log, [entry for entry, _ in about])
    settled = log.entries_at(one["settled_by"] for one in told if one["settled_by"] is not None)
    for (entry, by), one in zip(about, told, strict=True):
        order = settled.get(one["settled_by"])
        settled_as = None if order is None else _order(order)
        yield {**one, **_sent(entry), "type": entry.type, "found_by": by, "settled": settled_as}


def _order(entry: Entry) -> dict[str, Any]:
    """Who had a rejected message taken again or dropped, when and why; nobody where its sender sent it once more."""
    order = settling_of(entry.headers, entry.value) or Settling()
    what = "dropped" if entry.type == types.MESSAGE_DROPPED else "taken"
    at = moments.text(entry.recorded)
    return {"what": what, "position": entry.position, "recorded_at": at, "by": order.by, "reason": order.reason}
