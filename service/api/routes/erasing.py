"""Erasure of a contact (R31)."""

from typing import Any

from flask import Response, g

from service.api.description.shapes.erasure_shapes import (
    ERASE,
    ERASED,
    READMIT,
    READMITTED,
    ErasedSchema,
    ErasureBody,
    ReadmissionBody,
    ReadmittedSchema,
)
from service.api.http.arguments import bad_member
from service.api.http.routing import Routes, json_answer
from service.commands.erase_contact import ReasonUnfit
from service.commands.readmit_person import NotKeptOut
from service.http.problem import Problem
from service.http.services import Services
from service.http.shown.receipts import told
from service.jobs.erasing.orders import ErasureRefused
from service.queries.contact.find import find_id

_SECONDS = 2.0


def erasure_routes(services: Services) -> Routes:
    """The routes that erase a contact, and that let somebody in again who is kept out."""
    routes = Routes("erasure", "A person removed from everything, for good")

    @routes.delete("/v1/contacts/<id>", scope="erase")
    @routes.body(ErasureBody, example=ERASE)
    @routes.answers(200, ErasedSchema, example=ERASED)
    @routes.answers(202, ErasedSchema)
    @routes.problems(404, 409, 410, 503)
    def erase_contact(body: dict[str, Any], id: str) -> Response:
        """Erase a contact.

        Its entries in the log are emptied, with those of all contacts that were ever merged with it, and so is every
        place that holds something of the person; an entry stays that says when, by whom and why. It cannot be undone.
        `keep_out`: whatever names the person from then on is refused, 409 with `reason` `kept_out`, or rejected, and
        only a keyed hash of each phone and user id is kept; `contacts readmit` lets the person in again.
        The answer names each place. 202: something is still waited for, and is finished by itself; the same call then
        is 410, with the position of the entry that erased it. A phone, user id, name or email of the
        person in the reason is 422.
        """
        try:
            by = f"key:{g.key.name}"
            pending = services.erasing.order(
                lambda log: find_id(log, id), by, body["reason"], keep_out=body["keep_out"]
            )
            receipt = services.erasing.watch(pending, _SECONDS)
        except ReasonUnfit as fault:
            raise bad_member("reason", f"is unfit: {fault}") from None
        except ErasureRefused as fault:
            raise Problem(409, str(fault), reason="wrong_state") from None
        document = told(pending.contact, receipt)
        return json_answer(document, 200 if document["done"] else 202)

    @routes.post("/v1/readmissions", scope="erase")
    @routes.body(ReadmissionBody, example=READMIT)
    @routes.answers(200, ReadmittedSchema, example=READMITTED)
    @routes.answers(202, ReadmittedSchema)
    @routes.problems(404, 503)
    def readmit(body: dict[str, Any]) -> Response:
        """Let somebody in again who was erased and is kept out.

        By one phone or user id, all that the erasure named are let in. Nothing that was erased comes back. The order
        names nobody: it has the keyed hash. 202: it is on its way, and counts when the ledger has taken it. 404: nobody
        with this phone or user id is kept out.
        """
        who, by = body["phone_or_user_id"], f"key:{g.key.name}"
        try:
            position = services.readmitting.order(who, by, body["reason"], _SECONDS)
        except ReasonUnfit as fault:
            raise bad_member("reason", f"is unfit: {fault}") from None
        except NotKeptOut as fault:
            raise Problem(404, str(fault)) from None
        return json_answer({"position": position}, 202 if position is None else 200)

    return routes
