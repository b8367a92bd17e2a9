"""The audit trail: who did what, when and why (R33)."""

from typing import Any

from flask import Response, g

from service.api.description.examples import access_examples as examples
from service.api.description.shapes.access_shapes import TrailFilters, TrailQuery, TrailSchema
from service.api.http.arguments import bad_parameter
from service.api.http.routing import Routes, json_answer
from service.http.services import Services
from service.http.shown.trail_csv import trail_csv
from service.queries.ledger.trail import BadTrailCursor

_CSV = "text/csv; charset=utf-8"


def trail_routes(services: Services) -> Routes:
    """The routes of the trail."""
    routes = Routes("trail", "Who did what to the deployment")
    trail = services.trail

    @routes.get("/v1/audit/trail", scope="audit")
    @routes.query(TrailQuery)
    @routes.answers(200, TrailSchema, example=examples.TRAIL)
    @routes.problems(503)
    def audit_trail(query: dict[str, Any]) -> Response:
        """Read who did what, newest first.

        Keys and people made, changed and removed, links, failed sign-ins, denied calls, verifies and rebuilds, and
        imports undone and redone with their reasons.
        """
        try:
            return json_answer(trail.page(**query))
        except BadTrailCursor as fault:
            raise bad_parameter("cursor", str(fault)) from None

    @routes.get("/v1/audit/trail.csv", scope="audit")
    @routes.query(TrailFilters)
    @routes.answers(200, {"type": "string"}, example=examples.TRAIL_CSV, content_type=_CSV)
    @routes.problems(503)
    def audit_trail_csv(query: dict[str, Any]) -> Response:
        """Download the trail, newest first, as a CSV.

        Cells that a spreadsheet would run begin with `'`, and the file with a byte order mark.
        """
        lines = trail_csv(trail.all(**query))
        headers = {"Content-Disposition": 'attachment; filename="audit-trail.csv"'}
        services.seats.take(g.key.id)  # its reader may be slow, and holds the thread meanwhile
        response = Response(lines, headers=headers, content_type=_CSV)
        response.call_on_close(lambda: services.seats.leave(g.key.id))
        return response

    return routes
