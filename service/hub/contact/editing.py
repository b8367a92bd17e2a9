"""The addresses of the contact page's forms: a field's new value, a new field, and taking an edit back (R26)."""

from typing import Any

from flask import Blueprint, redirect, request

from service.http.services import Services
from service.hub.contact.fields import NameMeant, NewField, field_meant
from service.hub.contact.inputs import NotMeant, Typed, meant
from service.hub.contact.saving import Saving, read_at_in_form
from service.hub.contact.shown import ContactPage, Form
from service.hub.contact.timeline import undone
from service.hub.frame import words
from service.hub.frame.access import needs
from service.queries.as_of import position_in
from service.queries.contact import contact as documents
from service.queries.contact.find import find_id
from service.queries.contact.origins import Origins


def editing_pages(pages: Blueprint, services: Services, page: ContactPage, moments: words.Moments) -> Saving:
    """Add the addresses that forms are sent to."""
    saving = Saving(services, page, moments)
    _changing(pages, services, page, saving)
    _adding(pages, services, page, saving)
    return saving


def _changing(pages: Blueprint, services: Services, page: ContactPage, saving: Saving) -> None:
    @pages.post("/contacts/<id>/edit")
    @needs("track")
    def edit(id: str) -> Any:
        name = request.form.get("field", "")
        stands = Typed.of_form(request.form)

        def form(**members: Any) -> Form:
            return Form(field=name, typed=stands, **members)

        try:
            value = None if "clear" in request.form else _value(services, id, name, stands)
        except NotMeant as fault:
            return page.render(id, form(fault=f"{fault}.")), 422
        body = {"user_id": value} if name == "user_id" else {"traits": {name: value}}
        return saving.save(id, body, read_at_in_form(), form)

    @pages.post("/contacts/<id>/undo")
    @needs("track")
    def undo(id: str) -> Any:
        position = position_in(request.form.get("position", "")) or 0
        with services.readers.log() as log:
            events = documents.history(log, find_id(log, id), Origins(log), position - 1, 1)["events"]
        before = undone(events[0]) if events and events[0]["position"] == position else {}
        if not before:
            return redirect(f"/contacts/{id}", 303)
        return saving.save(id, {"traits": before}, read_at_in_form(position), lambda **m: Form(**m))


def _adding(pages: Blueprint, services: Services, page: ContactPage, saving: Saving) -> None:
    @pages.post("/contacts/<id>/fields")
    @needs("track")
    def add_field(id: str) -> Any:
        new = {name: request.form.get(name, "") for name in ("name", "type", "value")}

        def form(**members: Any) -> Form:
            return Form(new=new, **members)

        try:
            typed = NewField(request.form.get("use") or new["name"], new["type"], new["value"], "use" in request.form)
            name, value = field_meant(typed, services.catalogue.attributes()[0][0], services.settings.time_zone)
            with services.readers.log() as log:
                current = documents.contact(services.readers, log, find_id(log, id), None)
            if name in current["traits"]:
                text = f"{words.title(name)} is there already, with the value “{words.value(current['traits'][name])}”"
                raise NotMeant(f"{text}: change it by its pencil")
        except NameMeant as similar:
            again = saving.sent(read_at_in_form())
            ask = {"kind": "similar", "names": similar.names, "typed": new["name"], "again": again}
            return page.render(id, form(ask=ask)), 409
        except NotMeant as fault:
            return page.render(id, form(fault=f"{fault}.")), 422
        return saving.save(id, {"traits": {name: value}}, read_at_in_form(), form)


def _value(services: Services, id: str, name: str, stands: Typed) -> Any:
    """What was typed into a field. Raises NotMeant, find.Unknown."""
    with services.readers.log() as log:
        current = documents.contact(services.readers, log, find_id(log, id), None)
    return meant(stands, services.settings.time_zone, current["traits"].get(name))
