"""An erasure of whatever the list shows: why, the exact number before, a typed word, progress, and the receipt."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, g, redirect, render_template, request

from projections.conditions.condition import BadCondition
from service.commands.erase_contact import ReasonUnfit
from service.deployment.tables.bulk_erasure_table import BulkErasureUnknown
from service.http.services import Services
from service.http.shown.where_from import file_names
from service.hub.contact.erasing import WORD
from service.hub.contacts.address import ListAddress, chips
from service.hub.frame.access import needs
from service.hub.frame.notices import tell
from service.hub.frame.words import sentence
from service.jobs.erasing.bulk_erasures import BulkStateWrong, WrongNumber
from service.queries.filters.selection import Selection

_SOURCE = "/hub"
STATES = {
    "counting": "Being counted",
    "counted": "To be confirmed",
    "erasing": "Being erased",
    "done": "Erased",
    "cancelled": "Cancelled",
    "failed": "Not possible",
}


def erasures_pages(services: Services) -> Blueprint:
    """The pages of erasures of many contacts."""
    pages = Blueprint("erasures", __name__)
    _asking(pages, services)
    _showing(pages, services)
    _deciding(pages, services)
    return pages


def _asking(pages: Blueprint, services: Services) -> None:
    @pages.get("/erasures/new")
    @needs("erase")
    def new_erasure() -> Any:
        return _form(services, ListAddress.of(request.args, ()))

    @pages.post("/erasures")
    @needs("erase")
    def ask_for_erasure() -> Any:
        asked = ListAddress.of(request.args, ())
        reason, keep_out = request.form.get("reason", ""), "keep_out" in request.form
        if not reason.strip():
            fault = "Say why: it is all that stays."
            return _form(services, asked, {"reason": fault}, keep_out=keep_out), 422
        try:
            selection = _selection(asked)
            name = g.session.name
            document = services.bulk_erasures.ask(selection, name, reason, keep_out=keep_out, source=_SOURCE)
        except ReasonUnfit as unfit:
            faults = {"reason": f"This cannot stand there: {unfit}."}
            return _form(services, asked, faults, reason, keep_out=keep_out), 422
        except (BadCondition, ValueError) as bad:
            return _form(services, asked, {"selection": sentence(bad)}, reason, keep_out=keep_out), 422
        return redirect(f"/erasures/{document['id']}", 303)


def _form(
    services: Services,
    asked: ListAddress,
    faults: dict[str, str] | None = None,
    reason: str = "",
    *,
    keep_out: bool = True,
) -> Any:
    faults, total = faults or {}, None
    try:
        total, _ = services.exporting.counts(_selection(asked))
    except (BadCondition, ValueError) as bad:
        faults = {"selection": sentence(bad)} | faults
    return render_template(
        "erasures/new.html",
        asked=asked,
        chips=chips(asked, file_names(services)),
        query=urlencode(asked.pairs),
        total=total,
        faults=faults,
        reason=reason,
        keep_out=keep_out,
    )


def _selection(asked: ListAddress) -> Selection:
    if asked.as_of:
        raise ValueError("people are erased as they are found now: go back to now first")
    if not asked.is_filtered:
        raise ValueError("nobody is chosen: set a filter on the list, or tick rows, so that not everybody is meant")
    return Selection(asked.where, asked.tags, asked.q or None)


def _showing(pages: Blueprint, services: Services) -> None:
    @pages.get("/erasures")
    @needs("erase")
    def erasures_page() -> Any:
        return render_template(
            "erasures/list.html",
            erasures=services.bulk_erasures.newest(),
            retention=services.status.retention(),
            states=STATES,
        )

    @pages.get("/erasures/<id>")
    @needs("erase")
    def erasure_page(id: str) -> Any:
        return _page(services, id)


def _page(services: Services, id: str, fault: str | None = None) -> Any:
    one = _found(lambda: services.bulk_erasures.find(id))
    return render_template(
        "erasures/page.html",
        one=one,
        chips=chips(ListAddress.to(one["selection"]), file_names(services)) if one["selection"] else [],
        fault=fault,
        word=WORD,
        is_at_work=one["state"] in ("counting", "erasing"),
    )


def _deciding(pages: Blueprint, services: Services) -> None:
    @pages.post("/erasures/<id>/confirm")
    @needs("erase")
    def confirm_erasure(id: str) -> Any:
        if request.form.get("word", "").strip() != WORD:
            fault = f"Type {WORD}, in capital letters: what is erased does not come back."
            return _page(services, id, fault), 422
        contacts = request.form.get("contacts", 0, type=int)
        return _decided(id, lambda: services.bulk_erasures.confirm(id, contacts, g.session.name), "It has begun.")

    @pages.post("/erasures/<id>/cancel")
    @needs("erase")
    def cancel_erasure(id: str) -> Any:
        told = "Nobody is erased any more who is not yet."
        return _decided(id, lambda: services.bulk_erasures.cancel(id, g.session.name), told)


def _decided(id: str, work: Callable[[], dict[str, Any]], told: str) -> Any:
    try:
        _found(work)
    except (WrongNumber, BulkStateWrong) as fault:
        tell(sentence(fault), kind="fault")
    else:
        tell(told)
    return redirect(f"/erasures/{id}", 303)


def _found(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return work()
    except BulkErasureUnknown:
        abort(404)
