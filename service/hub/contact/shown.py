"""The page of one contact (R26, R27): its fields, its timeline, any past moment, and the form that is open in it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from flask import g, render_template, request

from ledger.events import moments
from ledger.events.traits import TraitType
from ledger.log.port import LogReader
from projections.past.explain import former_phones
from service.http.services import Services
from service.http.shown.where_from import origins_in
from service.hub.contact import timeline
from service.hub.contact.details import LOCKS, arranged, fields_of, past_fields_of, tags_of
from service.hub.contact.inputs import WORDS, Typed, kind_of, typed
from service.hub.frame.preferences import Preferences
from service.queries.as_of import BadMoment, position_in, position_of
from service.queries.contact import contact as documents
from service.queries.contact.find import FoundContact, Unknown, find_id

FIELDS = "fields"
"""Under which name a person's choice of fields is kept."""

ORIGINS = {
    "hub": "People in the hub",
    "call": "Calls of programs",
    "file": "Files",
    "edit": "Changes of many contacts, and tags",
    "upstream": "Other services",
    "ledger": "The ledger itself",
}
"""Kinds of origin, as the timeline's filter has them."""

_SHOWN_EVENTS = 50
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII).fullmatch


@dataclass(frozen=True, slots=True)
class Form:
    """The form that is open on the page, with what was typed, and what is to be asked before it is sent again.

    `field`: the row that is a form. `new`: what stands in the form of a new field, `tag` in that of a tag. `ask` is a
    question: `kind` (`conflict`, `consent`, `similar`), what it is about, and `again`, the fields to send with the yes.
    """

    field: str | None = None
    typed: Typed | None = None
    new: Mapping[str, str] | None = None
    tag: str = ""
    fault: str | None = None
    ask: Mapping[str, Any] | None = None


class ContactPage:
    """Renders the page."""

    def __init__(self, services: Services, preferences: Preferences) -> None:
        self._services = services
        self._preferences = preferences

    def render(self, id: str, form: Form | None = None, notice: Mapping[str, Any] | None = None) -> str:
        """The contact with this id as the address asks for it, with a form open in it. Raises find.Unknown."""
        services = self._services
        fault, position = None, None
        with services.readers.log() as log:
            found = find_id(log, id)
            if form is None:
                try:
                    position = position_of(log, _moment(request.args, services.settings.time_zone))
                except BadMoment as bad:
                    fault = f"This moment is not possible: {bad}."
            contact = _contact(services, log, found, position)
            now = None if position is None else _contact(services, log, found, None)
            then = None if position is None else log.entry(position)
            asked = _asked_events(request.args)
            before, limit = position_in(request.args.get("before", "")), _SHOWN_EVENTS
            is_merged = bool(log.merged_into(found.contact))
            also = log.aliases(found.contact) if is_merged else ([], [])
            story = documents.story(log, found, origins_in(services, log), before, limit, asked)
        explained = story.explanation
        formerly = {phone: phone in also[0] for phone in former_phones(explained["values"])}
        is_now = position is None and contact is not None
        if position is None:
            fields = fields_of(contact, explained["values"])
        else:
            fields = past_fields_of(contact, explained["values"], now)
        tags = tags_of(contact, now)
        chosen = self._preferences.get(g.session.name, FIELDS)
        shown, rest = arranged(fields, chosen)
        return render_template(
            "contact/page.html",
            contact=contact,
            name=_name_of(contact, explained["values"]),
            id=id,
            tags=tags,
            differing=None if contact is None or now is None else _differing(fields, tags),
            shown=shown,
            rest=rest,
            arranging=_order(fields, chosen) if is_now and "arrange" in request.args else None,
            form=(form or self._asked(contact)) if is_now else Form(),
            is_now=is_now,
            is_merged=is_merged,
            also={"phone": [one for one in also[0] if one not in formerly], "user_id": also[1]} if is_now else {},
            formerly=formerly if is_now else {},
            may_change="track" in g.session.scopes,
            notice=notice,
            kinds=WORDS,
            suggestions=self._suggestions() if is_now else {},
            zone=services.days.name(),
            events=timeline.told(story.events, explained["values"], explained["tags"]),
            left=story.left,
            is_newest=before is None,
            asked=asked,
            origins=ORIGINS,
            position=position,
            then=then and moments.text(then.recorded),
            stops=timeline.stops(story.positions, position),
            count=len(story.positions),
            fault=fault,
        )

    def type_of(self, name: str) -> TraitType | None:
        """The type of a field among the other contacts; None where nobody has it."""
        with self._services.readers.states.in_use().reading() as state:
            return state.attribute_types().of(name)

    def _asked(self, contact: Mapping[str, Any] | None) -> Form:
        """The form that the address opens: that of a field of the contact, unless it is locked."""
        name = request.args.get("edit")
        if contact is None or "track" not in g.session.scopes:
            return Form()
        if name is None:
            return Form(new={"name": "", "type": "", "value": ""} if "add" in request.args else None)
        if name in LOCKS:
            return Form(field=name, typed=Typed("text")) if name == "user_id" and not contact["user_id"] else Form()
        value = contact["traits"].get(name)
        type = kind_of(name, value, self.type_of(name))
        return Form(field=name, typed=typed(value, type, self._services.settings.time_zone))

    def _suggestions(self) -> dict[str, list[dict[str, Any]]]:
        (attributes, _), _ = self._services.catalogue.attributes()
        (tags, _), _ = self._services.catalogue.tags()
        return {"attributes": attributes, "tags": tags}


def _contact(services: Services, log: LogReader, found: FoundContact, position: int | None) -> dict[str, Any] | None:
    """The contact's document; None for one that is gone, or was not there yet: its history is shown all the same."""
    try:
        return documents.contact(services.readers, log, found, position)
    except Unknown:
        return None


def _differing(fields: list[dict[str, Any]], tags: list[dict[str, Any]]) -> int:
    """How much of a past contact is otherwise now: so many fields and tags."""
    differing = [one for one in fields if one["differs"]] + [one for one in tags if one["gone"] or one["later"]]
    return len(differing)


def _name_of(contact: Mapping[str, Any] | None, explained: Mapping[str, Any]) -> str:
    if contact is None:
        return str(explained.get("name", {}).get("value") or "This contact")
    return str(contact["traits"].get("name") or contact["phone"] or contact["user_id"] or "Contact")


def _order(fields: list[dict[str, Any]], chosen: list[str] | None) -> list[dict[str, Any]]:
    """All fields for Arrange: those that are shown in their order, then the others; each with whether it `is_shown`."""
    by_name = {one["name"]: one for one in fields}
    first = list(by_name) if chosen is None else [name for name in chosen if name in by_name]
    rest = [name for name in by_name if name not in first]
    return [{"name": name, "is_shown": name in first} for name in (*first, *rest)]


def _asked_events(arguments: Mapping[str, str]) -> documents.AskedEvents:
    kind = arguments.get("origin")
    return documents.AskedEvents(arguments.get("field") or None, kind if kind in ORIGINS else None)


def _moment(arguments: Mapping[str, str], zone: tzinfo | None) -> str | None:
    """The moment asked for: a day is meant to its end, a `time` of it to that minute, both in the business's zone."""
    day, time = arguments.get("as_of") or None, arguments.get("time") or ""
    if day is None or not _DAY(day):
        return day
    try:
        local = datetime.fromisoformat(f"{day}T{time or '23:59'}:59.999999")
        return (local.astimezone() if zone is None else local.replace(tzinfo=zone)).astimezone(UTC).isoformat()
    except (OverflowError, ValueError):
        return f"{day} {time}".strip()
