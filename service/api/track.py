"""The track calls, compatible with the hub's public API (R6-R9): plain WSGI, in front of the Flask application.

They are most of the traffic, and Flask's own work for a request takes longer than all of theirs.
"""

import time
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import msgspec

from service.api.body import read_bytes, read_object
from service.api.door import Door
from service.api.errors import problem_of_any
from service.api.metrics import Metrics
from service.api.problem import Problem

USERS = "/v1/public/track/users"
EVENTS = "/v1/public/track/events"
"""These addresses are also the sources that the calls' messages carry."""

_encode = msgspec.json.Encoder().encode
_Take = Callable[[dict[str, Any], str], list[str]]


class TrackCalls:
    """Answers `POST /v1/public/track/users/` and `/events/`, with and without the slash; `rest` answers the others."""

    def __init__(self, door: Door, metrics: Metrics, rest: WSGIApplication) -> None:
        self._door = door
        self._metrics = metrics
        self._rest = rest
        users = (USERS, "202 Accepted", "User tracked successfully", door.tracker.user)
        events = (EVENTS, "201 Created", "Event created successfully", door.tracker.event)
        self._calls: dict[str, tuple[str, str, str, _Take]] = {
            USERS: users, f"{USERS}/": users, EVENTS: events, f"{EVENTS}/": events
        }  # fmt: skip

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The WSGI application."""
        call = self._calls.get(environ["PATH_INFO"])
        if call is None:
            return self._rest(environ, start_response)
        begun = time.perf_counter()
        route, status, message, take = call
        try:
            ids = take(self._body(environ), route)
        except Exception as fault:
            problem = problem_of_any(fault, route, self._door.new_id)
            status, headers, content = problem.status_line, problem.all_headers, problem.content
        else:
            content = _encode({"result": True, "message": message, "id": ids[0], "ids": ids})
            headers = [("Content-Type", "application/json"), ("Content-Length", str(len(content)))]
        start_response(status, headers)
        self._metrics.answered(route, environ["REQUEST_METHOD"], int(status[:3]), time.perf_counter() - begun)
        return [content]

    def _body(self, environ: WSGIEnvironment) -> dict[str, Any]:
        if environ["REQUEST_METHOD"] != "POST":
            raise Problem(405, f"{environ['REQUEST_METHOD']} is not possible here; use POST", headers={"Allow": "POST"})
        self._door.gate.admit(environ.get("HTTP_AUTHORIZATION"), "track")
        length = environ.get("CONTENT_LENGTH")
        return read_object(read_bytes(environ["wsgi.input"], int(length) if length else None))
