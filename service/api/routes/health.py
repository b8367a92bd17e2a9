"""`/healthz`, `/readyz` and `/metrics`: open to all, and without anybody's data."""

from typing import Any

from flask import Response

from service.api.description.parameters import ReadinessQuery
from service.api.description.shapes.shapes import HealthSchema, ReadinessSchema
from service.api.http.routing import Routes, json_answer
from service.api.server.metrics import Metrics
from service.http.problem import Problem
from service.http.services import Services

_HEALTHY = {"result": True, "message": "this process answers"}
_METRICS = "text/plain; version=0.0.4; charset=utf-8"
_PARTS = dict.fromkeys(("disk", "bus", "service", "log", "state", "importer", "consumer", "projector"), "ok")
_LAGS = {"log_position": 0, "lag_events": 0, "lag_seconds": 0.0, "bus_lag": 0}
_READY = {"result": True, "message": "every part is usable"}


def health_routes(services: Services, metrics: Metrics) -> Routes:
    """The routes that monitors ask."""
    routes = Routes("health", "For monitors")

    @routes.get("/healthz", scope=None)
    @routes.answers(200, HealthSchema, example=_HEALTHY)
    def healthz() -> Response:
        """Whether this process answers."""
        return json_answer(_HEALTHY)

    @routes.get("/readyz", scope=None)
    @routes.query(ReadinessQuery)
    @routes.answers(200, ReadinessSchema, example={**_READY, "parts": _PARTS, **_LAGS})
    @routes.problems(503)
    def readyz(query: dict[str, Any]) -> Response:
        """Whether every part can be used and does its work, and how far each lags: for alarms.

        A part is at fault when no process is it, when it ends over and over, or when it shows no sign of work for a
        minute while work waits. With `for=calls` only what a call needs is looked at: for load balancers. The error has
        `parts` too, with a sentence for each part at fault.
        """
        now = services.readiness()
        if query["purpose"] == "calls":
            now = now.for_calls()
        members = {"parts": {name: fault or "ok" for name, fault in now.parts.items()}, **now.lags}
        if not now.ready:
            faults = "; ".join(f"{name}: {fault}" for name, fault in now.parts.items() if fault)
            raise Problem(503, faults, headers={"Retry-After": "2"}, **members)
        return json_answer({**_READY, **members})

    @routes.get("/metrics", scope=None)
    @routes.answers(200, {"type": "string"}, content_type=_METRICS)
    def metrics_page() -> Response:
        """Counters, for Prometheus."""
        return Response(metrics.page(), content_type=_METRICS)

    return routes
