"""A contact's number changed: the page shows first what would be left, with whoever has the new number now (R33)."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, g, redirect, render_template, request

from ledger.bus.port import BusError
from ledger.events.phone import PhoneFault, normalise, split
from ledger.log.entry import public_id
from service.commands.contact_orders import OrderRefused, Tries
from service.commands.erase_contact import ReasonUnfit
from service.commands.renumber_contact import CannotRenumber, NumberKeptOut, NumberWanted
from service.http.merging import number_changes
from service.http.services import Services
from service.hub.contact.as_shown import BASED_ON, CHANGED, ChangedSince, as_shown
from service.hub.contact.merging import rows_of
from service.hub.frame.access import needs
from service.hub.frame.notices import Undo, tell
from service.hub.frame.words import sentence
from service.imports.columns.phone_cells import code_reader, number_reader
from service.queries.contact import contact as documents
from service.queries.contact.find import find_id

SOURCE = "/hub"
_LONGEST_WHY = 500
_KEPT_OUT = (
    "Whoever had this phone asked to be forgotten, and is kept out. Somebody who may forget people can let them in"
    " again."
)


def renumbering_pages(pages: Blueprint, services: Services) -> None:
    """Add the page to those of a contact. Raises find.Unknown."""
    changes = number_changes(services, SOURCE)

    def shown(id: str, typed: Any, status: int = 200, fault: str | None = None) -> Any:
        plan, wanted = None, None
        with services.readers.log() as log:
            found = find_id(log, id)
            contact = documents.contact(services.readers, log, found, None)
        if typed.get("phone_number"):
            try:
                wanted = replace(_wanted(typed), why=None, allow_opt_in=False)  # the box is not ticked yet
                plan = changes.plan(found, wanted)
            except (PhoneFault, CannotRenumber) as refused:
                text = _KEPT_OUT if isinstance(refused, NumberKeptOut) else sentence(refused)
                fault, status = fault or text, 422 if status == 200 else status
        code = split(contact["phone"])[0] if contact["phone"] else f"+{services.settings.default_country_code}"
        words = {"id": contact["id"], "contact": contact, "plan": plan, "wanted": wanted, "fault": fault}
        rows = plan and rows_of([*plan.before, plan.after])
        return render_template("contact/renumber.html", **words, rows=rows, typed=typed, code=code), status

    @pages.get("/contacts/<id>/renumber")
    @needs("read")
    @needs("track")
    def renumber_page(id: str) -> Any:
        return shown(id, request.args)

    @pages.post("/contacts/<id>/renumber")
    @needs("read")
    @needs("track")
    def renumber(id: str) -> Any:
        with services.readers.log() as log:
            found = find_id(log, id)
        try:
            wanted = _wanted(request.form)
            plan = changes.plan(found, wanted)
            is_same = (plan.contact, plan.absorbed or "") == (id, request.form.get("absorbed"))
            ordered = changes.order(as_shown(plan, is_same=is_same), wanted, Tries(is_firm=True))
        except ChangedSince:
            return shown(id, request.form, 409, CHANGED)
        except (PhoneFault, CannotRenumber):
            return shown(id, request.form)
        except ReasonUnfit as refused:
            return shown(id, request.form, 422, sentence(refused))
        except OrderRefused as refused:
            text = CHANGED if refused.is_outdated else f"It was refused: {refused}."
            return shown(id, request.form, 409, text)
        except BusError:
            return shown(id, request.form, 503, "Nothing can be written just now. Try again in a moment.")
        _tell(services, ordered.position, wanted)
        return redirect(f"/contacts/{ordered.plan.contact}", 303)


def _wanted(typed: Any) -> NumberWanted:
    """What the form says. Raises PhoneFault."""
    code, number = typed.get("country_code", ""), typed.get("phone_number", "")
    phone = normalise(code_reader(clean=True)(code), number_reader(clean=True)(number))
    why = " ".join(typed.get("why", "").split())[:_LONGEST_WHY]
    is_anew = "old_begins_anew" in typed
    return NumberWanted(phone, g.session.name, why or None, "allow_opt_in" in typed, is_anew)


def _tell(services: Services, position: int | None, wanted: NumberWanted) -> None:
    """Have the next page say what became of it, with the way back where there is one."""
    if position is None:
        tell("The order is on its way.")
        return
    with services.readers.log() as log:
        entry = log.entry(position)
        ids = {} if entry is None or entry.absorbed is None else log.ids([entry.absorbed])
    planned = {BASED_ON: str(position)}
    way_back = next((Undo(f"/contacts/{public_id(id)}/split", planned) for id in ids.values()), None)
    old = "begins a new contact" if wanted.old_begins_anew else "finds this contact still"
    tell(f"Number changed. The old one {old}.", undo=way_back)
