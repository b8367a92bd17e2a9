"""One contact: as it is or was, what happened to it, and why it is so (R27, R29, R30)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Response, g, request

from ledger.events.calls import new_contact
from ledger.events.schema import SCHEMAS
from service import contacts as documents
from service.api import examples
from service.api.arguments import bad_parameter
from service.api.body import read_bytes, read_object
from service.api.door import Door
from service.api.queries import AsOfQuery, ExplainQuery, HistoryQuery
from service.api.routes import TOKEN, Routes, json_answer
from service.api.shapes import ContactSchema, ExplanationSchema, HistorySchema, ListedSchema, MovedSchema, TakenSchema
from service.as_of import BadMoment, position_of
from service.consistency import NotShown
from service.who import find_id

CONTACTS = "/v1/contacts"
"""The list's address, and the source of the messages that make a contact here."""

_MADE = {"Location": "The contact's address", TOKEN: "For reads that must show this"}
_ETAG = {"ETag": "The position of the contact's newest event"}


def contact_routes(door: Door) -> Routes:
    """The routes about one contact."""
    routes = Routes("contacts", "Contacts, their history, and the reason of every value")
    ledger = door.deployment

    @routes.post("/v1/contacts", scope="track")
    @routes.takes(SCHEMAS["NewContact"], example=examples.NEW_CONTACT)
    @routes.answers(201, ListedSchema, example=examples.MADE_CONTACT, headers=_MADE)
    @routes.answers(200, ListedSchema, example=examples.MADE_CONTACT, headers={"Location": _MADE["Location"]})
    @routes.answers(202, TakenSchema, headers={TOKEN: _MADE[TOKEN]})
    @routes.problems(409, 503)
    def make_contact() -> Response:
        """Make a contact.

        201 has the new contact. If the phone or the user id is known, 200 has the contact that it finds, and nothing
        changes. A key without the scope `read` is told the contact's id alone. What does not show within two seconds
        is 202 with the ids of its messages.
        """
        call = new_contact(read_object(read_bytes(request.stream, request.content_length)))
        with ledger.log_reader() as log:
            holder = (log.holder_of_phone(call.phone) if call.phone else None) or (
                log.holder_of_user_id(call.user_id) if call.user_id else None
            )
        if holder is not None:
            return _at(documents.now(ledger, holder.contact), 200)
        ids = door.tracker.tell(call, CONTACTS)
        headers = {TOKEN: door.consistency.token(CONTACTS, ids[-1])}
        try:
            entry = door.consistency.wait(headers[TOKEN])
        except NotShown:
            message = "the contact is on its way: the messages are on the disk of the bus"
            return json_answer({"result": True, "message": message, "id": ids[0], "ids": ids}, 202, headers)
        with ledger.log_reader() as log:
            first = log.by_message_id(ids[0], CONTACTS)
        assert entry.contact is not None
        # in the same moment somebody else may have made it
        status = 201 if first is not None and first.position == entry.contact else 200
        return _at(documents.now(ledger, entry.contact), status, headers)

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
        with ledger.log_reader() as log:
            found = find_id(log, id)
            if found.asked != found.contact and "as_of" not in query:
                return _moved(documents.id_of(log, found))
            try:
                position = position_of(log, query.get("as_of"))
            except BadMoment as fault:
                raise bad_parameter("as_of", f"is not possible: {fault}") from None
            document = documents.contact(ledger, log, found, position)
        response = json_answer(document)
        if position is None:
            response.set_etag(str(document["position"]))
            response.make_conditional(request)
        return response

    @routes.get("/v1/contacts/<id>/history", scope=("read", "audit"))
    @routes.query(HistoryQuery)
    @routes.answers(200, HistorySchema, example=examples.HISTORY)
    @routes.problems(404, 503)
    def history(query: dict[str, Any], id: str) -> Response:
        """Read what happened to a contact.

        Oldest first, with what each event changed, from what to what. What happened to a contact that was merged into
        this one is part of it.
        """
        with ledger.log_reader() as log:
            return json_answer(documents.history(log, find_id(log, id), query["after"], query["limit"]))

    @routes.get("/v1/contacts/<id>/explain", scope="read")
    @routes.query(ExplainQuery)
    @routes.answers(200, ExplanationSchema, example=examples.EXPLANATION)
    @routes.problems(404, 503)
    def explain(query: dict[str, Any], id: str) -> Response:
        """Read why a contact is as it is.

        For each value the event that set it, and those that lost to it with the rule that decided.
        """
        with ledger.log_reader() as log:
            return json_answer(documents.explain(log, find_id(log, id), query.get("trait")))

    return routes


def _at(document: dict[str, Any], status: int, headers: Mapping[str, str] | None = None) -> Response:
    shown = document if "read" in g.key.scopes else {"id": document["id"]}
    return json_answer(shown, status, {"Location": f"{CONTACTS}/{document['id']}", **(headers or {})})


def _moved(id: str) -> Response:
    asked = request.args.to_dict()
    location = f"/v1/contacts/{id}" + (f"?{urlencode(asked)}" if asked else "")
    body = {"result": True, "message": "this contact was merged into another", "contact": id}
    return json_answer(body, 308, {"Location": location})
