"""Contacts as a file: asked for by one call, downloaded by another when it is made."""

from typing import Any

from flask import Response, g

from projections.conditions.condition import BadCondition
from service.api.description.shapes import export_shapes as shapes
from service.api.description.shapes import person_shapes as person
from service.api.description.shapes.export_shapes import ExportBody, ExportSchema, ExportsQuery, ExportsSchema
from service.api.description.shapes.person_shapes import EverythingSchema
from service.api.http.arguments import bad_member
from service.api.http.routing import Routes, json_answer
from service.http.problem import Problem
from service.http.services import Services
from service.http.shown.download import download
from service.http.shown.handed_out import HTML, handed_out
from service.jobs.exports.exporting import ExportAsked
from service.jobs.exports.exports import ExportUnknown, NoFile, TooManyExports
from service.jobs.exports.wanted_export import BadColumns
from service.queries.as_of import BadMoment
from service.queries.filters.selection import Selection


def export_routes(services: Services) -> Routes:
    """The routes of exports."""
    routes = Routes("exports", "Contacts as a file: CSV or JSON lines")
    _asking(routes, services)
    _reading(routes, services)
    _of_one_person(routes, services)
    return routes


def _asking(routes: Routes, services: Services) -> None:
    @routes.post("/v1/exports", scope="export")
    @routes.body(ExportBody, example=shapes.ASKED)
    @routes.answers(202, ExportSchema, example=shapes.WAITING, headers={"Location": "The address of the export"})
    @routes.problems(422, 429, 503)
    def ask_for_export(body: dict[str, Any]) -> Response:
        """Have contacts written to a file.

        `where`, `tag`, `q` and `match` as for the list. Look at the export until its `state` is `ready`, then download
        its file within a day. All contacts in it are as they were at one position. The CSV opens in a spreadsheet
        (byte order mark, no cell that runs there), has country code and phone number as two columns of digits, and can
        be imported again as it is: columns that begin with `exported:` are ignored then. 429 while ten exports wait.
        """
        asked = ExportAsked(
            Selection(tuple(body["where"]), tuple(body["tag"]), body["q"], body["match"]),
            body["sort"],
            body["format"],
            None if body["columns"] is None else tuple(body["columns"]),
            body["as_of"],
            is_opted_in_only=body["opted_in"],
        )
        try:
            document = services.exporting.ask(asked, by=g.key.name)
        except TooManyExports as fault:
            raise Problem(429, str(fault), headers={"Retry-After": "5"}) from None
        except BadMoment as fault:
            raise bad_member("as_of", f"is not possible: {fault}") from None
        except BadCondition as fault:
            raise bad_member("where", f"is wrong: {fault}") from None
        except BadColumns as fault:
            raise bad_member("columns", f"is wrong: {fault}") from None
        except ValueError as fault:
            raise bad_member("tag", f"is wrong: {fault}") from None
        return json_answer(document, 202, {"Location": f"/v1/exports/{document['id']}"})


def _reading(routes: Routes, services: Services) -> None:
    @routes.get("/v1/exports", scope="export")
    @routes.query(ExportsQuery)
    @routes.answers(200, ExportsSchema, example={"exports": [shapes.READY]})
    def list_exports(query: dict[str, Any]) -> Response:
        """List the exports of the last 30 days, newest first."""
        return json_answer({"exports": services.exporting.exports.all(query["limit"])})

    @routes.get("/v1/exports/<id>", scope="export")
    @routes.answers(200, ExportSchema, example=shapes.READY)
    @routes.problems(404)
    def read_export(id: str) -> Response:
        """Read how far an export is."""
        return json_answer(found(lambda: services.exporting.exports.find(id)))

    @routes.get("/v1/exports/<id>/file", scope="export")
    @routes.answers(200, {"type": "string"}, example=shapes.FILE, content_type="text/csv; charset=utf-8")
    @routes.problems(404, 409, 410)
    def export_file(id: str) -> Response:
        """Download the file. 409 before it is ready, 410 when its day is over."""
        try:
            path, name = found(lambda: services.exporting.exports.file(id))
        except NoFile as fault:
            raise Problem(
                410 if fault.state == "expired" else 409, str(fault), reason="state", state=fault.state
            ) from None
        services.exporting.note_download(id, by=g.key.name)
        kind = "text/csv" if path.suffix == ".csv" else "application/x-ndjson"
        return download(path, kind, name)

    def found(look: Any) -> Any:
        try:
            return look()
        except ExportUnknown as fault:
            raise Problem(404, str(fault)) from None


def _of_one_person(routes: Routes, services: Services) -> None:
    @routes.get("/v1/contacts/<id>/everything", scope="export")
    @routes.answers(200, EverythingSchema, example=person.EVERYTHING)
    @routes.problems(404, 503)
    def everything_about_contact(id: str) -> Response:
        """Read everything that is held of one person.

        The contact, where each value came from, its whole history with every message as it came, also that of contacts
        which were merged into it, consent changes, imports with lines, and the rejected messages and lines of kept
        files that mention its phones or user ids. The audit trail tells who took it. It takes as long as it takes to
        look through all rejected messages and kept files.
        """
        return handed_out(services, id, "json", by=g.key.name)

    @routes.get("/v1/contacts/<id>/everything.html", scope="export")
    @routes.answers(200, {"type": "string"}, example=person.PAGE, content_type=HTML)
    @routes.problems(404, 503)
    def everything_about_contact_as_page(id: str) -> Response:
        """Read everything that is held of one person as a page by itself, to be printed or sent."""
        return handed_out(services, id, "html", by=g.key.name)
