"""One address for both: pages for people, and calls for programs, told apart by the path before either runs."""

from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_PAGES = frozenset(
    {"", "audit", "contacts", "edits", "exports", "imports", "help", "people", "sign-in", "sign-out", "static", "theme"}
)


class Front:
    """Gives each request to the hub or to the API; what is no page's is the API's, whose 404 a program can read."""

    def __init__(self, hub: WSGIApplication, api: WSGIApplication) -> None:
        self._hub = hub
        self._api = api

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[Any]:
        """Answer a request."""
        path: str = environ.get("PATH_INFO", "")
        first = path[1:].partition("/")[0]
        return (self._hub if first in _PAGES else self._api)(environ, start_response)
