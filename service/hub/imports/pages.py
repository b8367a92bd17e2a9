"""The pages about files: the list of imports, a new one, and one import, whose step its state decides (R20-R24)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, request

from service.http.admission.upload import read_upload
from service.http.problem import Problem
from service.http.services import Services
from service.hub.frame.access import Access, needs
from service.hub.frame.notices import tell
from service.hub.imports import told
from service.hub.imports.corrections import correcting
from service.hub.imports.example import MESSY, NAME
from service.hub.imports.list_query import ListQuery
from service.hub.imports.orders import ordering
from service.hub.imports.steps import choosing, matching, one_import
from service.imports.imports import Imports
from service.imports.registry.import_order import UndoNotPossible
from service.imports.registry.lifecycle import StepNotAllowed
from service.imports.table.refusal import FileRefused
from service.imports.table.wording import OF_PAGE

UPLOADS = frozenset({"imports.upload"})
"""Views that read their body themselves."""

_AT_ONCE = 50


class Desk:
    """Opens the imports for one page; what cannot be done with one is said on its page."""

    def __init__(self, services: Services) -> None:
        self.services = services

    @contextmanager
    def open(self) -> Iterator[Imports]:
        """The imports, told in the words of pages."""
        with self.services.imports() as found:
            yield replace(found, results=found.results.in_words(OF_PAGE))


def imports_pages(services: Services, access: Access) -> Blueprint:
    """The room's pages."""
    pages, desk = Blueprint("imports", __name__, url_prefix="/imports"), Desk(services)
    _list(pages, desk)
    _new(pages, desk, access)
    one_import(pages, desk.open, services)
    choosing(pages, desk.open, services)
    matching(pages, desk.open, services)
    ordering(pages, desk.open, services)
    correcting(pages, desk.open)

    @pages.errorhandler(StepNotAllowed)
    @pages.errorhandler(UndoNotPossible)
    def late(fault: StepNotAllowed | UndoNotPossible) -> Any:
        # somebody else, or a second click, was quicker: its page shows how it stands
        tell(told.refused(fault), kind="fault")
        return redirect(f"/imports/{fault.import_id}", 303)

    return pages


def _list(pages: Blueprint, desk: Desk) -> None:
    @pages.get("")
    @needs("import")
    def list_imports() -> Any:
        asked = ListQuery.of(request.args, desk.services.settings.time_zone)
        with desk.open() as found:
            page = found.results.page(_AT_ONCE + 1, asked.before, asked.wanted)
            at_work = [] if asked.before or asked.is_filtered else found.results.at_work()
            names = found.results.names()
        ids = {one["id"] for one in at_work}
        return render_template(
            "imports/list.html",
            asked=asked,
            imports=[*at_work, *(one for one in page[:_AT_ONCE] if one["id"] not in ids)],
            following=page[_AT_ONCE - 1]["id"] if len(page) > _AT_ONCE else None,
            is_at_work=bool(at_work),
            names=names,
            states=told.STATES,
        )


def _new(pages: Blueprint, desk: Desk, access: Access) -> None:
    settings = desk.services.settings

    def page(fault: str | None = None) -> str:
        return render_template(
            "imports/new.html", fault=fault, most_mib=settings.max_upload_mib, most_rows=settings.max_rows
        )

    @pages.get("/new")
    @needs("import")
    def new() -> Any:
        return page()

    @pages.post("")
    @needs("import")
    def upload() -> Any:
        with desk.open() as found:

            def fill(incoming: Any) -> str:
                name, beside = read_upload(request, incoming, found.uploads.most_bytes)
                access.confirm(beside.get("csrf", ""))
                return name

            try:
                id = found.uploads.receive(fill, by=g.session.name)
            except FileRefused as refused:
                said = refused.as_sentence(OF_PAGE)
                if request.accept_mimetypes.best == "text/plain":  # one of several, which a script says beside the page
                    return Response(said, status=422, content_type="text/plain; charset=utf-8")
                return page(said), 422
            except Problem as problem:
                if problem.status not in (400, 422):
                    raise
                return page("No file came with the form. Choose one file, and send it again."), 422
        return redirect(f"/imports/{id}", 303)

    @pages.post("/example")
    @needs("import")
    def try_example() -> Any:
        def fill(incoming: Any) -> str:
            incoming.write(MESSY.encode())
            return NAME

        with desk.open() as found:
            return redirect(f"/imports/{found.uploads.receive(fill, by=g.session.name)}", 303)

    @pages.get("/template.csv")
    @needs("import")
    def template() -> Any:
        with desk.open() as found:
            content = found.uploads.template()
        headers = {"Content-Disposition": 'attachment; filename="contacts.csv"'}
        return Response(content, headers=headers, content_type="text/csv; charset=utf-8")
