"""Tags given to a contact on its page, and taken back: each is a change of contacts that is about this one (R5)."""

from typing import Any

from flask import Blueprint, g, redirect, request

from ledger.events import tags as tag_rules
from ledger.events import types
from ledger.events.schema import Invalid
from service.http.services import Services
from service.hub.contact.fields import NameMeant, tag_meant
from service.hub.contact.inputs import NotMeant
from service.hub.contact.saved import became_of, tell_same
from service.hub.contact.saving import Saving, read_at_in_form
from service.hub.contact.shown import ContactPage, Form
from service.hub.frame.access import needs
from service.hub.frame.notices import Undo, tell
from service.hub.frame.words import sentence, visible
from service.imports.registry.import_order import Order, UndoNotPossible
from service.imports.registry.lifecycle import ImportState
from service.imports.registry.registry import ImportUnknown
from service.imports.run.undo_import import WouldOptIn
from service.queries.contact import contact as documents
from service.queries.contact.find import find_id

_WAITING = {"text": "Adding the tag… The change is safe, and shows here in a moment.", "is_waiting": True}


def tagging_pages(pages: Blueprint, services: Services, page: ContactPage, saving: Saving) -> None:
    """Add the addresses. Raises find.Unknown."""

    @pages.post("/contacts/<id>/tags")
    @needs("track")
    def add_tag(id: str) -> Any:
        text = request.form.get("tag", "")

        def form(**members: Any) -> Form:
            return Form(tag=text, **members)

        try:
            tag = tag_meant(request.form, services.catalogue.tags()[0][0])
        except NameMeant as similar:
            ask = {"kind": "similar", "names": similar.names, "typed": text, "again": saving.sent(read_at_in_form())}
            return page.render(id, form(ask=ask)), 409
        except NotMeant as fault:
            return page.render(id, form(fault=f"{fault}.")), 422
        if "import" not in g.session.scopes:  # who may not undo adds it for good
            return saving.save(id, {"tags": [tag]}, read_at_in_form(), form)
        with services.readers.log() as log:
            contact = documents.contact(services.readers, log, find_id(log, id), None)
        if tag_rules.fold(tag) in map(tag_rules.fold, contact["tags"]):
            tell_same("tags")
            return redirect(f"/contacts/{id}", 303)
        try:
            with services.imports() as found:
                change = found.tagging.give(contact, [tag], by=g.session.name)
        except Invalid as fault:
            return page.render(id, form(fault=sentence("; ".join(one.message for one in fault.faults)))), 422
        return redirect(f"/contacts/{id}?tagged={change}", 303)

    @pages.post("/contacts/<id>/changes/<change>/undo")
    @needs("import")
    def undo_change(id: str, change: str) -> Any:
        try:
            with services.imports() as found:
                found.results.name_of_one(change)
                message = found.orders.give(change, Order(False, g.session.name, None))
        except WouldOptIn as fault:
            return redirect(f"/edits/{change}?opt_ins={fault.opt_ins}", 303)
        except (ImportUnknown, UndoNotPossible) as fault:
            tell(sentence(str(fault).rstrip(".")), kind="fault")
            return redirect(f"/contacts/{id}", 303)
        became = became_of(services, services.consistency.token(f"{types.IMPORTS}{change}", message))
        if isinstance(became, int):
            tell("It is taken back.")
        elif "is_fault" in became:
            tell(became["text"], kind="fault")
        else:
            tell("It is being taken back: that shows in a moment.")
        return redirect(f"/contacts/{id}", 303)


def tagged(services: Services, page: ContactPage, id: str, change: str) -> Any:
    """The contact's page once it has the tag that a change gave; until then, the page that says so and looks again."""
    token = services.consistency.token(f"{types.IMPORTS}{change}", f"{change}.split")
    is_there = isinstance(became_of(services, token), int)
    try:
        with services.imports() as found:
            name, one = visible(found.results.name_of_one(change)), found.results.show(change)
    except ImportUnknown:
        return redirect(f"/contacts/{id}", 303)
    if one["state"] == ImportState.FAILED:
        tell(f"Not added: {name}. {sentence(one['failure'].rstrip('.'))}", kind="fault")
    elif not is_there:
        return page.render(id, notice=_WAITING), 200, {"Refresh": "2"}
    elif one["skipped"] or one["rejected"]:
        why = next((row["message"] for row in one["rejects"]), "the contact is not there any more")
        tell(f"Not added: {name}. {sentence(why.rstrip('.'))}", kind="fault")
    else:
        tell(f"Added: {name}.", undo=Undo(f"/contacts/{id}/changes/{change}/undo"))
    return redirect(f"/contacts/{id}", 303)
