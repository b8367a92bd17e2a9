"""One contact: as it is or was, what happened to it, and why it is so (R27, R29, R30)."""

from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from service.api.description.examples import contact_examples as examples
from service.api.description.parameters import AsOfQuery, ExplainQuery, HistoryQuery
from service.api.description.shapes.contact_shapes import ContactSchema, ExplanationSchema, HistorySchema, MovedSchema
from service.api.http.arguments import bad_parameter
from service.api.http.routing import Routes, json_answer
from service.http.services import Services
from service.http.shown.where_from import origins_in
from service.queries.as_of import BadMoment, position_of
from service.queries.contact import contact as documents
from service.queries.contact.find import find_id

_ETAG = {"ETag": "The position of the contact's newest event"}


def contact_routes(services: Services) -> Routes:
    """The routes about one contact."""
    routes = Routes("contacts", "Contacts, their history, and the reason of every value")
    readers = services.readers

    @routes.get("/v1/contacts/<id>", scope="read")
    @routes.query(AsOfQuery)
    @routes.answers(200, ContactSchema, example=examples.CONTACT, headers=_ETAG)
    @routes.answers(304)
    @routes.answers(308, MovedSchema, headers={"Location": "The address of the contact it was merged into"})
    @routes.problems(404, 503)
    def contact(query: dict[str, Any], id: str) -> Response:
        """Read a contact.

        As it is now, or with `as_of` as it was; the answer then names the position used. The id of a contact that was
        merged into another leads there by a redirect.
        """
        with readers.log() as log:
            found = find_id(log, id)
            if found.asked != found.contact and "as_of" not in query:
                return moved(documents.id_of(log, found))
            try:
                position = position_of(log, query.get("as_of"))
            except BadMoment as fault:
                raise bad_parameter("as_of", f"is not possible: {fault}") from None
            document = documents.contact(readers, log, found, position)
        response = json_answer(document)
        if position is None:
            response.set_etag(str(document["position"]))
            response.make_conditional(request)
        return response

    _past(routes, services)
    return routes


def _past(routes: Routes, services: Services) -> None:
    readers = services.readers

    @routes.get("/v1/contacts/<id>/history", scope=("read", "audit"))
    @routes.query(HistoryQuery)
    @routes.answers(200, HistorySchema, example=examples.HISTORY)
    @routes.problems(404, 503)
    def history(query: dict[str, Any], id: str) -> Response:
        """Read what happened to a contact.

        Oldest first, with what each event changed, from what to what, and where it came from. `order=newest`, or
        `before`, begins at the other end, and `next_before` leads on; `attribute` and `origin` leave the other events
        out. What happened to a contact that was merged into this one is part of it.
        """
        asked = documents.AskedEvents(query.get("attribute"), query.get("origin"))
        with readers.log() as log:
            found, origins, limit = find_id(log, id), origins_in(services, log), query["limit"]
            if query["order"] == "newest" or "before" in query:
                return json_answer(documents.newest(log, found, origins, query.get("before"), limit, asked))
            return json_answer(documents.history(log, found, origins, query["after"], limit, asked))

    @routes.get("/v1/contacts/<id>/explain", scope="read")
    @routes.query(ExplainQuery)
    @routes.answers(200, ExplanationSchema, example=examples.EXPLANATION)
    @routes.problems(404, 503)
    def explain(query: dict[str, Any], id: str) -> Response:
        """Read why a contact is as it is.

        For each value the event that set it, and the first five that lost to it with the rule that decided;
        `lost_total` says how many those are, and the history of the attribute has them all.
        """
        with readers.log() as log:
            return json_answer(documents.explain(log, find_id(log, id), origins_in(services, log), query.get("trait")))


def moved(id: str) -> Response:
    """The way to the contact into which the one asked for was merged."""
    asked = request.args.to_dict()
    location = f"/v1/contacts/{id}" + (f"?{urlencode(asked)}" if asked else "")
    body = {"result": True, "message": "this contact was merged into another", "contact": id}
    return json_answer(body, 308, {"Location": location})
