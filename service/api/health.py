"""`/healthz`, `/readyz` and `/metrics`: open to all, and without anybody's data."""

import msgspec
from flask import Blueprint, Response

from service.api.door import Door
from service.api.metrics import Metrics
from service.api.problem import Problem

_encode = msgspec.json.Encoder().encode


def health_routes(door: Door, metrics: Metrics) -> Blueprint:
    """The routes that monitors ask."""
    routes = Blueprint("health", __name__)

    @routes.get("/healthz")
    def healthz() -> Response:
        return _json({"result": True, "message": "this process answers"})

    @routes.get("/readyz")
    def readyz() -> Response:
        now = door.readiness()
        members = {"parts": {name: fault or "ok" for name, fault in now.parts.items()}, **now.lags}
        if not now.ready:
            faults = "; ".join(f"{name}: {fault}" for name, fault in now.parts.items() if fault)
            raise Problem(503, faults, headers={"Retry-After": "2"}, **members)
        return _json({"result": True, "message": "every part is usable", **members})

    @routes.get("/metrics")
    def page() -> Response:
        return Response(metrics.page(), content_type="text/plain; version=0.0.4; charset=utf-8")

    return routes


def _json(body: dict[str, object]) -> Response:
    return Response(_encode(body), content_type="application/json")
