"""How many contacts there are, and where they came from (R25)."""

from datetime import date
from typing import Any

from flask import Response

from service.api.description.examples import overview_examples as examples
from service.api.description.parameters import OverviewQuery
from service.api.description.shapes.overview_shapes import OverviewSchema
from service.api.http.arguments import bad_parameter
from service.api.http.routing import Routes, json_answer
from service.http.services import Services
from service.queries.lists.overview import BadDays


def overview_routes(services: Services) -> Routes:
    """The overview's route."""
    routes = Routes("overview", "How many contacts there are, day by day, and where they came from")

    @routes.get("/v1/overview", scope="read")
    @routes.query(OverviewQuery)
    @routes.answers(200, OverviewSchema, example=examples.OVERVIEW)
    @routes.problems(503)
    def overview(query: dict[str, Any]) -> Response:
        """Count contacts, day by day.

        The last `days`, or those from `since` to `until` (today unless given). Each day says how many contacts there
        were at its end, and what changed on it: contacts made by each source, merged into others, taken away by an undo
        and brought back by a redo. So `before` and the sums of `sources`, less what was merged, add up to the last day.
        Days are those of the business's time zone, `zone`.
        """
        if "since" not in query and "until" not in query:
            return json_answer(services.overviews.of_last(query["days"]))
        try:
            last: date = query.get("until") or services.days.today()
            if "since" not in query:
                return json_answer(services.overviews.up_to(last, query["days"]))
            return json_answer(services.overviews.between(query["since"], last))
        except BadDays as fault:
            raise bad_parameter("since", f"is wrong: {fault}") from None

    return routes
