"""One address for both: pages for people, and calls for programs, told apart by the path before either runs."""

from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_PAGES = frozenset(
    {"", "audit", "contacts", "edits", "exports", "imports", "help", "people", "sign-in", "sign-out", "static", "theme"}
)


_HTML = "text/html"

_OF_CALLS = frozenset({"v1", "docs", "openapi.json", "asyncapi.json", "healthz", "readyz", "metrics"})


class Front:
    """Gives each request to the hub or to the API.

    An address that neither has is answered by the hub for a browser, and else by the API, whose 404 a program can read.
    """

    def __init__(self, hub: WSGIApplication, api: WSGIApplication) -> None:
        self._hub = hub
        self._api = api

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[Any]:
        """Answer a request."""
        path: str = environ.get("PATH_INFO", "")
        first = path[1:].partition("/")[0]
        is_of_hub = first in _PAGES or (first not in _OF_CALLS and _HTML in environ.get("HTTP_ACCEPT", ""))
        return (self._hub if is_of_hub else self._api)(environ, start_response)
