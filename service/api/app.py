"""The Flask application: the routes over the parts they need."""

import time

import msgspec
from flask import Flask, Request, Response, g, request
from flask.sessions import NullSession, SessionInterface

from service.api.description.bus import describe_bus
from service.api.description.openapi import Description
from service.api.http.errors import answer_errors
from service.api.http.routing import TOKEN
from service.api.routes.access import access_routes
from service.api.routes.audit_runs import audit_run_routes
from service.api.routes.batch import batch_routes
from service.api.routes.bulk_erasing import bulk_erasure_routes
from service.api.routes.catalogue import catalogue_routes
from service.api.routes.contacts import contact_routes
from service.api.routes.docs import docs_routes
from service.api.routes.duplicates import duplicate_routes
from service.api.routes.edits import edit_routes
from service.api.routes.erasing import erasure_routes
from service.api.routes.exports import export_routes
from service.api.routes.health import health_routes
from service.api.routes.hub import hub_routes
from service.api.routes.imports import import_routes
from service.api.routes.ledger import ledger_routes
from service.api.routes.list import list_routes
from service.api.routes.merging import merging_routes
from service.api.routes.overview import overview_routes
from service.api.routes.rejected import rejected_routes
from service.api.routes.renumbering import renumbering_routes
from service.api.routes.trail import trail_routes
from service.api.routes.views import view_routes
from service.api.routes.writing import writing_routes
from service.api.server.metrics import Metrics
from service.api.track import TrackCalls, describe_track_calls
from service.http.admission.body import announced, read_bytes
from service.http.admission.seats import FOR_A_FILE, seats_of
from service.http.protective import protect
from service.http.services import Services


class NoSessions(SessionInterface):
    """Callers sign each call with a key; making an empty session for each would only cost time."""

    _nobody = NullSession()

    def open_session(self, _app: Flask, _request: Request) -> NullSession:
        """The one session, which holds nothing and takes nothing."""
        return self._nobody

    def is_null_session(self, _session: object) -> bool:
        """Always: there is nothing to save."""
        return True


def create_app(services: Services) -> Flask:
    """The API over these parts. Routes answer with and without a trailing slash, never by a redirect."""
    app = Flask("contacts", static_folder=None)
    app.session_interface = NoSessions()
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    # otherwise Flask answers OPTIONS by itself, without a look at the key
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    metrics = Metrics(services.readiness, services.rejected_conflicts)
    description = Description(app)
    _finish_requests(app, metrics)
    _admit_requests(app, services, description)
    answer_errors(app, services, metrics)
    for routes in (
        list_routes(services),
        contact_routes(services),
        erasure_routes(services),
        bulk_erasure_routes(services),
        writing_routes(services),
        merging_routes(services),
        renumbering_routes(services),
        duplicate_routes(services),
        batch_routes(services, metrics),
        hub_routes(services),
        catalogue_routes(services),
        overview_routes(services),
        import_routes(services),
        export_routes(services),
        view_routes(services),
        edit_routes(services),
        ledger_routes(services),
        rejected_routes(services),
        audit_run_routes(services),
        trail_routes(services),
        access_routes(services),
        health_routes(services, metrics),
        docs_routes(lambda: description.content, msgspec.json.encode(describe_bus(services.status.bus.topic))),
    ):
        description.register(routes)
    app.wsgi_app = TrackCalls(services, metrics, app.wsgi_app)  # type: ignore[method-assign]
    describe_track_calls(description)
    return app


def _admit_requests(app: Flask, services: Services, description: Description) -> None:
    @app.before_request
    def admit() -> None:
        if request.url_rule is None:
            return  # 404 or 405, whoever asks
        method = "GET" if request.method == "HEAD" else request.method
        # a route without a rule is a KeyError, never an open door
        scopes = description.scopes[request.url_rule.rule, method]
        if scopes:
            g.key = services.gate.admit(request.headers.get("Authorization"), request.remote_addr or "", *scopes)
            g.quota = services.gate.spend(g.key)
        token = request.headers.get(TOKEN) if "read" in scopes else None
        most_bytes = description.limits[request.url_rule.rule, method]
        if scopes and (token is not None or most_bytes != 0):
            seats = _seats(most_bytes)
            services.seats.take(g.key.id, seats)
            g.seats = seats
        if most_bytes:
            g.content = read_bytes(request.environ, most_bytes)
        if token is not None:
            g.shown = services.consistency.wait(token).position

    @app.teardown_request
    def leave(_fault: BaseException | None) -> None:
        if "seats" in g:
            services.seats.leave(g.key.id, g.seats)


def _seats(most_bytes: int | None) -> int:
    """Of the request at hand. A body that is too large is passed over and not kept."""
    if most_bytes is None:
        return FOR_A_FILE
    length = announced(request.environ)
    return seats_of(length) if length is not None and length <= most_bytes else 1


def _finish_requests(app: Flask, metrics: Metrics) -> None:
    @app.before_request
    def begin() -> None:
        g.begun = time.perf_counter()

    @app.after_request
    def finish(response: Response) -> Response:
        # the rule, not the path: a path can hold a phone
        route = request.url_rule.rule.rstrip("/") if request.url_rule else "(none)"
        response.headers.update(g.get("quota", {}))
        protect(response)
        metrics.answered(route, request.method, response.status_code, time.perf_counter() - g.begun)
        return response
