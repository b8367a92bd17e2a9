"""Everything about one person, taken from the hub: a page that says what it is, and the file."""

from typing import Any

from flask import Blueprint, abort, g, render_template, request

from projections.past.history import states_at
from service.http.services import Services
from service.http.shown.handed_out import handed_out
from service.hub.frame.access import needs
from service.jobs.exports.one_person import PERSON_FORMATS
from service.queries.contact import contact as documents
from service.queries.contact.find import find_id


def everything_pages(pages: Blueprint, services: Services) -> None:
    """Add the page and its file to the pages of a contact."""

    @pages.get("/contacts/<id>/everything")
    @needs("export")
    def everything(id: str) -> Any:
        with services.readers.log() as log:
            found = find_id(log, id)
            id = documents.id_of(log, found)
            state = states_at(log, found.component, log.head().position).get(found.contact)
        name = "this person" if state is None else state.traits.get("name") or state.phone or state.user_id
        return render_template("contact/everything.html", id=id, name=str(name))

    @pages.post("/contacts/<id>/everything")
    @needs("export")
    def take_everything(id: str) -> Any:
        form = request.form.get("format")
        wanted = next((one for one in PERSON_FORMATS if one == form), None)
        return abort(404) if wanted is None else handed_out(services, id, wanted, by=g.session.name)
