"""Making a contact, and changing one that is known (R25, R26): the calls are read here, and the answers worded."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from flask import Response, g

from ledger.events.calls import contact_patch, new_contact
from ledger.events.schema import SCHEMAS, FieldFault
from projections.fold.contact_document import contact_document
from projections.fold.state import ContactState
from service.api.description.examples import writing_examples as examples
from service.api.description.shapes.contact_shapes import ListedSchema, MovedSchema
from service.api.description.shapes.shapes import TakenSchema
from service.api.http.claims import claim_of
from service.api.http.if_match import IF_MATCH, named_positions
from service.api.http.routing import TOKEN, Routes, json_answer
from service.api.routes.contacts import moved
from service.commands.call_messages import noted
from service.commands.change_contact import ContactChanged, ContactChanges, ContactMoved, Written
from service.http.admission.body import read_object
from service.http.problem import Problem
from service.http.services import Services
from service.queries.contact import contact as documents

CONTACTS = "/v1/contacts"
"""The contacts' address, and the source of the messages that are sent from here."""

_TOKEN = {TOKEN: "For reads that must show this"}
_LOCATION = {"Location": "The contact's address"}
_ETAG = {"ETag": "The position of the contact's newest event"}


def writing_routes(services: Services) -> Routes:
    """The routes that make and change contacts."""
    routes = Routes("writing", "Make and change contacts")
    changes = ContactChanges(CONTACTS, services.tracker, services.readers, services.consistency)
    _making(routes, services, changes)
    _changing(routes, services, changes)
    return routes


def _making(routes: Routes, services: Services, changes: ContactChanges) -> None:
    @routes.post("/v1/contacts", scope="track")
    @routes.takes(SCHEMAS["NewContact"], example=examples.NEW_CONTACT)
    @routes.repeatable()
    @routes.answers(201, ListedSchema, example=examples.MADE_CONTACT, headers={**_LOCATION, **_TOKEN})
    @routes.answers(200, ListedSchema, example=examples.MADE_CONTACT, headers=_LOCATION)
    @routes.answers(202, TakenSchema, headers=_TOKEN)
    @routes.problems(409, 410, 503)
    def make_contact() -> Response:
        """Make a contact.

        201 has the new contact. If the phone or the user id is known, 200 has the contact that it finds, and nothing
        changes; a user id of a contact with another phone is 409. A key without the scope `read` is told the contact's
        id alone. What does not show within two seconds is 202 with the ids of its messages.
        """
        call = new_contact(read_object(g.content))
        made = changes.make(call, g.key.name, partial(claim_of, services.idempotency, g.content))
        if isinstance(made, int):
            return _at(documents.now(services.readers, made) | noted(call.notes), 200)
        if made.entry is None:
            return _on_its_way(made, call.notes)
        with services.readers.log() as log:
            document = documents.left_by(services.readers, log, made.entry)
        return _at(document | noted(call.notes), 201 if made.is_new else 200, {TOKEN: made.token})


def _changing(routes: Routes, services: Services, changes: ContactChanges) -> None:
    @routes.patch("/v1/contacts/<id>", scope="track")
    @routes.takes(SCHEMAS["ContactPatch"], example=examples.CONTACT_PATCH)
    @routes.repeatable(IF_MATCH)
    @routes.answers(200, ListedSchema, example=examples.CHANGED_CONTACT, headers={**_ETAG, **_TOKEN})
    @routes.answers(202, TakenSchema, headers=_TOKEN)
    @routes.answers(308, MovedSchema, headers={"Location": "The address of the contact it was merged into"})
    @routes.problems(404, 409, 410, 412, 503)
    def change_contact(id: str) -> Response:
        """Change a contact.

        Attributes that are named get a new value, or none by `null`; tags are added; a user id can be given to a
        contact that has none. A phone never changes. With `If-Match` the contact is changed only if nothing has
        happened to it since it was read with that ETag: else 412 has the contact as it is now. 200 has the contact as
        it was left. What does not show within two seconds is 202 with the ids of its messages. A key without the
        scope `read` is told the contact's id alone.
        """
        patch = contact_patch(read_object(g.content))
        try:
            claim = partial(claim_of, services.idempotency, g.content)
            changed = changes.change(id, patch, g.key.name, claim, named_positions())
        except ContactMoved as fault:
            return moved(fault.into)
        except ContactChanged as fault:
            raise _changed(fault.current) from None
        if changed.entry is None:
            return _on_its_way(changed)
        with services.readers.log() as log:
            left = documents.left_by(services.readers, log, changed.entry)
        return json_answer(_readable(left), 200, {TOKEN: changed.token, "ETag": f'"{left["position"]}"'})


def _changed(current: ContactState) -> Problem:
    shown = {"contact": contact_document(current)} if "read" in g.key.scopes else {}
    return Problem(
        412,
        f"the contact has changed since it was read: If-Match does not name its newest event, {current.position}",
        headers={"ETag": f'"{current.position}"'},
        reason="precondition_failed",
        position=current.position,
        **shown,
    )


def _on_its_way(written: Written, notes: Sequence[FieldFault] = ()) -> Response:
    message = "the contact is on its way: the messages are on the disk of the bus"
    answer = {"result": True, "message": message, "id": written.ids[0], "ids": written.ids, **noted(notes)}
    return json_answer(answer, 202, {TOKEN: written.token})


def _readable(document: dict[str, Any]) -> dict[str, Any]:
    if "read" in g.key.scopes:
        return document
    return {name: document[name] for name in ("id", "notes") if name in document}


def _at(document: dict[str, Any], status: int, headers: Mapping[str, str] | None = None) -> Response:
    return json_answer(_readable(document), status, {"Location": f"{CONTACTS}/{document['id']}", **(headers or {})})
