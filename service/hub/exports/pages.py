"""Downloads: how many contacts a file will have, its progress, and the file for a day."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, g, redirect, render_template, request

from projections.conditions.condition import BadCondition
from projections.conditions.wanted import SORTS
from service.http.services import Services
from service.http.shown.download import download
from service.http.shown.where_from import file_names
from service.hub.contacts.address import LAST_CHANGE, ListAddress, chips
from service.hub.contacts.page import shown_columns
from service.hub.frame.access import needs
from service.hub.frame.notices import tell
from service.hub.frame.preferences import Preferences
from service.hub.frame.words import sentence
from service.jobs.exports.exporting import ExportAsked
from service.jobs.exports.exports import ExportUnknown, NoFile, TooManyExports
from service.jobs.exports.wanted_export import BadColumns
from service.queries.as_of import BadMoment, end_of_day
from service.queries.filters.selection import Selection

_COLUMNS = {"modified": "modified_at", "created": "created_at", LAST_CHANGE: "modified_at"}
"""Of the list, and what exports call them."""


def exports_pages(services: Services, preferences: Preferences) -> Blueprint:
    """The pages of downloads."""
    pages = Blueprint("exports", __name__)
    _asking(pages, services, preferences)
    _reading(pages, services)
    return pages


def _asking(pages: Blueprint, services: Services, preferences: Preferences) -> None:
    @pages.get("/exports/new")
    @needs("export")
    def new_export() -> Any:
        return _form(services, ListAddress.of(request.args, shown_columns(preferences)))

    @pages.post("/exports")
    @needs("export")
    def ask_for_export() -> Any:
        asked = ListAddress.of(request.args, shown_columns(preferences))
        columns = tuple(dict.fromkeys(_COLUMNS.get(name, name) for name in asked.columns))
        try:
            wanted = ExportAsked(
                _selection(asked),
                asked.sort if asked.sort in SORTS else "-modified",
                "jsonl" if request.form.get("format") == "jsonl" else "csv",
                columns if request.form.get("columns") == "shown" else None,
                end_of_day(services.days, asked.as_of) if asked.as_of else None,
                is_opted_in_only=request.form.get("who") == "opted_in",
            )
            document = services.exporting.ask(wanted, by=g.session.name)
        except (BadCondition, BadColumns, BadMoment, TooManyExports, ValueError) as fault:
            return _form(services, asked, sentence(fault)), 422
        return redirect(f"/exports/{document['id']}", 303)


def _form(services: Services, asked: ListAddress, fault: str | None = None) -> Any:
    total, opted_in = None, None
    try:
        total, opted_in = services.exporting.counts(_selection(asked))
    except (BadCondition, ValueError) as bad:
        fault = fault or f"This filter is not possible: {bad}."
    return render_template(
        "exports/new.html",
        asked=asked,
        chips=chips(asked, file_names(services)),
        query=urlencode(asked.pairs),
        total=total,
        opted_in=opted_in,
        fault=fault,
    )


def _selection(asked: ListAddress) -> Selection:
    return Selection(asked.where, asked.tags, asked.q or None)


def _reading(pages: Blueprint, services: Services) -> None:
    exports = services.exporting.exports

    @pages.get("/exports")
    @needs("export")
    def exports_page() -> Any:
        return render_template("exports/list.html", exports=exports.all())

    @pages.get("/exports/<id>")
    @needs("export")
    def export_page(id: str) -> Any:
        try:
            one = exports.find(id)
        except ExportUnknown:
            abort(404)
        asked = ListAddress(one["q"] or "", (*one["where"],), (*one["tag"],), "-modified", None, "", ())
        return render_template("exports/page.html", one=one, chips=chips(asked, file_names(services)))

    @pages.get("/exports/<id>/file")
    @needs("export")
    def export_file(id: str) -> Any:
        try:
            path, name = exports.file(id)
        except ExportUnknown:
            abort(404)
        except NoFile as fault:
            tell(sentence(fault), kind="fault")
            return redirect(f"/exports/{id}", 303)
        services.exporting.note_download(id, by=g.session.name)
        return download(path, "text/csv" if path.suffix == ".csv" else "text/plain", name)
