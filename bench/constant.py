"""The API's own server and framework with the same settings, answering every request with one and the same 202.

`CONTACTS_PORT=8099 python -m bench.constant`; the body is read, and the answer is as long as a track call's. It is a
plain Flask application on granian's WSGI, like any other: what lets the API answer later does not touch it.
"""

import os

from flask import Flask, Response, request

from service.api.server.server import serve
from service.deployment import settings

_ANSWER = (
    b'{"result":true,"message":"Accepted","id":"01902f3e-7b1c-7d2e-8a4b-0123456789ab",'
    b'"ids":["01902f3e-7b1c-7d2e-8a4b-0123456789ab"]}'
)


def application() -> Flask:
    """Each worker's application."""
    app = Flask("constant", static_folder=None)
    app.url_map.strict_slashes = False

    @app.route("/", defaults={"path": ""}, methods=["GET", "POST"])
    @app.route("/<path:path>", methods=["GET", "POST"])
    def answer(path: str) -> Response:  # noqa: ARG001 - every path
        request.get_data()
        return Response(_ANSWER, 202, content_type="application/json")

    return app


if __name__ == "__main__":
    serve(settings.load(os.environ), application)
