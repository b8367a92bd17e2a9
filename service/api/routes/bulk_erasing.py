"""Erasure of many contacts: counted first, confirmed with the number, and looked at until it has ended (R31)."""

from collections.abc import Callable
from typing import Any

from flask import Response, g

from projections.conditions.condition import BadCondition
from service.api.description.shapes import bulk_erasure_shapes as shapes
from service.api.description.shapes.bulk_erasure_shapes import (
    BulkConfirmationBody,
    BulkErasureBody,
    BulkErasureSchema,
    BulkErasuresQuery,
    BulkErasuresSchema,
)
from service.api.http.arguments import bad_member
from service.api.http.claims import claim_of
from service.api.http.routing import Routes, json_answer
from service.commands.erase_contact import ReasonUnfit
from service.deployment.tables.bulk_erasure_table import BulkErasureUnknown
from service.http.problem import Problem
from service.http.services import Services
from service.jobs.erasing.bulk_erasures import BulkStateWrong, WrongNumber
from service.jobs.erasing.by_selection import EverybodyMeant
from service.queries.filters.selection import Selection

_SOURCE = "/v1/erasures"


def bulk_erasure_routes(services: Services) -> Routes:
    """The routes of erasures of many contacts."""
    routes = Routes("erasures", "Many people removed from everything, for good")
    _asking(routes, services)
    _reading(routes, services)
    _deciding(routes, services)
    return routes


def _asking(routes: Routes, services: Services) -> None:
    @routes.post("/v1/erasures", scope="erase")
    @routes.body(BulkErasureBody, example=shapes.ERASE_MANY)
    @routes.repeatable()
    @routes.answers(202, BulkErasureSchema, example=shapes.COUNTING, headers={"Location": "The address of the erasure"})
    @routes.problems(422, 503)
    def ask_for_erasure(body: dict[str, Any]) -> Response:
        """Prepare the erasure of many contacts.

        `where`, `tag`, `q` and `match` as for the list; one of the first three is needed. Nobody is erased yet: whom
        they find is frozen and counted. Read it until its `state` is `counted`: `contacts` then says exactly how many
        would be erased, and `confirm` with that number erases these and nobody else. It is kept for a day. A `reason`
        with a phone, user id, name or email of one of them makes it `failed`. Under one Idempotency-Key it is one.
        """
        selection = Selection(tuple(body["where"]), tuple(body["tag"]), body["q"], body["match"])
        bulk, by = services.bulk_erasures, f"key:{g.key.name}"
        try:
            bulk.check(selection, body["reason"])
            claim = claim_of(services.idempotency, g.content)
            id = None if claim is None else claim.id
            document = bulk.ask(selection, by, body["reason"], keep_out=body["keep_out"], source=_SOURCE, id=id)
        except ReasonUnfit as fault:
            raise bad_member("reason", f"is unfit: {fault}") from None
        except EverybodyMeant as fault:
            raise bad_member("where", f"is missing: {fault}") from None
        except BadCondition as fault:
            raise bad_member("where", f"is wrong: {fault}") from None
        except ValueError as fault:
            raise bad_member("tag", f"is wrong: {fault}") from None
        return json_answer(document, 202, {"Location": f"/v1/erasures/{document['id']}"})


def _reading(routes: Routes, services: Services) -> None:
    @routes.get("/v1/erasures", scope="erase")
    @routes.query(BulkErasuresQuery)
    @routes.answers(200, BulkErasuresSchema, example={"erasures": [shapes.COUNTED], "retention": None})
    def list_erasures(query: dict[str, Any]) -> Response:
        """List the erasures of many contacts, newest first.

        `retention` as `GET /v1/audit/status` has it: an erasure that a rule began has `by` `retention`.
        """
        found = services.bulk_erasures.newest(query["limit"])
        return json_answer({"erasures": found, "retention": services.status.retention()})

    @routes.get("/v1/erasures/<id>", scope="erase")
    @routes.answers(200, BulkErasureSchema, example=shapes.COUNTED)
    @routes.problems(404)
    def read_erasure(id: str) -> Response:
        """Read how far an erasure of many contacts is."""
        return json_answer(_found(lambda: services.bulk_erasures.find(id)))


def _deciding(routes: Routes, services: Services) -> None:
    @routes.post("/v1/erasures/<id>/confirm", scope="erase")
    @routes.body(BulkConfirmationBody, example=shapes.CONFIRM)
    @routes.answers(202, BulkErasureSchema, example=shapes.ERASING)
    @routes.problems(404, 409)
    def confirm_erasure(body: dict[str, Any], id: str) -> Response:
        """Have those erased who were counted. It cannot be undone.

        `contacts` repeats the number: another one is 409 `wrong_number`, and nobody is erased. What ends in between is
        gone on with. Once more is the same answer.
        """
        by = f"key:{g.key.name}"
        return json_answer(_found(lambda: services.bulk_erasures.confirm(id, body["contacts"], by)), 202)

    @routes.post("/v1/erasures/<id>/cancel", scope="erase")
    @routes.answers(200, BulkErasureSchema)
    @routes.problems(404, 409)
    def cancel_erasure(id: str) -> Response:
        """Have nobody erased any more of those who are not yet. Who is erased stays so."""
        return json_answer(_found(lambda: services.bulk_erasures.cancel(id, f"key:{g.key.name}")))


def _found(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What `work` gives, or the problem that it meets."""
    try:
        return work()
    except BulkErasureUnknown as fault:
        raise Problem(404, str(fault.args[0])) from None
    except WrongNumber as fault:
        raise Problem(409, str(fault), reason="wrong_number") from None
    except BulkStateWrong as fault:
        raise Problem(409, str(fault), reason="wrong_state") from None
