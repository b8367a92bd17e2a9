"""The track calls, compatible with the hub's public API (R6-R9): plain WSGI, in front of the Flask application.

They are most of the traffic, and Flask's own work for a request takes longer than all of theirs.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import msgspec

from ledger.events.schema import SCHEMAS
from service.api.description.openapi import Description
from service.api.description.shapes.shapes import TakenSchema
from service.api.http.errors import problem_of_any
from service.api.http.routing import IDEMPOTENCY_KEY, TOKEN, problem_references
from service.api.server.metrics import Metrics
from service.commands.call_messages import noted
from service.commands.group_commit import nothing
from service.commands.idempotency import Claim
from service.commands.track import Ready
from service.deployment.tables.keys import Key
from service.deployment.tables.scopes import Scope
from service.http.admission.body import read_bytes, read_object
from service.http.problem import Problem
from service.http.protective import NOT_KEPT, SAFE
from service.http.services import Services

USERS = "/v1/public/track/users"
EVENTS = "/v1/public/track/events"
"""These addresses are also the sources that the calls' messages carry."""

SCOPE: Scope = "track"

_JSON = (("Content-Type", "application/json"),)
_NO_QUOTA: Mapping[str, str] = {}
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """What a call of one address is answered with when its messages are on the bus, and what makes them."""

    route: str
    status: int
    message: str
    read: Callable[[dict[str, Any], str, str, Callable[[], Claim] | None], Ready]


class TrackCalls:
    """Answers `POST /v1/public/track/users/` and `/events/`, with and without the slash; `rest` answers the others."""

    def __init__(self, services: Services, metrics: Metrics, rest: WSGIApplication) -> None:
        self._services = services
        self._metrics = metrics
        self._rest = rest
        users = _Endpoint(USERS, 202, "User tracked successfully", services.tracker.user)
        events = _Endpoint(EVENTS, 201, "Event created successfully", services.tracker.event)
        self._kinds = {USERS: users, f"{USERS}/": users, EVENTS: events, f"{EVENTS}/": events}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The WSGI application."""
        kind = self._kinds.get(environ["PATH_INFO"])
        if kind is None:
            return self._rest(environ, start_response)
        begun, quota, let_next_go_on = time.perf_counter(), _NO_QUOTA, nothing
        try:
            try:
                caller = self._admit(environ)
                quota = self._services.gate.spend(caller)
                self._services.seats.take(caller.id)
                try:
                    ready = self._read(environ, caller, kind)
                    content, token = self._answer(kind, ready)  # while the others are not done either
                    let_next_go_on = self._services.tracker.publish(ready)
                finally:
                    self._services.seats.leave(caller.id)
                status, headers = kind.status, [*_JSON, ("Content-Length", str(len(content))), (TOKEN, token)]
            except Exception as fault:
                problem = problem_of_any(fault, kind.route, self._services.new_id, self._metrics)
                status, headers, content = problem.status, problem.all_headers, problem.content
            headers += (*quota.items(), *SAFE, NOT_KEPT)
            # counted first: who has the answer must find it among the counts
            self._metrics.answered(kind.route, environ["REQUEST_METHOD"], status, time.perf_counter() - begun)
            start_response(f"{status} {HTTPStatus(status).phrase}", headers)
            return [content]
        finally:
            let_next_go_on()

    def _answer(self, kind: _Endpoint, ready: Ready) -> tuple[bytes, str]:
        """The body and the token for when the messages are on the bus."""
        taken = {"result": True, "message": kind.message, "id": ready.ids[0], "ids": ready.ids}
        content = _encode(taken | noted(ready.notes) if ready.notes else taken)
        return content, self._services.consistency.token(kind.route, ready.ids[-1])

    def _admit(self, environ: WSGIEnvironment) -> Key:
        if environ["REQUEST_METHOD"] != "POST":
            raise Problem(405, f"{environ['REQUEST_METHOD']} is not possible here; use POST", headers={"Allow": "POST"})
        return self._services.gate.admit(environ.get("HTTP_AUTHORIZATION"), environ.get("REMOTE_ADDR", ""), SCOPE)

    def _read(self, environ: WSGIEnvironment, caller: Key, kind: _Endpoint) -> Ready:
        content = read_bytes(environ)
        key = environ.get("HTTP_IDEMPOTENCY_KEY")
        claim = (
            None
            if key is None
            else partial(self._services.idempotency.claim, caller.name, key, kind.route.encode(), content)
        )
        return kind.read(read_object(content), kind.route, caller.name, claim)


def describe_track_calls(description: Description) -> None:
    """Add these calls to the description, which cannot find them among Flask's routes."""
    description.head("track", "Tell what is known of a contact; compatible with the hub's public API")
    for path, operation in ((USERS, _USERS), (EVENTS, _EVENTS)):
        description.describe(f"{path}/", SCOPE, operation)


def _operation(
    name: str, summary: str, text: str, shape: str, body: dict[str, Any], status: int, taken: dict[str, Any]
) -> dict[str, Any]:
    return {
        "operationId": name,
        "tags": ["track"],
        "summary": summary,
        "description": text,
        "parameters": [IDEMPOTENCY_KEY],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": SCHEMAS[shape], "example": body}},
        },
        "responses": {
            status: {
                "description": "The messages are on the disk of the bus",
                "headers": {
                    TOKEN: {"description": "For a read that must show this write", "schema": {"type": "string"}}
                },
                "content": {"application/json": {"schema": TakenSchema, "example": taken}},
            },
            **problem_references(400, 409, 413, 422, 503),
        },
    }


_WHO = """\
Say who by `userId`, by `phoneNumber` with `countryCode`, or by `fullPhoneNumber`; by both if you know both.
The body is read as JSON whatever its `Content-Type`.
"""

_USERS = _operation(
    "track_user",
    "Track a contact.",
    "A new value of an attribute replaces the old one, unless it is stated for an earlier time (`createdAt`); "
    "attributes that are not named stay; tags are added. Attributes and tags travel as two messages.\n\n" + _WHO,
    "TrackUser",
    {
        "userId": "0123abc45d",
        "phoneNumber": "9967536783",
        "countryCode": "+91",
        "traits": {"name": "Gavin Roberts", "dob": "1996-12-01"},
        "tags": ["new customer"],
    },
    202,
    {
        "result": True,
        "message": "User tracked successfully",
        "id": "01a207d6-bea7-7073-b0fa-75c6c7f1f880",
        "ids": ["01a207d6-bea7-7073-b0fa-75c6c7f1f880", "01a207d6-bea7-7073-b0fa-75c77a3044c2"],
    },
)

_EVENTS = _operation(
    "track_event",
    "Track an event.",
    "The event joins the contact's history; its traits never change the contact's.\n\n" + _WHO,
    "TrackEvent",
    {"userId": "0123abc45d", "event": "Order placed", "traits": {"items": [{"sku": "A-1", "count": 2}]}},
    201,
    {
        "result": True,
        "message": "Event created successfully",
        "id": "01a207d6-c010-7c2a-a153-4cbdce960a64",
        "ids": ["01a207d6-c010-7c2a-a153-4cbdce960a64"],
    },
)
