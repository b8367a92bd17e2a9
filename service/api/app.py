"""The Flask application: the routes over the parts they need."""

import time

from flask import Flask, Request, Response, g, request
from flask.sessions import NullSession, SessionInterface

from service.api.door import Door
from service.api.errors import answer_errors
from service.api.health import health_routes
from service.api.metrics import Metrics
from service.api.track import TrackCalls


class NoSessions(SessionInterface):
    """Callers sign each call with a key; making an empty session for each would only cost time."""

    _nobody = NullSession()

    def open_session(self, _app: Flask, _request: Request) -> NullSession:
        """The one session, which holds nothing and takes nothing."""
        return self._nobody

    def is_null_session(self, _session: object) -> bool:
        """Always: there is nothing to save."""
        return True


def create_app(door: Door) -> Flask:
    """The API over these parts. Routes answer with and without a trailing slash, never by a redirect."""
    app = Flask("contacts", static_folder=None)
    app.session_interface = NoSessions()
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    metrics = Metrics(lambda: door.readiness().lags)
    _count_requests(app, metrics)
    answer_errors(app, door)
    app.register_blueprint(health_routes(door, metrics))
    app.wsgi_app = TrackCalls(door, metrics, app.wsgi_app)  # type: ignore[method-assign]
    return app


def _count_requests(app: Flask, metrics: Metrics) -> None:
    @app.before_request
    def begin() -> None:
        g.begun = time.perf_counter()

    @app.after_request
    def count(response: Response) -> Response:
        # the rule, not the path: a path can hold a phone
        route = request.url_rule.rule.rstrip("/") if request.url_rule else "(none)"
        metrics.answered(route, request.method, response.status_code, time.perf_counter() - g.begun)
        return response
