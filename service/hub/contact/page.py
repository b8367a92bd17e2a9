"""One contact (R26, R27): its values with where each comes from, its timeline, and the contact at any past moment."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from flask import Blueprint, redirect, render_template, request

from ledger.events import types
from ledger.events.traits import DEFAULT_TYPES
from ledger.log.port import LogReader
from service.http.services import Services
from service.hub.frame import words
from service.hub.frame.access import needs
from service.imports.record.registry import ImportUnknown
from service.queries import contact as documents
from service.queries.as_of import BadMoment, position_of
from service.queries.find import FoundContact, Unknown, find_id

_SHOWN_EVENTS = 50
_ALWAYS_SHOWN = ("phone", "user_id", *DEFAULT_TYPES)


def contact_pages(services: Services) -> Blueprint:
    """The contact's page."""
    pages = Blueprint("contact", __name__)

    @pages.get("/contacts/<id>")
    @needs("read")
    def contact_page(id: str) -> Any:
        with services.readers.log() as log:
            found = find_id(log, id)
            if found.asked != found.contact and "as_of" not in request.args:
                return redirect(f"/contacts/{documents.id_of(log, found)}", 303)
            fault, position = None, None
            try:
                position = position_of(log, request.args.get("as_of") or None)
            except BadMoment as bad:
                fault = f"This moment is not possible: {bad}."
            contact = _contact(services, log, found, position)
            events = documents.history(log, found)["events"]
            explained = documents.explain(log, found)
        named = file_names(services)
        lines = {event["position"]: event for event in events}

        def source(claim: Mapping[str, Any]) -> tuple[str, str]:
            return words.source({**lines.get(claim["position"], {}), **claim}, named)

        timeline = list(reversed(events))
        return render_template(
            "contact/page.html",
            contact=contact,
            name=_name_of(contact, explained["values"]),
            id=id,
            fields=_fields(contact, explained["values"], source, is_past=position is not None),
            days=_by_day(timeline[: _shown(request.args.get("events"))], source),
            hidden=max(0, len(timeline) - _shown(request.args.get("events"))),
            more=_shown(request.args.get("events")) + _SHOWN_EVENTS,
            position=position,
            stops=_stops(events, position),
            count=len(events),
            fault=fault,
        )

    return pages


def file_names(services: Services) -> Callable[[str], str | None]:
    """The name of an import's file by the import's id, each looked up once."""

    @cache
    def name(id: str) -> str | None:
        with services.imports() as imports:
            try:
                return imports.results.file_name(id)
            except ImportUnknown:
                return None

    return name


def _contact(services: Services, log: LogReader, found: FoundContact, position: int | None) -> dict[str, Any] | None:
    """The contact's document; None for one that is gone, or was not there yet: its history is shown all the same."""
    try:
        return documents.contact(services.readers, log, found, position)
    except Unknown:
        return None


def _name_of(contact: Mapping[str, Any] | None, explained: Mapping[str, Any]) -> str:
    if contact is None:
        return str(explained.get("name", {}).get("value") or "This contact")
    return str(contact["traits"].get("name") or contact["phone"] or contact["user_id"] or "Contact")


def _fields(
    contact: Mapping[str, Any] | None,
    explained: Mapping[str, Any],
    source: Callable[[Mapping[str, Any]], tuple[str, str]],
    *,
    is_past: bool,
) -> list[dict[str, Any]]:
    """The details, in order: identities, default attributes, the others by name; those without a value are `empty`."""
    if contact is None:
        return []
    values = {"phone": contact["phone"], "user_id": contact["user_id"]}
    custom = sorted(name for name in {*contact["traits"], *explained} if name not in _ALWAYS_SHOWN)
    for name in (*DEFAULT_TYPES, *custom):
        if not name.startswith("traits."):
            values[name] = contact["traits"].get(name)
    fields = []
    for name, value in values.items():
        why = None if is_past else explained.get(name)
        field: dict[str, Any] = {"name": name, "value": value, "empty": value is None, "why": None}
        if why is not None:
            kind, text = source(why)
            lost = [{**one, "words": source(one)[1]} for one in why["lost"][:5]]
            field["why"] = {**why, "kind": kind, "words": text, "lost": lost, "more": len(why["lost"]) - len(lost)}
        fields.append(field)
    return fields


def _by_day(
    events: Iterable[dict[str, Any]], source: Callable[[Mapping[str, Any]], tuple[str, str]]
) -> list[dict[str, Any]]:
    found = []
    for event in events:
        kind, text = source(event)
        found.append({**event, "kind": kind, "words": text, "heading": _heading(event)})
    return found


def _heading(event: Mapping[str, Any]) -> str:
    return _HEADINGS.get(event["type"], _changed)(event)


def _changed(event: Mapping[str, Any]) -> str:
    """What an event is called by what it changed."""
    if event.get("skipped"):
        return "Left out, as the file's mode asked"
    changed = [change["attribute"] for change in event["changes"]]
    if not changed:
        return "Nothing new"
    created = any(change["attribute"] in ("phone", "user_id") and change["from"] is None for change in event["changes"])
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
    "service/hub/contact/page",
)
"""By type of event, what it is called in a contact's history."""


def _stops(events: list[dict[str, Any]], position: int | None) -> dict[str, Any]:
    """Where the slider stands: the event that is shown, the one before and the one after; positions, None at an end."""
    positions = [event["position"] for event in events]
    if position is None:
        return {
            "earlier": positions[-2] if len(positions) > 1 else None,
            "later": None,
            "at": None,
            "number": len(positions),
        }
    before = [one for one in positions if one <= position]
    after = [one for one in positions if one > position]
    return {
        "earlier": before[-2] if len(before) > 1 else None,
        "later": after[0] if after else None,
        "at": next((event for event in events if before and event["position"] == before[-1]), None),
        "number": len(before),
    }


def _shown(text: str | None) -> int:
    return (
        max(_SHOWN_EVENTS, int(text)) if text and text.isascii() and text.isdigit() and len(text) < 6 else _SHOWN_EVENTS
    )
