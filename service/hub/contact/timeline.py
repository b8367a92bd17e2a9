"""A contact's events as its timeline shows them: what each is called, and which of them stand around a moment."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ledger.events import types
from ledger.events.traits import WHATSAPP_OPTED
from service.hub.contact.details import IDENTITIES
from service.hub.frame import words
from service.queries.contact.origins import CALL, EDIT, FILE, HUB, LEDGER


def told(
    events: Iterable[dict[str, Any]], values: Mapping[str, Any], tags: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The events with `kind` and `words` of their origin and a `heading`.

    `can_be_undone`: an edit by hand whose values, as `values` explain them, are still there. `change`: the id of a
    change by hand that this event is of; `is_of_one`: it was about this contact alone, and what it set is still there.
    `file`: the id of the import that brought it. `says_who`: its words name who did it.
    The message of a change that had only tags to give is left out.
    """
    found = []
    at = {one["position"] for one in (*values.values(), *tags)}
    for event in events:
        kind, text = words.came_from(event)
        stands = all(values.get(name, {}).get("position") == event["position"] for name in undone(event))
        made = event["origin"]["import"] if event["origin"]["kind"] == EDIT else None
        if made is not None and event["type"] == types.USER_TRACKED and not event["changes"]:
            continue
        told = {"kind": kind, "words": text, "heading": heading(event)}
        of_one = made is not None and made["rows"] == 1 and event["position"] in at
        found.append(
            {
                **event,
                **told,
                "can_be_undone": stands and bool(undone(event)),
                "change": made and made["id"],
                "is_of_one": of_one,
                "file": event["origin"]["import"]["id"] if kind == FILE else None,
                "says_who": kind in (CALL, HUB, LEDGER) and event["origin"]["by"] is not None,
            }
        )
    return found


def undone(event: Mapping[str, Any]) -> dict[str, Any]:
    """What would take back an edit that somebody made by hand: the fields it changed, with what was there before."""
    if event["source"] != types.HUB or event["type"] != types.USER_TRACKED:
        return {}
    kept = (*IDENTITIES, "tags")
    return {one["attribute"]: one["from"] for one in event["changes"] if one["attribute"] not in kept}


def heading(event: Mapping[str, Any]) -> str:
    """What an event is called."""
    return _HEADINGS.get(event["type"], _changed)(event)


def _changed(event: Mapping[str, Any]) -> str:
    """What an event is called by what it changed."""
    if event.get("skipped"):
        return "Left out, as the file's mode asked"
    changed = [change["attribute"] for change in event["changes"]]
    if not changed:
        return _said_in_vain(event)
    created = any(change["attribute"] in IDENTITIES and change["from"] is None for change in event["changes"])
    if created and len(changed) > 1:
        return f"{len(changed)} fields set"
    if len(set(changed)) == 1:
        name = words.title(changed[0])
        return f"{name} added" if changed[0] == "tags" else f"{name} changed"
    return f"{len(changed)} fields changed"


def _said_in_vain(event: Mapping[str, Any]) -> str:
    """What an event is called that changed nothing."""
    said = event.get("said", ())
    if not said:
        return "Nothing new"
    if event.get("older"):
        return "Newer values were known"
    is_no = [(one["attribute"], one["value"]) for one in said] == [(WHATSAPP_OPTED, False)]
    return "Stays opted out of WhatsApp" if is_no else "Known already"


def _ordered(event: Mapping[str, Any]) -> str:
    return "Change" if event["origin"]["kind"] == EDIT else "Import"


_HEADINGS: dict[str, Callable[[Mapping[str, Any]], str]] = types.complete(
    {
        types.USER_TRACKED: _changed,
        types.TAGS_ADDED: _changed,
        types.EVENT_TRACKED: lambda event: words.visible(str(event.get("event") or "Event")),
        types.CONTACTS_MERGED: lambda _: "Another contact was merged in",
        types.CONTACTS_SPLIT: lambda _: "Split from each other",
        types.NUMBER_CHANGED: lambda _: "Phone number changed",
        types.IMPORT_UNDONE: lambda event: f"{_ordered(event)} undone",
        types.IMPORT_REDONE: lambda event: f"{_ordered(event)} redone",
    },
    types.IN_HISTORY,
    "service/hub/contact/timeline",
)
"""By type of event, what it is called in a contact's history."""


def stops(positions: list[int], position: int | None) -> dict[str, Any]:
    """Where the page stands among a contact's events: the one shown, and those before and after; None at an end."""
    before = positions if position is None else [one for one in positions if one <= position]
    after = [] if position is None else [one for one in positions if one > position]
    return {
        "earlier": before[-2] if len(before) > 1 else None,
        "later": after[0] if after else None,
        "number": len(before),
    }
