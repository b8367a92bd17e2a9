"""Rejected messages: listed, taken again, dropped (R28, R33)."""

from collections.abc import Callable
from typing import Any

import msgspec
from flask import Response, g

from service.api.description.examples import ledger_examples as examples
from service.api.description.parameters import RejectedQuery
from service.api.description.shapes import rejected_shapes as shapes
from service.api.description.shapes.ledger_shapes import RejectedSchema
from service.api.http.routing import Routes, Scopes, json_answer
from service.commands.rejected_messages import (
    CountMoved,
    IsSettled,
    NotRejected,
    RefusedAgain,
    RejectedMessages,
    Which,
)
from service.commands.retry_message import CannotBeTaken, SettlingOrder
from service.http.problem import Problem
from service.http.services import Services
from service.http.settling import rejected_messages
from service.queries.as_of import position_in
from service.queries.ledger.rejected import rejected_page

REJECTED = "/v1/rejected"
"""The address of the rejected messages, and the source of the orders that are sent from here."""

_SETTLING: Scopes = (("audit", "track"),)
"""Both: an answer tells of what others sent, and what is settled stays so."""


def rejected_routes(services: Services) -> Routes:
    """The routes about rejected messages."""
    routes = Routes("rejected", "Messages that were not accepted: taken again, or dropped")
    messages = rejected_messages(services, REJECTED)
    _listing(routes, services)
    _one(routes, messages)
    _many(routes, messages)
    return routes


def _listing(routes: Routes, services: Services) -> None:
    @routes.get("/v1/rejected", scope="audit")
    @routes.query(RejectedQuery)
    @routes.answers(200, RejectedSchema, example=examples.REJECTED)
    @routes.problems(503)
    def rejected(query: dict[str, Any]) -> Response:
        """List messages that were not accepted.

        Newest first, each whole, with its reason and what became of it. `total` counts all that the list has; `reasons`
        counts by reason, whichever one is asked for.
        """
        with services.readers.log() as log:
            return json_answer(rejected_page(log, **query))


def _one(routes: Routes, messages: RejectedMessages) -> None:
    @routes.post("/v1/rejected/<position>/retry", scope=_SETTLING)
    @routes.body(shapes.RetryBody, example=shapes.RETRY)
    @routes.answers(200, shapes.SettledSchema, example=shapes.SETTLED)
    @routes.answers(202, shapes.SettledSchema)
    @routes.problems(404, 409, 422, 503)
    def retry_message(body: dict[str, Any], position: str) -> Response:
        """Have a rejected message taken again.

        As it stands, after a rule or another message has changed; or corrected, by `message`, which keeps source and
        id. What it says counts as of when it was first said. 409: it is settled already, or was refused again; 422: it
        breaks rules. What is not decided within two seconds is 202.
        """
        number, said = _number(position), _said(body)
        corrected = None if body["message"] is None else msgspec.json.encode(body["message"])
        return _answer(number, lambda: messages.retry(number, said, corrected))

    @routes.post("/v1/rejected/<position>/drop", scope=_SETTLING)
    @routes.body(shapes.DropBody, example=shapes.DROP)
    @routes.answers(200, shapes.SettledSchema, example=shapes.SETTLED)
    @routes.answers(202, shapes.SettledSchema)
    @routes.problems(404, 409, 422, 503)
    def drop_message(body: dict[str, Any], position: str) -> Response:
        """Drop a rejected message.

        It stays in the log as it is, and is never taken. 409: it is settled already.
        """
        number, said = _number(position), _said(body)
        return _answer(number, lambda: messages.drop(number, said))


def _many(routes: Routes, messages: RejectedMessages) -> None:
    @routes.post("/v1/rejected/retry", scope=_SETTLING)
    @routes.body(shapes.RetryAllBody, example=shapes.ALL)
    @routes.answers(200, shapes.PlanSchema, example=shapes.PLAN)
    @routes.answers(202, shapes.PlanSchema, example=shapes.SENT)
    @routes.problems(409, 422, 503)
    def retry_all(body: dict[str, Any]) -> Response:
        """Have many rejected messages taken again, as they stand.

        Without `count` it says how many there are, and does nothing. With it they are sent, the newest 10,000 at most,
        if they are as many; 409 says how many there are by now. Those that today's rules refuse as well stay open.
        """
        return _all(messages, messages.retry_all, body)

    @routes.post("/v1/rejected/drop", scope=_SETTLING)
    @routes.body(shapes.DropAllBody, example=shapes.ALL)
    @routes.answers(200, shapes.PlanSchema, example=shapes.PLAN)
    @routes.answers(202, shapes.PlanSchema, example=shapes.SENT)
    @routes.problems(409, 422, 503)
    def drop_all(body: dict[str, Any]) -> Response:
        """Drop many rejected messages. Takes `count` as the retry of many does."""
        return _all(messages, messages.drop_all, body)


def _said(body: dict[str, Any]) -> SettlingOrder:
    return SettlingOrder(f"key:{g.key.name}", body["reason"])


def _number(position: str) -> int:
    number = position_in(position)
    if number is None:
        raise Problem(404, "there is no rejected message at this position")
    return number


def _answer(position: int, order: Callable[[], int | None]) -> Response:
    try:
        settled = order()
    except NotRejected as fault:
        raise Problem(404, str(fault)) from None
    except IsSettled as fault:
        raise Problem(409, str(fault), reason="wrong_state", position=fault.position) from None
    except RefusedAgain as fault:
        raise Problem(409, str(fault), reason=fault.reason, position=fault.position) from None
    except CannotBeTaken as fault:
        raise Problem(422, str(fault), reason=fault.reason) from None
    return json_answer({"position": position, "settled_by": settled}, 202 if settled is None else 200)


def _all(
    messages: RejectedMessages, order: Callable[[Which, int, SettlingOrder], int], body: dict[str, Any]
) -> Response:
    which, count = Which(body["rejected_for"], body["source"]), body["count"]
    plan = messages.plan(which)
    if count is None:
        return json_answer(_plan(plan, 0))
    try:
        sent = order(which, count, _said(body))
    except CountMoved as fault:
        raise Problem(409, str(fault), reason="wrong_state", count=fault.found) from None
    return json_answer(_plan(plan, sent), 202)


def _plan(plan: Any, sent: int) -> dict[str, int]:
    return {"count": plan.count, "ready": plan.ready, "open": plan.open, "sent": sent}
