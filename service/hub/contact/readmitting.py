"""Letting somebody in again from the hub who was erased and is kept out."""

from typing import Any

from flask import Blueprint, g, redirect, render_template, request

from service.commands.erase_contact import ReasonUnfit
from service.commands.readmit_person import NotKeptOut
from service.http.services import Services
from service.hub.frame.access import needs
from service.hub.frame.notices import tell

READMIT = "/contacts/readmit"
_SECONDS = 4.0


def readmitting_pages(pages: Blueprint, services: Services) -> None:
    """Add the page, and what its form is sent to, to the pages of a contact."""

    def form(faults: dict[str, str]) -> Any:
        who, reason = request.form.get("who", ""), request.form.get("reason", "")
        page = render_template("contact/readmit.html", faults=faults, who=who, reason=reason)
        return page, 422 if faults else 200

    @pages.get(READMIT)
    @needs("erase")
    def readmit_form() -> Any:
        return form({})

    @pages.post(READMIT)
    @needs("erase")
    def readmit() -> Any:
        who, reason = request.form.get("who", ""), request.form.get("reason", "")
        if not reason.strip():
            return form({"reason": "Say why: it stays in the records."})
        try:
            position = services.readmitting.order(who, g.session.name, reason, _SECONDS)
        except ReasonUnfit as fault:
            return form({"reason": f"This cannot stand there: {fault}."})
        except NotKeptOut:
            return form({"who": "Nobody with this phone or user ID is kept out. A phone begins with + and its code."})
        tell("Let in again." if position else "The order is on its way: it counts when the ledger has taken it.")
        return redirect("/contacts", 303)
