"""Erasing a person from the hub: a page that says what it comes to, and asks for a typed word."""

from typing import Any

from flask import Blueprint, g, render_template, request

from projections.past.history import states_at
from service.commands.erase_contact import ReasonUnfit
from service.http.services import Services
from service.http.shown.receipts import told
from service.hub.frame.access import needs
from service.jobs.erasing.orders import ErasureRefused
from service.queries.contact import contact as documents
from service.queries.contact.find import find_id

WORD = "ERASE"
_SECONDS = 4.0


def erasing_pages(pages: Blueprint, services: Services) -> None:
    """Add the page, and what its form is sent to, to the pages of a contact."""

    def form(id: str, faults: dict[str, str], reason: str = "", *, keep_out: bool = True) -> Any:
        with services.readers.log() as log:
            found = find_id(log, id)
            id = documents.id_of(log, found)
            state = states_at(log, found.component, log.head().position).get(found.contact)
        name = "this person" if state is None else state.traits.get("name") or state.phone or state.user_id
        page = render_template(
            "contact/erase.html",
            id=id,
            name=str(name),
            word=WORD,
            faults=faults,
            reason=reason,
            keep_out=keep_out,
            is_there=state is not None,
        )
        return page, 422 if faults else 200

    @pages.get("/contacts/<id>/erase")
    @needs("erase")
    def erase_form(id: str) -> Any:
        return form(id, {})

    @pages.post("/contacts/<id>/erase")
    @needs("erase")
    def erase(id: str) -> Any:
        reason, faults = request.form.get("reason", ""), {}
        keep_out = "keep_out" in request.form
        if request.form.get("word", "").strip() != WORD:
            faults["word"] = f"Type {WORD}, in capital letters: what is erased does not come back."
        if not reason.strip():
            faults["reason"] = "Say why: it is all that stays."
        if faults:
            return form(id, faults, reason, keep_out=keep_out)
        try:
            pending = services.erasing.order(lambda log: find_id(log, id), g.session.name, reason, keep_out=keep_out)
            receipt = services.erasing.watch(pending, _SECONDS)
        except ReasonUnfit as fault:
            return form(id, {"reason": f"This cannot stand there: {fault}."}, reason, keep_out=keep_out)
        except ErasureRefused as fault:
            return form(id, {"reason": f"The ledger refused it: {fault}."}, reason, keep_out=keep_out)
        return render_template("contact/erased.html", receipt=told(pending.contact, receipt))
