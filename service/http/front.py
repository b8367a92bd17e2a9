"""One address for both: pages for people, and calls for programs, told apart by the path before either runs."""

from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask

_HTML = "text/html"


class Front:
    """Gives each request to the hub or to the API, whichever has addresses that begin so.

    An address that neither has is answered by the hub for a browser, and else by the API, whose 404 a program can read.
    """

    def __init__(self, hub: Flask, api: Flask) -> None:
        self._hub, self._of_hub = hub.wsgi_app, _beginnings(hub)
        self._api, self._of_api = api.wsgi_app, _beginnings(api)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[Any]:
        """Answer a request."""
        path: str = environ.get("PATH_INFO", "")
        first = path[1:].partition("/")[0]
        is_of_hub = first in self._of_hub or (first not in self._of_api and _HTML in environ.get("HTTP_ACCEPT", ""))
        return (self._hub if is_of_hub else self._api)(environ, start_response)


def _beginnings(app: Flask) -> frozenset[str]:
    """The first parts of the paths that an application answers; "" is its root."""
    return frozenset(rule.rule[1:].partition("/")[0] for rule in app.url_map.iter_rules())
