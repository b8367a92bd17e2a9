"""Who may use the hub: let in, with rights and devices, and let in no longer."""

from contextlib import suppress
from typing import Any

from flask import Blueprint, g, redirect, render_template, request

from service.deployment.tables.people import NameTaken, People, PersonUnknown
from service.deployment.tables.scopes import ScopeUnknown
from service.deployment.tables.sessions import Sessions, SessionUnknown, shown
from service.hub.frame.access import needs
from service.hub.frame.notices import tell
from service.hub.frame.words import RIGHTS, sentence


def people_pages(people: People, sessions: Sessions) -> Blueprint:
    """The page of people, for those who manage them."""
    pages = Blueprint("people", __name__)
    _inviting(pages, people, sessions)
    _changing(pages, people, sessions)
    return pages


def _inviting(pages: Blueprint, people: People, sessions: Sessions) -> None:
    @pages.get("/people")
    @needs("admin")
    def people_page() -> Any:
        return _page(people, sessions)

    @pages.post("/people")
    @needs("admin")
    def add() -> Any:
        name, chosen = request.form.get("name", ""), request.form.getlist("scope")
        try:
            person = people.add(name, chosen, by=g.session.name)
        except ScopeUnknown:
            return _page(people, sessions, fault="Choose at least one right.", name=name, chosen=chosen), 422
        except (NameTaken, ValueError) as fault:
            return _page(people, sessions, fault=sentence(fault), name=name, chosen=chosen), 422
        return _page(people, sessions, invited=person, link=people.link(person.id, by=g.session.name))

    @pages.post("/people/<id>/link")
    @needs("admin")
    def link(id: str) -> Any:
        try:
            person = people.get(id)
        except PersonUnknown:
            return redirect("/people", 303)
        return _page(people, sessions, invited=person, link=people.link(id, by=g.session.name))


def _changing(pages: Blueprint, people: People, sessions: Sessions) -> None:
    @pages.post("/people/<id>/rights")
    @needs("admin")
    def rights(id: str) -> Any:
        try:
            person = people.change(id, request.form.getlist("scope"), by=g.session.name)
            tell(f"The rights of {person.name} are changed, on every device.")
        except ScopeUnknown:
            tell("Nothing was changed: choose at least one right, or remove the person.", kind="fault")
        except PersonUnknown:
            tell("Nothing was changed: somebody has removed this person meanwhile.", kind="fault")
        return redirect("/people", 303)

    @pages.post("/people/<id>/remove")
    @needs("admin")
    def remove(id: str) -> Any:
        with suppress(PersonUnknown):  # somebody else was quicker
            tell(f"{people.remove(id, by=g.session.name).name} may no longer use the hub.")
        return redirect("/people", 303)

    @pages.post("/people/devices/<id>/sign-out")
    @needs("admin")
    def sign_out(id: str) -> Any:
        with suppress(SessionUnknown):  # it is signed out already
            ended = sessions.sign_out(id, by=g.session.name)
            tell(f"{ended.device} of {ended.name} is signed out.")
        return redirect("/people", 303)


def _page(people: People, sessions: Sessions, **members: Any) -> str:
    given = {"fault": None, "name": "", "chosen": ["read"], "invited": None, "link": None, **members}
    if given["link"] is not None:
        given["link"] = f"{request.host_url}sign-in/{given['link']}"
    devices = [shown(session) for session in sessions.all()]
    return render_template(
        "people/page.html",
        people=people.all(),
        devices=devices,
        of_keys=[device for device in devices if device["key"] is not None],
        mine=g.session.id,
        me=g.session.person,
        scopes=RIGHTS,
        **given,
    )
