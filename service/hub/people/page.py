"""Who may use the hub: add a person, give them a one-time link, let them in no longer."""

from contextlib import suppress
from typing import Any

from flask import Blueprint, g, redirect, render_template, request

from service.deployment.keys import SCOPES, ScopeUnknown
from service.deployment.people import NameTaken, People, PersonUnknown
from service.hub.frame.access import needs


def people_pages(people: People) -> Blueprint:
    """The page of people, for those who manage them."""
    pages = Blueprint("people", __name__)

    @pages.get("/people")
    @needs("admin")
    def people_page() -> Any:
        return _page()

    @pages.post("/people")
    @needs("admin")
    def add() -> Any:
        name, chosen = request.form.get("name", ""), request.form.getlist("scope")
        try:
            person = people.add(name, chosen, by=g.session.name)
        except ScopeUnknown:
            return _page(fault="Choose at least one right.", name=name), 422
        except (NameTaken, ValueError) as fault:
            return _page(fault=f"{str(fault)[:1].upper()}{str(fault)[1:]}.", name=name), 422
        return _page(invited=person, link=people.link(person.id, by=g.session.name))

    @pages.post("/people/<id>/link")
    @needs("admin")
    def link(id: str) -> Any:
        try:
            person = people.get(id)
        except PersonUnknown:
            return redirect("/people", 303)
        return _page(invited=person, link=people.link(id, by=g.session.name))

    @pages.post("/people/<id>/remove")
    @needs("admin")
    def remove(id: str) -> Any:
        with suppress(PersonUnknown):  # somebody else was quicker
            people.remove(id, by=g.session.name)
        return redirect("/people", 303)

    def _page(**members: Any) -> str:
        shown = {"fault": None, "name": "", "invited": None, "link": None, **members}
        if shown["link"] is not None:
            shown["link"] = f"{request.host_url}sign-in/{shown['link']}"
        return render_template("people/page.html", people=people.all(), scopes=SCOPES, **shown)

    return pages
