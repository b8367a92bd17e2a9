"""The forms that have an import run, stop, undone or redone, and the file of what was not taken (R16, R22, R32)."""

from contextlib import ExitStack
from functools import partial
from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, request

from service.http.services import Services
from service.http.shown.rejects_csv import rejects_bytes
from service.hub.frame.access import needs
from service.hub.frame.notices import tell
from service.hub.imports.steps import Open, about, corrected_since
from service.imports.record.upload_faults import AlreadyImported
from service.imports.registry.import_order import Order
from service.imports.run.undo_import import WouldOptIn
from service.imports.table.refusal import CopyGone, NotChecked

STAYS_OUT = "Nobody is opted in by this: who would be stays opted out."

_LONGEST_REASON = 500


def ordering(pages: Blueprint, opened: Open, services: Services) -> None:
    """Confirm, cancel, undo, redo."""

    @pages.post("/<id>/confirm")
    @needs("import")
    def confirm(id: str) -> Any:
        with opened() as found:
            try:
                found.uploads.confirm(
                    id, allow_opt_in=is_consent_in_form(), again="again" in request.form, by=g.session.name
                )
            except AlreadyImported:
                # its page shows the earlier one, and what can be done
                tell("Nothing was imported: this file was imported before with the same choices.", kind="fault")
        return redirect(f"/imports/{id}", 303)

    @pages.post("/<id>/cancel")
    @needs("import")
    def cancel(id: str) -> Any:
        with opened() as found:
            found.uploads.cancel(id, g.session.name)
            was_prepared = found.results.status(id)["confirmed_at"] is None
        if was_prepared:
            tell("The import is cancelled, and its file removed. Nothing was imported.")
            return redirect("/imports", 303)
        tell("The import stops. Rows that are already written stay; you can undo them.")
        return redirect(f"/imports/{id}", 303)

    @pages.post("/<id>/<any(undo, redo):what>")
    @needs("import")
    def give_order(id: str, what: str) -> Any:
        order = order_in_form(what)
        with opened() as found:
            try:
                found.orders.give(id, order)
            except WouldOptIn as needed:
                document = found.results.whole(id)
                asked = {"opt_ins": needed.opt_ins, "reason": order.reason or ""}
                since = corrected_since(found, document)
                return render_template("imports/result.html", **about(document), **since, **asked), 409
        if order.leave_opted_out:
            tell(STAYS_OUT)
        return redirect(f"/imports/{id}?ordered={what}", 303)

    @pages.get("/<id>/rejects.csv")
    @needs("import")
    def rejects(id: str) -> Any:
        with ExitStack() as stack:
            found = stack.enter_context(opened())
            name = found.results.known(id).file_name.rpartition(".")[0] or "import"
            stack.enter_context(services.seats.taken(g.session.name))  # a slow reader holds the thread meanwhile
            try:
                lines = rejects_bytes(partial(found.results.rejects_csv, id, are_open="open" in request.args))
            except (CopyGone, NotChecked) as gone:
                tell(str(gone), kind="fault")
                return redirect(f"/imports/{id}", 303)
            response = Response(lines, content_type="text/csv; charset=utf-8")
            response.headers.set("Content-Disposition", "attachment", filename=f"{name} rejected.csv")
            response.call_on_close(stack.pop_all().close)
        return response


def order_in_form(what: str) -> Order:
    """The undo or redo that a form asks for."""
    return Order(what == "redo", g.session.name, reason_in_form(), is_consent_in_form(), "leave" in request.form)


def reason_in_form() -> str | None:
    """Why, as a form says it; None where it says nothing."""
    return request.form.get("reason", "").strip()[:_LONGEST_REASON] or None


def is_consent_in_form() -> bool:
    """Whether a form says the second yes (R16)."""
    return request.form.get("opt_in") == "consent"
