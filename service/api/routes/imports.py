"""Imports step by step: upload, tags, mapping, check, confirmation, result (R21). The importer does the work."""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any

import msgspec
from flask import Response, g, request

from service.api.description.examples import import_examples as examples
from service.api.description.shapes.import_bodies import (
    ConfirmationBody,
    CorrectionsBody,
    ImportsQuery,
    MappingBody,
    OptionsBody,
    OrderBody,
    RejectsQuery,
    TagsBody,
)
from service.api.description.shapes.import_shapes import ImportSchema, ImportsSchema
from service.api.http.opened_imports import OpenedImports, import_answer
from service.api.http.routing import Routes, json_answer
from service.http.admission.upload import read_file
from service.http.services import Services
from service.http.shown.rejects_csv import rejects_bytes
from service.imports.columns.column_choice import ColumnChoice
from service.imports.record.wanted_imports import WantedImports

_CSV = "text/csv; charset=utf-8"
_LOCATION = {"Location": "The import's address"}
_ETAG = {"ETag": "Changes with whatever is told of the import"}


def import_routes(services: Services) -> Routes:
    """The routes about imports."""
    routes = Routes("imports", "Files of contacts: uploaded, mapped, checked, confirmed, counted")
    opened = OpenedImports(services)
    _taking_in(routes, opened)
    _reading(routes, opened)
    _choosing(routes, opened)
    _running(routes, opened)
    _ordering(routes, opened)
    _rejects(routes, opened, services)
    _corrections(routes, opened)
    return routes


def _taking_in(routes: Routes, opened: OpenedImports) -> None:
    @routes.post("/v1/imports", scope="import", most_bytes=None)
    @routes.takes_file
    @routes.answers(201, ImportSchema, example=examples.UPLOADED, headers=_LOCATION)
    @routes.problems(503)
    def upload() -> Response:
        """Upload a file: a CSV, or a workbook (.xlsx, .xls, .ods).

        It is written to the disk while it comes in, chunked or not; over the limit of bytes it is refused at that
        point. The answer shows its first rows, and what its columns could become. Of a file that is not UTF-8 it shows
        lines to judge by, and `PUT …/options` confirms its encoding.
        """
        with opened() as found:
            id = found.uploads.receive(
                lambda incoming: read_file(request, incoming, found.uploads.most_bytes), by=g.key.name
            )
            return import_answer(found, id, 201, {"Location": f"/v1/imports/{id}"})

    @routes.get("/v1/imports", scope="import")
    @routes.query(ImportsQuery)
    @routes.answers(200, ImportsSchema, example=examples.IMPORTS)
    @routes.problems(503)
    def list_imports(query: dict[str, Any]) -> Response:
        """List the imports, newest first."""
        with opened() as found:
            wanted = WantedImports(query.get("state"), query.get("by"), query.get("since"), query.get("until"))
            page = found.results.page(query["limit"] + 1, query.get("cursor"), wanted)
        shown = page[: query["limit"]]
        return json_answer({"imports": shown, "next_cursor": shown[-1]["id"] if len(page) > len(shown) else None})

    @routes.get("/v1/imports/template.csv", scope="import")
    @routes.answers(200, {"type": "string"}, example=examples.TEMPLATE, content_type=_CSV)
    @routes.problems(503)
    def import_template() -> Response:
        """Download a CSV to begin with.

        Every default attribute and every other that contacts have is a column; its two rows would be taken as they are.
        """
        with opened() as found:
            return _csv(found.uploads.template(), "contacts.csv")


def _reading(routes: Routes, opened: OpenedImports) -> None:
    @routes.get("/v1/imports/<id>", scope="import")
    @routes.answers(200, ImportSchema, example=examples.CHECKED, headers=_ETAG)
    @routes.answers(304)
    @routes.problems(404, 503)
    def one_import(id: str) -> Response:
        """Read an import.

        Its state, counts that add up at any moment, and what the state allows. Poll it with `If-None-Match`. While it
        is `checked` the counts are what it would come to; after the confirmation they are what happened.
        """
        with opened() as found:
            status = found.results.status(id)
            etag = hashlib.sha256(msgspec.json.encode(status)).hexdigest()[:32]
            if request.if_none_match.contains(etag):
                response = Response(status=304)
            else:
                response = json_answer(found.results.whole(id, status))
        response.set_etag(etag)
        return response


def _choosing(routes: Routes, opened: OpenedImports) -> None:
    @routes.put("/v1/imports/<id>/mapping", scope="import")
    @routes.body(MappingBody, example=examples.MAPPING)
    @routes.answers(200, ImportSchema)
    @routes.problems(404, 409, 503)
    def map_import(body: dict[str, Any], id: str) -> Response:
        """Map the columns.

        The whole mapping, each time: a column that is not named becomes what its header says, a string where that is
        new. Voids the check.
        """
        return opened.after(id, lambda uploads: uploads.map(id, [ColumnChoice(**one) for one in body["columns"]]))

    @routes.put("/v1/imports/<id>/tags", scope="import")
    @routes.body(TagsBody, example=examples.TAGS)
    @routes.answers(200, ImportSchema)
    @routes.problems(404, 409, 503)
    def tag_import(body: dict[str, Any], id: str) -> Response:
        """Choose the tags that every row gets that is taken. Voids the check."""
        return opened.after(id, lambda uploads: uploads.tag(id, body["tags"] or ()))

    @routes.put("/v1/imports/<id>/options", scope="import")
    @routes.body(OptionsBody, example=examples.OPTIONS)
    @routes.answers(200, ImportSchema)
    @routes.problems(404, 409, 503)
    def set_import_options(body: dict[str, Any], id: str) -> Response:
        """Choose the options.

        All of them, each time: what is left out is as if it was never given. Another encoding, delimiter or sheet
        reads the file anew, and voids the mapping too. Voids the check.
        """
        return opened.after(id, lambda uploads: uploads.set_options(id, body))


def _running(routes: Routes, opened: OpenedImports) -> None:
    @routes.post("/v1/imports/<id>/check", scope="import")
    @routes.answers(202, ImportSchema)
    @routes.problems(404, 409, 503)
    def check_import(id: str) -> Response:
        """Have the import checked.

        Nothing is published. Poll the import until its `progress` is null: `checked`, with exact counts for the ledger
        at the position it names, or still `mapped`, with the `failure` that keeps the file from being imported so.
        """
        return opened.after(id, lambda uploads: uploads.check(id), 202)

    @routes.post("/v1/imports/<id>/confirm", scope="import")
    @routes.body(ConfirmationBody, example=examples.CONFIRMATION)
    @routes.answers(202, ImportSchema)
    @routes.problems(404, 409, 503)
    def confirm_import(body: dict[str, Any], id: str) -> Response:
        """Have the import run.

        It needs a valid check. Whoever said FALSE for WhatsApp Opted and would become TRUE is rejected, unless
        `allow_opt_in`, the second yes, which is for those whom the check counted. 409 if the same file was imported
        with the same choices before (`imported_before`), unless `again`.
        """
        return opened.confirmed(id, body)

    @routes.post("/v1/imports/<id>/cancel", scope="import")
    @routes.answers(202, ImportSchema)
    @routes.problems(404, 409, 503)
    def cancel_import(id: str) -> Response:
        """Stop the import.

        At once when it does not run yet; its file is removed then. One that runs stops within 10,000 rows; rows that
        are published by then stay.
        """
        return opened.cancelled(id)


def _ordering(routes: Routes, opened: OpenedImports) -> None:
    @routes.post("/v1/imports/<id>/undo", scope="import")
    @routes.body(OrderBody, example=examples.ORDER)
    @routes.answers(202, ImportSchema)
    @routes.problems(404, 409, 503)
    def undo_import(body: dict[str, Any], id: str) -> Response:
        """Have the import's facts no longer count, as if it had never been.

        202 when that is on the disk of the bus: poll the import, it is `undoing` until all its contacts show it, then
        `undone`. The log keeps everything. 409 while it runs or rows of it are pending, when it is undone already, and
        when it would opt people in again (`opt_ins`), unless `allow_opt_in`.
        """
        return opened.ordered(id, body, is_redo=False)

    @routes.post("/v1/imports/<id>/redo", scope="import")
    @routes.body(OrderBody, example=examples.ORDER)
    @routes.answers(202, ImportSchema)
    @routes.problems(404, 409, 503)
    def redo_import(body: dict[str, Any], id: str) -> Response:
        """Bring an undone import back.

        202, and `redoing` until all its contacts show it. Rows whose phone or user id is another contact's by then
        cannot come back: `not_redone` names them. 409 when it is not undone, and as an undo where it would opt in.
        """
        return opened.ordered(id, body, is_redo=True)


def _rejects(routes: Routes, opened: OpenedImports, services: Services) -> None:
    @routes.get("/v1/imports/<id>/rejects.csv", scope="import")
    @routes.query(RejectsQuery)
    @routes.answers(200, {"type": "string"}, example=examples.REJECTS, content_type=_CSV)
    @routes.problems(404, 409, 503)
    def import_rejects(query: dict[str, Any], id: str) -> Response:
        """Download the rows that were not taken, to be corrected and uploaded again.

        The file's own columns, then line, column, reason and hint. Cells that a spreadsheet would run begin with `'`,
        and the file with a byte order mark, so that a spreadsheet shows its letters right.
        """
        with ExitStack() as stack:
            found = stack.enter_context(opened())
            stack.enter_context(
                services.seats.taken(g.key.id)
            )  # its reader may be slow, and holds the thread meanwhile
            lines = partial(found.results.rejects_csv, id, are_open=query.get("open") == "true")
            response = _csv(rejects_bytes(lines), f"{id}-rejects.csv")
            response.call_on_close(stack.pop_all().close)
        return response


def _corrections(routes: Routes, opened: OpenedImports) -> None:
    @routes.post("/v1/imports/<id>/corrections", scope="import")
    @routes.body(CorrectionsBody, example=examples.CORRECTIONS)
    @routes.answers(201, ImportSchema, headers=_LOCATION)
    @routes.problems(404, 409, 503)
    def correct_import(body: dict[str, Any], id: str) -> Response:
        """Correct rows that were not taken, and have them checked.

        They become a new import with the same tags and choices. A row with no `cells` is checked again as it is, for a
        person who has agreed to messages since. 422 where nothing changes.
        """
        with opened() as found:
            lines = found.results.corrected_csv(id, {one["line"]: one["cells"] for one in body["rows"]})
            new = found.uploads.receive_corrected(id, lines, by=g.key.name)
            return import_answer(found, new, 201, {"Location": f"/v1/imports/{new}"})


def _csv(content: str | Iterator[bytes], name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, headers=headers, content_type=_CSV)
