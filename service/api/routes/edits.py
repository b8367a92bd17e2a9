"""Changes of many contacts at once: each an import without a file, with the same steps, counts, undo and redo."""

from typing import Any

from flask import Response, g

from projections.conditions.condition import BadCondition
from service.api.description.examples import import_examples as examples
from service.api.description.examples.edit_examples import CHECKED_EDIT, EDITS
from service.api.description.shapes.edit_shapes import EDIT, EditBody, EditSchema, EditsQuery, EditsSchema
from service.api.description.shapes.import_bodies import ConfirmationBody, OrderBody
from service.api.http.arguments import bad_member
from service.api.http.opened_imports import OpenedImports, import_answer
from service.api.http.routing import Routes, json_answer
from service.http.services import Services
from service.imports.columns.edit import NothingToChange, WantedEdit
from service.imports.record.wanted_imports import WantedImports
from service.queries.filters.selection import Selection


def edit_routes(services: Services) -> Routes:
    """The routes of changes of many contacts."""
    routes = Routes("edits", "Changes of many contacts at once, each undone and redone as a whole")
    opened = OpenedImports(services)
    _asking(routes, opened, services)
    _running(routes, opened)
    return routes


def _asking(routes: Routes, opened: OpenedImports, services: Services) -> None:
    @routes.post("/v1/edits", scope="import")
    @routes.body(EditBody, example=EDIT)
    @routes.answers(202, EditSchema, headers={"Location": "The address of the change"})
    @routes.problems(422, 503)
    def ask_for_edit(body: dict[str, Any]) -> Response:
        """Prepare a change of many contacts.

        `where`, `tag`, `q` and `match` as for the list; `set`, `clear` and `tags` say what each contact gets. Nothing
        changes yet: the selection is frozen and checked. Read it until its `progress` is null: its counts then say
        exactly how many would change; `confirm` changes them. A contact that is gone by then is skipped.
        """
        selection = Selection(tuple(body["where"]), tuple(body["tag"]), body["q"], body["match"])
        try:
            services.exporting.check(selection)
            wanted = WantedEdit(selection, body["set"], body["clear"], body["tags"], body["reason"])
            with opened() as found:
                edit, tags, name = wanted.read(found.uploads.known_attributes())
        except BadCondition as fault:
            raise bad_member("where", f"is wrong: {fault}") from None
        except NothingToChange as fault:
            raise bad_member("set", f"is missing: {fault}") from None
        with opened() as found:
            id = found.uploads.edit(edit, tags, name, by=g.key.name)
            return import_answer(found, id, 202, {"Location": f"/v1/edits/{id}"})

    @routes.get("/v1/edits", scope="import")
    @routes.query(EditsQuery)
    @routes.answers(200, EditsSchema, example=EDITS)
    @routes.problems(503)
    def list_edits(query: dict[str, Any]) -> Response:
        """List the changes of many contacts, newest first."""
        with opened() as found:
            page = found.results.page(query["limit"] + 1, query.get("cursor"), WantedImports(are_edits=True))
        shown = page[: query["limit"]]
        return json_answer({"edits": shown, "next_cursor": shown[-1]["id"] if len(page) > len(shown) else None})

    @routes.get("/v1/edits/<id>", scope="import")
    @routes.answers(200, EditSchema, example=CHECKED_EDIT)
    @routes.problems(404, 503)
    def one_edit(id: str) -> Response:
        """Read a change: its state, its counts, and what the state allows."""
        with opened() as found:
            return import_answer(found, id, 200)


def _running(routes: Routes, opened: OpenedImports) -> None:
    @routes.post("/v1/edits/<id>/confirm", scope="import")
    @routes.body(ConfirmationBody, example=examples.CONFIRMATION)
    @routes.answers(202, EditSchema)
    @routes.problems(404, 409, 503)
    def confirm_edit(body: dict[str, Any], id: str) -> Response:
        """Have the change made.

        Whoever said FALSE for WhatsApp Opted and would become TRUE is left out, unless `allow_opt_in`, the second yes.
        """
        return opened.confirmed(id, body)

    @routes.post("/v1/edits/<id>/cancel", scope="import")
    @routes.answers(202, EditSchema)
    @routes.problems(404, 409, 503)
    def cancel_edit(id: str) -> Response:
        """Stop the change. Contacts that are changed by then stay so, and can be undone."""
        return opened.cancelled(id)

    @routes.post("/v1/edits/<id>/undo", scope="import")
    @routes.body(OrderBody, example=examples.ORDER)
    @routes.answers(202, EditSchema)
    @routes.problems(404, 409, 503)
    def undo_edit(body: dict[str, Any], id: str) -> Response:
        """Take the change back: its contacts go back to what they would be without it. The log keeps everything."""
        return opened.ordered(id, body, is_redo=False)

    @routes.post("/v1/edits/<id>/redo", scope="import")
    @routes.body(OrderBody, example=examples.ORDER)
    @routes.answers(202, EditSchema)
    @routes.problems(404, 409, 503)
    def redo_edit(body: dict[str, Any], id: str) -> Response:
        """Bring an undone change back."""
        return opened.ordered(id, body, is_redo=True)
