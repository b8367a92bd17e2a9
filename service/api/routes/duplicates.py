"""Contacts that are likely one person."""

from typing import Any

from flask import Response

from service.api.description.shapes import duplicate_shapes as shapes
from service.api.http.arguments import bad_parameter
from service.api.http.routing import Routes, json_answer
from service.http.services import Services
from service.queries.lists.duplicates import BadPairCursor


def duplicate_routes(services: Services) -> Routes:
    """The route about likely duplicates."""
    routes = Routes("duplicates", "Contacts that are likely one person")

    @routes.get("/v1/duplicates", scope="read")
    @routes.query(shapes.DuplicatesQuery)
    @routes.answers(200, shapes.DuplicatesSchema, example=shapes.DUPLICATES)
    @routes.problems(503)
    def likely_duplicates(query: dict[str, Any]) -> Response:
        """List pairs of contacts that are likely one person.

        Of the same email, or of the same name in the same city or, where one of them has none, of the same country by
        their phones. Two that were split are left out. A page can have fewer pairs than `limit`, also none: go on with
        `next_cursor` until it is null. Until the index is there, some seconds after the first call, only the newest
        contacts are looked at, and `newest` says how many.
        """
        try:
            return json_answer(services.duplicates.page(query["limit"], query.get("cursor")))
        except BadPairCursor as fault:
            raise bad_parameter("cursor", str(fault)) from None

    return routes
