"""A room of routes, and how one is added.

A room is a module with one function that makes its `Routes`, each route with its scope and its description:

    def tag_routes(services: Services) -> Routes:
        routes = Routes("tags", "Tags in use")

        @routes.get("/v1/tags", scope="read")
        @routes.query(TagQuery)
        @routes.answers(200, TagList, example={"tags": ["vip"]})
        @routes.problems(503)
        def list_tags(query: dict[str, Any]) -> Response:
            \"\"\"List tags.

            What a caller should know, in Markdown.
            \"\"\"
            return json_answer({"tags": services.tags(query.get("q"))})

        return routes

`service/api/app.py` registers it, in one line. A route names the scope that a key needs (or alternatives, of which any
will do; one of several scopes needs them all), or None for everybody; there is no default. Routes are written without
the slash at the end and answer with it as well. The docstring becomes the operation's summary and description; the
answers for sign-in (401, 403), rate limit (429) and wrong arguments (422) are added by themselves. What a view raises
is answered by `errors.py`. The view makes its `Response` itself: the schemas describe it, and tests hold the answers
against the description.
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from flask import Response
from flask_smorest import Blueprint
from marshmallow import Schema

from service.api.http.arguments import Arguments, OptionalBody
from service.commands.idempotency import HEADER, MOST_CHARACTERS
from service.deployment.tables.scopes import Scope
from service.http.admission.body import LARGEST

Alternative = Scope | tuple[Scope, ...]
"""A scope that is enough by itself, or several that are enough together."""

Scopes = Scope | tuple[Alternative, ...] | None
"""The scope a route needs, or alternatives of which any will do; None: everybody may call."""

View = Callable[..., Response]
Decorator = Callable[[View], View]

TOKEN = "Consistency-Token"
"""The header of a write's answer, and of a read that must show that write."""

_TOKEN_PARAMETER = {
    "in": "header",
    "name": TOKEN,
    "description": "From a write's answer: wait until this shows it, 2 seconds at most (then 503; 409 if rejected)",
    "schema": {"type": "string"},
}
IDEMPOTENCY_KEY = {
    "in": "header",
    "name": HEADER,
    "description": "Makes the call safe to send again: with the same key and body it is the same messages, for ever",
    "schema": {"type": "string", "minLength": 1, "maxLength": MOST_CHARACTERS},
}
"""The header that any call that publishes may carry."""

AWAITING = (409, 422, 503)
"""What any route that reads may answer to such a token, beside its own."""

KEYED = (401, 403, 429)
"""What any route that needs a key may answer, beside its own."""

LIMITED = (400, 411, 413, 503)
"""What any route whose body is read for it may answer, beside its own."""

_OF_BODY: Mapping[int | None, tuple[int, ...]] = {0: (), None: (400, 413, 503)}
"""What it is where there is no body, or the view reads it by itself."""

_encode = msgspec.json.Encoder().encode


def json_answer(document: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A document as JSON."""
    return Response(_encode(document), status, headers, content_type="application/json")


def problem_references(*statuses: int) -> dict[int, str]:
    """The description's shared problem answers of these statuses."""
    return {status: HTTPStatus(status).name for status in statuses}


def each(scopes: Scopes) -> tuple[Alternative, ...]:
    """The alternatives of which any will do; () where everybody may call."""
    if scopes is None:
        return ()
    return (scopes,) if isinstance(scopes, str) else scopes


def security_of(scopes: Scopes) -> list[dict[str, list[str]]]:
    """OpenAPI's security requirement: either way to send a key, with any of the alternatives; none for everybody."""
    return [{way: [one] if isinstance(one, str) else [*one]} for one in each(scopes) for way in ("basic", "bearer")]


class Routes:
    """Routes that belong together; `name` heads them in the description.

    `scopes` has each by (rule, method), and `limits` how many bytes a body may have: it is read before the view, into
    `g.content`. 0 where no body is read, None where the view reads it by itself.
    """

    def __init__(self, name: str, description: str) -> None:
        self.blueprint = Blueprint(name, __name__, description=description)
        self.blueprint.ARGUMENTS_PARSER = Arguments()
        self.scopes: dict[tuple[str, str], tuple[Alternative, ...]] = {}
        self.limits: dict[tuple[str, str], int | None] = {}

    def get(self, rule: str, *, scope: Scopes) -> Decorator:
        """Answer GET at this rule for keys with this scope (None: for everybody, without a key)."""
        return self._on("GET", rule, scope, 0)

    def post(self, rule: str, *, scope: Scopes, most_bytes: int | None = LARGEST) -> Decorator:
        """Answer POST at this rule for keys with this scope."""
        return self._on("POST", rule, scope, most_bytes)

    def patch(self, rule: str, *, scope: Scope) -> Decorator:
        """Answer PATCH at this rule for keys with this scope."""
        return self._on("PATCH", rule, scope, LARGEST)

    def put(self, rule: str, *, scope: Scope) -> Decorator:
        """Answer PUT at this rule for keys with this scope."""
        return self._on("PUT", rule, scope, LARGEST)

    def delete(self, rule: str, *, scope: Scope) -> Decorator:
        """Answer DELETE at this rule for keys with this scope; a body says nothing, but must arrive whole (R36)."""
        return self._on("DELETE", rule, scope, LARGEST)

    def query(self, schema: type[Schema]) -> Decorator:
        """Read the query string by this schema, and give it to the view as its first argument, a dict."""
        decorate: Decorator = self.blueprint.arguments(schema, location="query")
        return decorate

    def body(self, schema: type[Schema], *, example: object) -> Decorator:
        """Read a JSON object by this schema, and give it to the view as an argument, a dict.

        Where the schema is an OptionalBody, no body at all is `{}`.
        """
        required = not issubclass(schema, OptionalBody)
        takes: Decorator = self.blueprint.arguments(schema, location="json", example=example, required=required)
        fails = self.problems(400, 413)
        return lambda view: fails(takes(view))

    def takes(
        self, schema: type[Schema] | Mapping[str, Any], *, example: object, content_type: str = "application/json"
    ) -> Decorator:
        """Describe a body that the view reads itself, by rules of the ledger's own."""
        content = {content_type: {"schema": schema, "example": example}}
        takes: Decorator = self.blueprint.doc(requestBody={"required": True, "content": content})
        fails = self.problems(*((400,) if content_type == "application/json" else ()), 413, 422)
        return lambda view: fails(takes(view))

    def takes_file(self, view: View) -> View:
        """Describe a body with one file, in multipart/form-data; the view reads it itself."""
        file = {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}}
        body = {"required": True, "content": {"multipart/form-data": {"schema": file}}}
        described: View = self.blueprint.doc(requestBody=body, responses=problem_references(400, 413, 422))(view)
        return described

    def repeatable(self, *other_headers: Mapping[str, Any]) -> Decorator:
        """Describe that the call may carry an idempotency key, and other headers, each an OpenAPI parameter."""
        decorate: Decorator = self.blueprint.doc(
            parameters=[IDEMPOTENCY_KEY, *other_headers], responses=problem_references(422, 503)
        )
        return decorate

    def may_name(self, *headers: Mapping[str, Any]) -> Decorator:
        """Describe headers that the call may carry, each an OpenAPI parameter."""
        decorate: Decorator = self.blueprint.doc(parameters=list(headers))
        return decorate

    def answers(
        self,
        status: int,
        schema: type[Schema] | Mapping[str, Any] | None = None,
        *,
        example: object = None,
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> Decorator:
        """Describe an answer that is no error; `headers` by name, each with what it says."""
        described = {
            name: {"description": text, "schema": {"type": "string"}} for name, text in (headers or {}).items()
        }
        decorate: Decorator = self.blueprint.alt_response(
            status,
            schema=schema,
            example=example,
            content_type=content_type,
            headers=described or None,
            success=True,
        )
        return decorate

    def problems(self, *statuses: int) -> Decorator:
        """Describe the errors that a view raises."""
        decorate: Decorator = self.blueprint.doc(responses=problem_references(*statuses))
        return decorate

    def _on(self, method: str, rule: str, scope: Scopes, most_bytes: int | None) -> Decorator:
        reads = "read" in each(scope)
        own = (*(KEYED if scope else ()), *(AWAITING if reads else ()), *_OF_BODY.get(most_bytes, LIMITED))

        def add(view: View) -> View:
            described: View = self.blueprint.doc(
                operationId=view.__name__,
                security=security_of(scope),
                responses=problem_references(*own),
            )(view)
            parameters = [_TOKEN_PARAMETER] if reads else []
            self.blueprint.add_url_rule(rule, view.__name__, described, methods=[method], parameters=parameters)
            self.scopes[rule, method] = each(scope)
            self.limits[rule, method] = most_bytes
            return view

        return add
