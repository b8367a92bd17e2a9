"""The addresses of one contact's page, and of what a person chooses to see on it."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, g, redirect, request

from service.http.services import Services
from service.hub.contact.editing import editing_pages
from service.hub.contact.erasing import erasing_pages
from service.hub.contact.everything import everything_pages
from service.hub.contact.merging import merging_pages, name_of
from service.hub.contact.readmitting import readmitting_pages
from service.hub.contact.renumbering import renumbering_pages
from service.hub.contact.saved import became_of, tell_saved
from service.hub.contact.shown import FIELDS, ContactPage
from service.hub.contact.tagging import tagged, tagging_pages
from service.hub.frame import words
from service.hub.frame.access import needs
from service.hub.frame.preferences import Preferences
from service.queries.contact import contact as documents
from service.queries.contact.find import find_id

_MOST_FIELDS = 200


def contact_pages(services: Services, preferences: Preferences) -> Blueprint:
    """The contact's page, and the forms in it."""
    pages = Blueprint("contact", __name__)
    page = ContactPage(services, preferences)
    moments = words.Moments(services.settings.time_zone, services.clock)
    saving = editing_pages(pages, services, page, moments)
    tagging_pages(pages, services, page, saving)
    everything_pages(pages, services)
    merging_pages(pages, services)
    pages.add_app_template_filter(name_of, "called")
    erasing_pages(pages, services)
    readmitting_pages(pages, services)
    renumbering_pages(pages, services)

    @pages.get("/contacts/<id>")
    @needs("read")
    def contact_page(id: str) -> Any:
        with services.readers.log() as log:
            found = find_id(log, id)
            if found.asked != found.contact and "as_of" not in request.args:
                return redirect(f"/contacts/{documents.id_of(log, found)}", 303)
            if "event" in request.args:
                stop = _stop(documents.positions(log, found), request.args.get("event", type=int))
                return redirect(f"/contacts/{id}{stop}#moment", 303)
        if "tagged" in request.args:
            return tagged(services, page, id, request.args["tagged"])
        if "saving" not in request.args:
            return page.render(id)
        became = became_of(services, request.args["saving"])
        if isinstance(became, int):
            with services.readers.log() as log:
                tell_saved(log, found, id, became, moments)
            return redirect(f"/contacts/{id}", 303)
        lost = saving.rejected(id, became["rejected"]) if "rejected" in became else None
        if lost is not None:
            return lost
        return page.render(id, notice=became), 200, {"Refresh": "2"} if "is_waiting" in became else {}

    @pages.post("/contacts/<id>/arrange")
    @needs("read")
    def arrange(id: str) -> Any:
        """Keep which fields are shown and in what order; a button of a row also moves that one."""
        order = [name for name in request.form.getlist("order") if name][:_MOST_FIELDS]
        chosen = set(request.form.getlist("shown"))
        moved, _, way = request.form.get("move", "").rpartition(":")
        if moved in order:
            place = order.index(moved)
            order.insert(max(0, place + (-1 if way == "up" else 1)), order.pop(place))
        shown = [name for name in order if name in chosen]
        preferences.put(g.session.name, FIELDS, None if "reset" in request.form else shown)
        return redirect(f"/contacts/{id}{'?arrange=1#arrange' if moved else ''}", 303)

    return pages


def _stop(positions: Sequence[int], number: int | None) -> str:
    """What an address needs to show a contact as of one of its events, counted from 1; nothing as of the last one."""
    is_earlier = number is not None and number < len(positions)
    return f"?as_of={positions[max(1, number or 1) - 1]}" if is_earlier else ""
