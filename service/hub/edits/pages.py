"""A change of whatever the list shows: what each contact gets, the exact number before, progress, Undo after."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, g, redirect, render_template, request

from ledger.events.schema import Invalid
from projections.conditions.condition import BadCondition
from service.http.services import Services
from service.http.shown.where_from import file_names
from service.hub.contacts.address import ListAddress, chips
from service.hub.frame.access import needs
from service.hub.frame.notices import tell
from service.hub.frame.words import in_order, sentence
from service.hub.imports import told
from service.hub.imports.orders import is_consent_in_form, order_in_form, reason_in_form
from service.imports.columns.cells import CellFault, reader
from service.imports.columns.edit import NothingToChange, WantedEdit
from service.imports.imports import Imports
from service.imports.record.wanted_imports import WantedImports
from service.imports.registry.import_order import UndoNotPossible
from service.imports.registry.lifecycle import StepNotAllowed
from service.imports.run.undo_import import WouldOptIn
from service.queries.filters.selection import Selection

_AT_ONCE = 50
_AT_WORK = ("running", "undoing", "redoing")


def edits_pages(services: Services) -> Blueprint:
    """The pages of changes of many contacts."""
    pages = Blueprint("edits", __name__)
    _asking(pages, services)
    _showing(pages, services)
    _ordering(pages, services)
    return pages


def _asking(pages: Blueprint, services: Services) -> None:
    @pages.get("/edits/new")
    @needs("import")
    def new_edit() -> Any:
        return _form(services, ListAddress.of(request.args, ()))

    @pages.post("/edits")
    @needs("import")
    def ask_for_edit() -> Any:
        asked = ListAddress.of(request.args, ())
        try:
            selection = _selection(asked)
            services.exporting.check(selection)
            edit, tags, name = _wanted(services, selection).read()
        except Invalid as invalid:
            return _form(services, asked, "; ".join(fault.message for fault in invalid.faults)), 422
        except (BadCondition, CellFault, NothingToChange, ValueError) as bad:
            return _form(services, asked, str(bad)), 422
        with services.imports() as found:
            id = found.uploads.edit(edit, tags, name, by=g.session.name)
        return redirect(f"/edits/{id}", 303)


def _wanted(services: Services, selection: Selection) -> WantedEdit:
    """The form, read by the type of its field. Raises CellFault."""
    field, how, text = (request.form.get(name, "").strip() for name in ("field", "how", "value"))
    tags = [tag for tag in request.form.get("tags", "").split(",") if tag.strip()]
    reason = reason_in_form()
    if not field:
        return WantedEdit(selection, tags=tags, reason=reason)
    if how == "clear":
        return WantedEdit(selection, clear=[field], tags=tags, reason=reason)
    if not text:
        raise NothingToChange("Type the value that the field gets, or choose to clear it")
    (attributes, _), _ = services.catalogue.attributes()
    type = next((one["type"] for one in attributes if one["name"] == field), "string")
    read = None if type == "string" else reader("", type, relaxed_names=True)
    said = {"yes": "TRUE", "no": "FALSE"}.get(text.casefold(), text) if type == "boolean" else text
    try:
        value = said if read is None else read(said)
    except CellFault as fault:
        raise ValueError(f"{field} {fault.message}") from None
    return WantedEdit(selection, {field: value}, tags=tags, reason=reason)


def _form(services: Services, asked: ListAddress, fault: str | None = None) -> Any:
    (attributes, _), _ = services.catalogue.attributes()
    total = None
    try:
        total, _ = services.exporting.counts(_selection(asked))
    except (BadCondition, ValueError) as bad:
        fault = fault or str(bad)
    most = services.settings.max_rows
    if total is not None and total > most:
        fault = (
            f"{total:,} contacts are chosen, and one change can be about {most:,}: add a filter, change them in parts"
        )
    return render_template(
        "edits/new.html",
        asked=asked,
        chips=chips(asked, file_names(services)),
        query=urlencode(asked.pairs),
        total=total,
        is_possible=bool(total) and (total or 0) <= most,
        fields=in_order(one["name"] for one in attributes),
        fault=fault and sentence(fault.rstrip(".")),
        typed=request.form,
    )


def _selection(asked: ListAddress) -> Selection:
    if asked.as_of:
        raise ValueError("contacts are changed as they are now: go back to now first")
    return Selection(asked.where, asked.tags, asked.q or None)


def _showing(pages: Blueprint, services: Services) -> None:
    @pages.get("/edits")
    @needs("import")
    def edits_page() -> Any:
        with services.imports() as found:
            edits = found.results.page(_AT_ONCE + 1, request.args.get("before"), WantedImports(are_edits=True))
        following = edits[_AT_ONCE - 1]["id"] if len(edits) > _AT_ONCE else None
        return render_template("edits/list.html", edits=edits[:_AT_ONCE], following=following, states=told.STATES)

    @pages.get("/edits/<id>")
    @needs("import")
    def edit_page(id: str) -> Any:
        with services.imports() as found:
            one = found.results.whole(id)
        is_at_work = one["progress"] is not None or one["state"] in _AT_WORK
        return render_template("edits/page.html", one=one, is_at_work=is_at_work)


def _ordering(pages: Blueprint, services: Services) -> None:
    def ordered(id: str, work: Callable[[Imports], None], told: str) -> Any:
        try:
            with services.imports() as found:
                work(found)
        except (StepNotAllowed, UndoNotPossible) as fault:
            tell(str(fault), kind="fault")
        except WouldOptIn as fault:
            people = f"{fault.opt_ins:,} people who said no to WhatsApp"
            tell(f"Nothing is changed: it would opt in {people}. Say yes to that to go on.", kind="fault")
            return redirect(f"/edits/{id}?opt_ins={fault.opt_ins}", 303)
        else:
            tell(told)
        return redirect(f"/edits/{id}", 303)

    @pages.post("/edits/<id>/confirm")
    @needs("import")
    def confirm_edit(id: str) -> Any:
        is_sure = is_consent_in_form()
        return ordered(
            id,
            lambda found: found.uploads.confirm(id, allow_opt_in=is_sure, again=True, by=g.session.name),
            "It has begun.",
        )

    @pages.post("/edits/<id>/cancel")
    @needs("import")
    def cancel_edit(id: str) -> Any:
        return ordered(
            id,
            lambda found: found.uploads.cancel(id, g.session.name),
            "It stops. What is changed already can be undone.",
        )

    @pages.post("/edits/<id>/<any(undo, redo):what>")
    @needs("import")
    def order_edit(id: str, what: str) -> Any:
        order = order_in_form(what)

        def give(found: Imports) -> None:
            found.orders.give(id, order)

        return ordered(id, give, "The contacts go back." if what == "undo" else "The change comes back.")
