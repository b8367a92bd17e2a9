"""Making a contact, and changing one that is known (R25, R26)."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from flask import Response, g, request

from ledger.events.calls import ContactPatch, TrackUser, contact_patch, new_contact
from ledger.events.identity import Conflict, Known, resolve
from ledger.events.schema import SCHEMAS, Fault
from ledger.log.entry import Entry, public_id
from ledger.log.sqlite.reader import LogReader
from projections.fold.state import ContactState
from projections.fold.view import contact_document
from service.api.description import writing_examples as examples
from service.api.description.shapes import ListedSchema, MovedSchema, TakenSchema
from service.api.http.claims import claim_of
from service.api.http.routing import TOKEN, Routes, json_answer
from service.api.routes.contacts import moved
from service.commands.conflicts import IdentityConflict
from service.commands.idempotency import Claim
from service.commands.messages import noted
from service.commands.track import Terms
from service.http.body import read_object
from service.http.problem import Problem
from service.http.services import Services
from service.queries import contact as documents
from service.queries.consistency import NotShown, WriteRejected
from service.queries.find import find_id

CONTACTS = "/v1/contacts"
"""The contacts' address, and the source of the messages that are sent from here."""

_LONGEST_TAG = 16
"""Digits: a position has fewer."""

_TOKEN = {TOKEN: "For reads that must show this"}
_LOCATION = {"Location": "The contact's address"}
_ETAG = {"ETag": "The position of the contact's newest event"}
_IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "description": "The ETag that the contact was read with: change it only if nothing has happened to it since",
    "schema": {"type": "string"},
}


def writing_routes(services: Services) -> Routes:
    """The routes that make and change contacts."""
    routes = Routes("writing", "Make and change contacts")
    readers = services.readers

    @routes.post("/v1/contacts", scope="track")
    @routes.takes(SCHEMAS["NewContact"], example=examples.NEW_CONTACT)
    @routes.repeatable()
    @routes.answers(201, ListedSchema, example=examples.MADE_CONTACT, headers={**_LOCATION, **_TOKEN})
    @routes.answers(200, ListedSchema, example=examples.MADE_CONTACT, headers=_LOCATION)
    @routes.answers(202, TakenSchema, headers=_TOKEN)
    @routes.problems(409, 503)
    def make_contact() -> Response:
        """Make a contact.

        201 has the new contact. If the phone or the user id is known, 200 has the contact that it finds, and nothing
        changes; a user id of a contact with another phone is 409. A key without the scope `read` is told the contact's
        id alone. What does not show within two seconds is 202 with the ids of its messages.
        """
        content = g.content
        call = new_contact(read_object(content))
        claim = claim_of(services.idempotency, content)
        ids = _told(call, claim)
        if ids is None:
            known = _opened(call)
            if known is not None and (ids := _told(call, claim)) is None:
                return _at(documents.now(readers, known) | noted(call.notes), 200)
            ids = ids or services.tracker.publish_call(
                call, CONTACTS, claim
            )  # that it is known may be by this very call's messages
        headers = _token(ids)
        entry = _shown(headers)
        if entry is None:
            return _on_its_way(ids, headers, call.notes)
        with readers.log() as log:
            first = log.by_message_id(ids[0], CONTACTS)
            made = documents.left_by(readers, log, entry)
        # in the same moment somebody else may have made it
        status = 201 if first is not None and first.position == entry.contact else 200
        return _at(made | noted(call.notes), status, headers)

    @routes.patch("/v1/contacts/<id>", scope="track")
    @routes.takes(SCHEMAS["ContactPatch"], example=examples.CONTACT_PATCH)
    @routes.repeatable(_IF_MATCH)
    @routes.answers(200, ListedSchema, example=examples.CHANGED_CONTACT, headers={**_ETAG, **_TOKEN})
    @routes.answers(202, TakenSchema, headers=_TOKEN)
    @routes.answers(308, MovedSchema, headers={"Location": "The address of the contact it was merged into"})
    @routes.problems(404, 409, 412, 503)
    def change_contact(id: str) -> Response:
        """Change a contact.

        Attributes that are named get a new value, or none by `null`; tags are added; a user id can be given to a
        contact that has none. A phone never changes. With `If-Match` the contact is changed only if nothing has
        happened to it since it was read with that ETag: else 412 has the contact as it is now. 200 has the contact as
        it was left. What does not show within two seconds is 202 with the ids of its messages. A key without the
        scope `read` is told the contact's id alone.
        """
        content = g.content
        patch = contact_patch(read_object(content))
        with readers.log() as log:
            found = find_id(log, id)
            if found.asked != found.contact:
                return moved(documents.id_of(log, found))
        current = documents.state_now(readers, found.contact)
        call, by_phone_alone = _call(current, patch)
        claim = claim_of(services.idempotency, content)
        ids = _told(call, claim)
        if ids is None:
            if patch.user_id is not None and current.user_id not in (None, patch.user_id):
                text = "this contact already has a user id, which is fixed once it is set"
                with readers.log() as log:
                    raise IdentityConflict(text, _held(log, log.holder_of_user_id(patch.user_id)))
            is_repeat = claim is not None and claim.is_repeat
            ids = services.tracker.publish_call(
                call, CONTACTS, claim, Terms(by_phone_alone, _based_on(current, is_repeat))
            )
        headers = _token(ids)
        try:
            entry = _shown(headers)
        except WriteRejected as fault:
            if fault.reason != "precondition_failed":
                raise
            with suppress(NotShown):  # what it lost to came before it
                services.consistency.wait_for(fault.position)
            raise _changed(documents.state_now(readers, found.contact)) from None
        if entry is None:
            return _on_its_way(ids, headers)
        with readers.log() as log:
            left = documents.left_by(readers, log, entry)
        return json_answer(_readable(left), 200, {**headers, "ETag": f'"{left["position"]}"'})

    def _told(call: TrackUser, claim: Claim | None) -> list[str] | None:
        """The ids of the messages of a repeated call, once the log has them."""
        return None if claim is None else services.tracker.published_before(call, CONTACTS, claim)

    def _token(ids: Sequence[str]) -> dict[str, str]:
        return {TOKEN: services.consistency.token(CONTACTS, ids[-1])}

    def _shown(headers: Mapping[str, str]) -> Entry | None:
        try:
            return services.consistency.wait(headers[TOKEN])
        except NotShown:
            return None

    def _opened(call: TrackUser) -> int | None:
        """The contact that is known; None where there is none. A known phone decides alone (R25)."""
        with readers.log() as log:
            holder = log.holder_of_phone(call.phone) if call.phone else None
            if holder is None and call.user_id:
                holder = log.holder_of_user_id(call.user_id)
                decision = resolve(call.phone, call.user_id, None, holder)
                if isinstance(decision, Conflict):
                    raise IdentityConflict(decision.message, _held(log, holder))
        return None if holder is None else holder.contact

    return routes


def _held(log: LogReader, holder: Known | None) -> dict[str, str]:
    """Who holds a user id, as a conflict tells it."""
    return {} if holder is None else {"user_id": public_id(log.ids([holder.contact])[holder.contact])}


def _call(current: ContactState, patch: ContactPatch) -> tuple[TrackUser, bool]:
    """The patch as a call about the contact, and whether it is about the phone's contact alone."""
    if current.phone is not None:
        return TrackUser(current.phone, patch.user_id, patch.traits, patch.tags, None), True
    return TrackUser(None, current.user_id, patch.traits, patch.tags, None), False


def _based_on(current: ContactState, is_repeat: bool) -> int | None:
    """The position that the change is conditional on, by the request's If-Match; None: it is not.

    What has happened since may be the call's own first message, when it is sent again: then only the append can tell.
    """
    if "If-Match" not in request.headers or request.if_match.star_tag:
        return None
    positions = [int(tag) for tag in request.if_match if tag.isascii() and tag.isdecimal() and len(tag) < _LONGEST_TAG]
    if not positions or (current.position not in positions and not is_repeat):
        raise _changed(current)
    return max(positions)


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


def _on_its_way(ids: Sequence[str], headers: Mapping[str, str], notes: Sequence[Fault] = ()) -> Response:
    message = "the contact is on its way: the messages are on the disk of the bus"
    return json_answer({"result": True, "message": message, "id": ids[0], "ids": ids, **noted(notes)}, 202, headers)


def _readable(document: dict[str, Any]) -> dict[str, Any]:
    if "read" in g.key.scopes:
        return document
    return {name: document[name] for name in ("id", "notes") if name in document}


def _at(document: dict[str, Any], status: int, headers: Mapping[str, str] | None = None) -> Response:
    return json_answer(_readable(document), status, {"Location": f"{CONTACTS}/{document['id']}", **(headers or {})})
