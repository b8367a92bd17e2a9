"""The records: status and runs, refused updates, single entries, and the trail of who did what (R28, R33)."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, request
from werkzeug.exceptions import NotFound

from service.deployment.tables.audit_trail import Act
from service.http.services import Services
from service.http.shown.trail_csv import trail_csv
from service.hub.frame.access import needs
from service.hub.frame.words import Moments, capital
from service.hub.records import told
from service.hub.records.refused import refused_pages
from service.imports.registry.registry import ImportUnknown
from service.jobs.verifying import PLAIN, Extent
from service.queries.as_of import position_in
from service.queries.ledger.trail import BadTrailCursor
from service.queries.ledger.whole_entry import entry_document

_AT_ONCE = 50


def records_pages(services: Services) -> Blueprint:
    """The room's pages but those about keys."""
    pages = Blueprint("records", __name__, url_prefix="/audit")
    pages.add_app_template_filter(told.reason, "reason")
    pages.add_app_template_filter(capital, "capital")
    pages.add_app_template_filter(told.first_line, "first_line")
    pages.add_app_template_filter(told.as_text, "as_text")
    _status(pages, services)
    _runs(pages, services)
    refused_pages(pages, services)
    _entries(pages, services)
    _trail(pages, services)
    return pages


def _status(pages: Blueprint, services: Services) -> None:
    moments = Moments(services.settings.time_zone, services.clock)

    @pages.get("")
    @needs("audit")
    def status_page() -> Any:
        status, runs = services.status.now().document(), services.audit_runs.all()
        waiting = 0
        if status["rejected"]:
            with services.readers.log() as log:
                waiting = sum(log.rejected_by_reason(is_open=True).values())
        last = next((run for run in runs if run["kind"] == "verify" and run["state"] != "running"), None)
        return render_template(
            "records/status.html",
            status=status,
            waiting=waiting,
            condition=told.health(status, last, moments.ago),
            runs=[(run, *told.outcome(run)) for run in runs],
            kinds=told.KINDS,
        )


def _runs(pages: Blueprint, services: Services) -> None:
    @pages.post("/verify")
    @needs("audit")
    def begin_verify() -> Any:
        extent = Extent(is_deep="deep" in request.form, all_files="all" in request.form)
        return begin("verify", extent)

    @pages.post("/rebuild")
    @needs("audit")
    def begin_rebuild() -> Any:
        return begin("rebuild", PLAIN)

    @pages.get("/runs/<id>")
    @needs("audit")
    def run_page(id: str) -> Any:
        run = services.audit_runs.find(id)
        if run is None:
            raise NotFound
        tone, words = told.outcome(run)
        return render_template("records/run.html", run=run, tone=tone, words=words, kinds=told.KINDS)

    def begin(kind: Any, extent: Extent) -> Any:
        run = services.audit_runs.begin(kind, extent, by=g.session.name)
        services.record(Act(services.clock(), g.session.name, f"{kind} asked for", {"run": run["id"]}))
        return redirect(f"/audit/runs/{run['id']}", 303)


def _entries(pages: Blueprint, services: Services) -> None:
    @pages.get("/entries")
    @needs("audit")
    def find_entry() -> Any:
        """A form's way to the entry that is asked for."""
        asked = position_in(request.args.get("position", "").strip().replace(",", ""))
        if asked is None:
            raise NotFound
        return redirect(f"/audit/entries/{asked}", 303)

    @pages.get("/entries/<position>")
    @needs("audit")
    def entry_page(position: str) -> Any:
        number = position_in(position)
        with services.readers.log() as log:
            entry = None if number is None else entry_document(log, number)
        if entry is None:
            raise NotFound
        return render_template("records/entry.html", entry=entry)


def _trail(pages: Blueprint, services: Services) -> None:
    def chosen() -> dict[str, str | None]:
        return {name: request.args.get(name, "").strip() or None for name in ("who", "what")}

    @pages.get("/trail")
    @needs("audit")
    def trail_page() -> Any:
        try:
            page = services.trail.page(_AT_ONCE, cursor=request.args.get("cursor"), **chosen())
        except BadTrailCursor:
            return redirect("/audit/trail", 303)
        is_first = "cursor" not in request.args
        files = _imports_in(services, page["acts"])
        return render_template("records/trail.html", page=page, chosen=chosen(), is_first=is_first, files=files)

    @pages.get("/trail.csv")
    @needs("audit")
    def trail_file() -> Any:
        headers = {"Content-Disposition": 'attachment; filename="audit-trail.csv"'}
        lines = trail_csv(services.trail.all(**chosen()))
        return Response(lines, headers=headers, content_type="text/csv; charset=utf-8")


def _imports_in(services: Services, acts: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The imports and changes of many contacts that acts are about, by id: `name`, and whether it `is_edit`."""
    found = {}
    with services.imports() as imports:
        for id in {act["detail"]["import"] for act in acts if "import" in act["detail"]}:
            with suppress(ImportUnknown):
                one = imports.results.known(id)
                found[id] = {"name": one.file_name, "is_edit": one.choices.edit is not None}
    return found
