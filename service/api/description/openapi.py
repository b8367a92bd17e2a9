"""The description of all routes, OpenAPI 3.1, and the scope of each: no route has one without the other."""

from collections.abc import Mapping
from functools import cached_property
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

import msgspec
from flask import Flask
from flask_smorest import Api, Blueprint
from werkzeug.routing import Map, Rule

from service.api.description.shapes.kinds import schema_of_kind
from service.api.description.shapes.shapes import ProblemSchema
from service.api.http.routing import KEYED, LIMITED, Alternative, Routes, problem_references, security_of
from service.deployment.tables.scopes import Scope
from service.http.problem import Problem

_ABOUT = """\
Contacts, their attributes and tags, and the whole history of each.

A call signs in with an API key, by `Authorization: Basic base64("<key>:")` or `Authorization: Bearer <key>`; the scope
that it needs is named at each. Routes answer with and without the slash at the end. Every error is one
`application/problem+json` object (RFC 9457) that also has `result: false` and a `message` for a person. Where keys have
a rate limit, every answer says what is left of it in `RateLimit` and `RateLimit-Policy`. The messages
that other services may publish on the bus are described in `/asyncapi.json`.
"""

_SCHEMES: dict[str, dict[str, str]] = {
    "basic": {"type": "http", "scheme": "basic", "description": "The key as user name, without a password"},
    "bearer": {"type": "http", "scheme": "bearer", "description": "The key"},
}

_SAID = {
    400: "the body is not JSON in UTF-8 (line 1, column 1)",
    401: "this API key is not valid",
    403: "this API key lacks the scope 'read'",
    404: "there is nothing at this address",
    409: "the contact with this phone already has another user id: contact 01a20e51-0035-703f-b269-a57f0c2d62ae "
    "has the phone",
    411: "the body comes in chunks, whose end cannot be told here: send it with a Content-Length",
    412: "the contact has changed since it was read: If-Match does not name its newest event, 7",
    413: "the body is over the limit of 256 KiB",
    422: "userId is blank: give it 1-256 characters",
    429: "Rate limit exceeded for this resource",
    503: "the bus did not confirm in time; the call may still have been published",
}
"""What an error may say, for the examples."""

_MEMBERS: dict[int, dict[str, Any]] = {
    409: {"reason": "identity_conflict", "holders": {"phone": "01a20e51-0035-703f-b269-a57f0c2d62ae"}},
    412: {"reason": "precondition_failed", "position": 7},
    422: {"errors": [{"pointer": "/userId", "message": _SAID[422], "reason": "invalid"}]},
}

_RETRY = {"Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer", "minimum": 1}}}
_QUOTA = {
    name: {"description": text, "schema": {"type": "string"}}
    for name, text in (
        ("RateLimit-Policy", 'The key\'s limit, such as "key";q=600;w=60: 600 calls in 60 seconds'),
        ("RateLimit", 'What is left of it, such as "key";r=599;t=42: 599 calls for 42 more seconds'),
    )
}
"""Of every answer to a call that was counted, also those that the description does not name them at."""
_HEADERS: dict[int, dict[str, Any]] = {
    401: {"WWW-Authenticate": {"description": "How to sign in", "schema": {"type": "string"}}},
    412: {"ETag": {"description": "The position it is at now", "schema": {"type": "string"}}},
    429: {**_RETRY, **_QUOTA},
    503: _RETRY,
}


class _Described(Api):  # type: ignore[misc]
    """flask-smorest's description of blueprints, with our errors in place of its own."""

    DEFAULT_ERROR_RESPONSE_NAME = None
    ERROR_SCHEMA = ProblemSchema


class Description:
    """Registers rooms of routes in `app`; `scopes` and `limits` are as `Routes` has them, () for everybody."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._rooms: list[Blueprint] = []
        self._heads: list[dict[str, str]] = []
        self._alone: list[tuple[str, dict[str, Any]]] = []
        self.scopes: dict[tuple[str, str], tuple[Alternative, ...]] = {}
        self.limits: dict[tuple[str, str], int | None] = {}

    def register(self, routes: Routes) -> None:
        """Add a room's routes to the application and to the description."""
        self._app.register_blueprint(routes.blueprint)
        self._rooms.append(routes.blueprint)
        self.scopes.update(routes.scopes)
        self.limits.update(routes.limits)

    def head(self, name: str, description: str) -> None:
        """A heading for operations that are described one by one."""
        self._heads.append({"name": name, "description": description})

    def describe(self, path: str, scope: Scope, operation: Mapping[str, Any]) -> None:
        """Describe a POST that is answered in front of the application."""
        whole = {
            **operation,
            "security": security_of(scope),
            "responses": {**problem_references(*KEYED, *LIMITED), **operation["responses"]},
        }
        self._alone.append((path, whole))
        self.scopes[path.rstrip("/"), "POST"] = (scope,)

    @cached_property
    def content(self) -> bytes:
        """The document, JSON; ask for it once all rooms are registered.

        It takes longer to make than all else of the application, so it is made when somebody asks.
        """
        document = self._described().spec.to_dict()
        document["components"]["schemas"].pop("PaginationMetadata", None)  # flask-smorest's, whose pages we have not
        for operations in document["paths"].values():
            for method in operations.keys() - {"parameters"}:
                operations[method]["responses"] = dict(sorted(operations[method]["responses"].items()))
        return msgspec.json.encode(document)

    def _described(self) -> _Described:
        api = _Described(
            Flask(self._app.name),  # flask-smorest describes rooms as it adds them to an application
            spec_kwargs={
                "title": "Contact Ledger",
                "version": version("contact-ledger"),
                "openapi_version": "3.1.0",
                "info": {"description": _ABOUT},
                "servers": [{"url": "/"}],
            },
        )
        api.ma_plugin.converter.add_attribute_function(schema_of_kind)
        for name, scheme in _SCHEMES.items():
            api.spec.components.security_scheme(name, scheme)
        for status in HTTPStatus:  # in place of what flask-smorest says of it
            api.spec.components.response(status.name, _response(status), lazy=True)
        for room in self._rooms:
            api.register_blueprint(room)
        for head in self._heads:
            api.spec.tag(head)
        for path, operation in self._alone:
            (rule,) = Map([Rule(path)]).iter_rules()  # flask-smorest wants a rule, and the application has none
            api.spec.path(rule=rule, operations={"post": operation})
        return api


def _response(status: HTTPStatus) -> dict[str, Any]:
    if status < 400:
        return {"description": status.phrase}
    shown: dict[str, Any] = {"schema": ProblemSchema}
    if status in _SAID:
        shown["example"] = msgspec.json.decode(Problem(status, _SAID[status], **_MEMBERS.get(status, {})).content)
    response: dict[str, Any] = {"description": status.phrase, "content": {"application/problem+json": shown}}
    return response | ({"headers": _HEADERS[status]} if status in _HEADERS else {})
