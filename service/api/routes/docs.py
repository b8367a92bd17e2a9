"""`/openapi.json` and `/asyncapi.json`, and `/docs`, a page of the first: Swagger UI from its package, offline."""

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from flask import Response, request
from werkzeug.exceptions import NotFound

from service.api.http.routing import Routes

_OURS = Path(__file__).parent / "static"
_SWAGGER_UI = Path(str(files("flask_swagger_ui"))) / "dist"
_FILES = {
    "docs.js": _OURS,
    "swagger-ui-bundle.js": _SWAGGER_UI,
    "swagger-ui.css": _SWAGGER_UI,
    "favicon-32x32.png": _SWAGGER_UI,
}
_TYPES = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8", "png": "image/png"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Swagger UI draws icons from `data:`; scripts, styles and calls are this server's alone, and nothing is inline."""


def docs_routes(calls: Callable[[], bytes], bus: bytes) -> Routes:
    """The descriptions as JSON, of the calls (asked for when all rooms are registered) and of the bus; and a page."""
    routes = Routes("docs", "This description, and that of the bus")

    @routes.get("/openapi.json", scope=None)
    @routes.answers(200, {"type": "object"}, headers={"ETag": "Changes with the description"})
    @routes.answers(304)
    def openapi() -> Response:
        """The description of all calls, OpenAPI 3.1."""
        return _document(calls())

    @routes.get("/asyncapi.json", scope=None)
    @routes.answers(200, {"type": "object"}, headers={"ETag": "Changes with the description"})
    @routes.answers(304)
    def asyncapi() -> Response:
        """The description of the messages that others may publish on the bus, AsyncAPI 3.0."""
        return _document(bus)

    @routes.get("/docs", scope=None)
    @routes.answers(200, {"type": "string"}, content_type="text/html; charset=utf-8")
    def docs() -> Response:
        """The description as a page, on which calls can be tried."""
        response = _file(_OURS / "docs.html", "text/html; charset=utf-8")
        response.headers["Content-Security-Policy"] = _POLICY
        return response

    @routes.get("/docs/<name>", scope=None)
    @routes.answers(200, {"type": "string"}, content_type="text/css; charset=utf-8")
    @routes.answers(200, {"type": "string"}, content_type="text/javascript; charset=utf-8")
    @routes.answers(200, {"type": "string"}, content_type="image/png")
    @routes.problems(404)
    def docs_file(name: str) -> Response:
        """A file of that page."""
        if name not in _FILES:
            raise NotFound
        return _file(_FILES[name] / name, _TYPES[name.rpartition(".")[2]])

    return routes


def _document(content: bytes) -> Response:
    return _fresh(Response(content, content_type="application/json"))


def _file(path: Path, content_type: str) -> Response:
    """Its bytes as one piece: a reader of many, if slow, would hold a thread, and needs no key here."""
    return _fresh(Response(path.read_bytes(), content_type=content_type))


def _fresh(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response
