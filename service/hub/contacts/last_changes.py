"""What changed last of each contact on a page of the list, as a part of that page which comes after its rows (R27)."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request

from ledger.events import types
from service.http.services import Services
from service.http.shown.where_from import origins_in
from service.hub.contact.details import IDENTITIES
from service.hub.frame import words
from service.hub.frame.access import needs
from service.queries.as_of import position_in
from service.queries.lists.last_changes import last_changes_of

ROWS = 50
"""On a page of the list."""

_LONGEST_WORDS = 26


def last_changes_page(pages: Blueprint, services: Services) -> None:
    """Add the part that a page of the list asks for, by the ids of its contacts."""

    @pages.get("/contacts/changes")
    @needs("read")
    def last_changes() -> Any:
        ids, position = request.args.getlist("id")[:ROWS], position_in(request.args.get("as_of", ""))
        with services.readers.log() as log:
            found = last_changes_of(log, origins_in(services, log), ids, position)
        told = [{"id": id, **_told(event)} for id, event in found.items()]
        return render_template("contacts/changes.html", told=told, as_of=position)


def _told(event: Mapping[str, Any]) -> dict[str, Any]:
    """What a row says of an event: its first change, how many `more` there are, and where it came from."""
    kind, text = words.came_from(event)
    changes = [one for one in event["changes"] if one["attribute"] not in IDENTITIES]
    is_new = len(changes) < len(event["changes"]) and all(one["from"] is None for one in event["changes"])
    changes = sorted(changes or event["changes"], key=lambda one: one["from"] is None)  # what was replaced says most
    name = words.visible(event["origin"]["name"])
    undone = {types.IMPORT_UNDONE: f"{name} undone", types.IMPORT_REDONE: f"{name} redone"}.get(event["type"])
    shown = [] if is_new else changes[:1]
    return {
        "position": event["position"],
        "kind": kind,
        "words": undone or text,
        "short": _short(undone or text),
        "is_new": is_new,
        "changes": shown,
        "more": len(event["changes"]) - len(shown) if shown else 0,
    }


def _short(text: str) -> str:
    """A name of a file cut in its middle, so that its line is still to be read."""
    return text if len(text) <= _LONGEST_WORDS else f"{text[: _LONGEST_WORDS - 15]}…{text[-14:]}"
