"""Making a contact (R25)."""

from collections.abc import Mapping
from typing import Any

from flask import Response, g, request

from ledger.events.calls import TrackUser, new_contact
from ledger.events.schema import SCHEMAS
from service import contacts as documents
from service.api import examples
from service.api.body import read_bytes, read_object
from service.api.claims import claim_of
from service.api.door import Door
from service.api.routes import TOKEN, Routes, json_answer
from service.api.shapes import ListedSchema, TakenSchema
from service.consistency import NotShown

CONTACTS = "/v1/contacts"
"""The contacts' address, and the source of the messages that are sent from here."""

_MADE = {"Location": "The contact's address", TOKEN: "For reads that must show this"}


def writing_routes(door: Door) -> Routes:
    """The routes that make contacts."""
    routes = Routes("writing", "Make contacts")
    ledger = door.deployment

    @routes.post("/v1/contacts", scope="track")
    @routes.takes(SCHEMAS["NewContact"], example=examples.NEW_CONTACT)
    @routes.repeatable
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
        content = read_bytes(request.stream, request.content_length)
        call = new_contact(read_object(content))
        claim = claim_of(door.idempotency, content)
        ids = None if claim is None else door.tracker.told(call, CONTACTS, claim)
        if ids is None:
            if (known := _holder(call)) is not None:
                return _at(documents.now(ledger, known), 200)
            ids = door.tracker.tell(call, CONTACTS, claim)
        headers = {TOKEN: door.consistency.token(CONTACTS, ids[-1])}
        try:
            entry = door.consistency.wait(headers[TOKEN])
        except NotShown:
            message = "the contact is on its way: the messages are on the disk of the bus"
            return json_answer({"result": True, "message": message, "id": ids[0], "ids": ids}, 202, headers)
        with ledger.log_reader() as log:
            first = log.by_message_id(ids[0], CONTACTS)
            made = documents.left_by(log, entry)
        # in the same moment somebody else may have made it
        status = 201 if first is not None and first.position == entry.contact else 200
        return _at(made, status, headers)

    def _holder(call: TrackUser) -> int | None:
        with ledger.log_reader() as log:
            holder = (log.holder_of_phone(call.phone) if call.phone else None) or (
                log.holder_of_user_id(call.user_id) if call.user_id else None
            )
        return None if holder is None else holder.contact

    return routes


def _at(document: dict[str, Any], status: int, headers: Mapping[str, str] | None = None) -> Response:
    shown = document if "read" in g.key.scopes else {"id": document["id"]}
    return json_answer(shown, status, {"Location": f"{CONTACTS}/{document['id']}", **(headers or {})})
