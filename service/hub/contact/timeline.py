"""A contact's events as its timeline shows them: what each is called, and which of them stand around a moment."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ledger.events import types
from service.hub.contact.details import IDENTITIES
from service.hub.frame import words


def told(events: Iterable[dict[str, Any]], values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The events with `kind` and `words` of their origin and a `heading`.

    `can_be_undone`: an edit by hand whose values, as `values` explain them, are still there.
    """
    found = []
    for event in events:
        kind, text = words.came_from(event)
        stands = all(values.get(name, {}).get("position") == event["position"] for name in undone(event))
        can_be_undone = stands and bool(undone(event))
        found.append({**event, "kind": kind, "words": text, "heading": heading(event), "can_be_undone": can_be_undone})
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
        return "Nothing new"
    created = any(change["attribute"] in IDENTITIES and change["from"] is None for change in event["changes"])
    if created and len(changed) > 1:
        return f"{len(changed)} fields set"
    if len(set(changed)) == 1:
        name = words.title(changed[0])
        return f"{name} added" if changed[0] == "tags" else f"{name} changed"
    return f"{len(changed)} fields changed"


_HEADINGS: dict[str, Callable[[Mapping[str, Any]], str]] = types.complete(
    {
        types.USER_TRACKED: _changed,
        types.TAGS_ADDED: _changed,
        types.EVENT_TRACKED: lambda event: words.visible(str(event.get("event") or "Event")),
        types.IMPORT_UNDONE: lambda _: "Import undone",
        types.IMPORT_REDONE: lambda _: "Import done again",
    },
    (*types.ABOUT_CONTACTS, types.IMPORT_UNDONE, types.IMPORT_REDONE),
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
