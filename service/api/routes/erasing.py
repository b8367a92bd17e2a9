"""Erasure of a contact (R31)."""

from typing import Any

from flask import Response, g

from service.api.description.erasure_shapes import ERASE, ERASED, ErasedSchema, ErasureBody
from service.api.http.arguments import bad_member
from service.api.http.routing import Routes, json_answer
from service.commands.erase_contact import ReasonUnfit
from service.http.problem import Problem
from service.http.receipts import told
from service.http.services import Services
from service.jobs.erasing.erasing import ErasureRefused
from service.queries.find import find_id

_SECONDS = 2.0


def erasure_routes(services: Services) -> Routes:
    """The route that erases a contact."""
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
        The answer names each place. 202: something is still waited for, and is finished by itself; the same call then
        is 410, with the position of the entry that erased it. A phone, user id, name or email of the
        person in the reason is 422.
        """
        try:
            pending = services.erasing.order(lambda log: find_id(log, id), f"key:{g.key.name}", body["reason"])
            receipt = services.erasing.watch(pending, _SECONDS)
        except ReasonUnfit as fault:
            raise bad_member("reason", f"is unfit: {fault}") from None
        except ErasureRefused as fault:
            raise Problem(409, str(fault), reason="wrong_state") from None
        document = told(pending.contact, receipt)
        return json_answer(document, 200 if document["done"] else 202)

    return routes
