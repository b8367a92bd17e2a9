"""The attributes and the tags that contacts have (R2, R5)."""

from typing import Any

from flask import Response, g

from ledger.events.tags import fold
from projections.conditions.condition import BadCondition
from service.api.description.examples import contact_examples as examples
from service.api.description.parameters import TagsQuery, ValuesQuery
from service.api.description.shapes.contact_shapes import AttributesSchema, TagsSchema, ValuesSchema
from service.api.http.arguments import bad_parameter
from service.api.http.routing import Routes, json_answer
from service.http.services import Services


def catalogue_routes(services: Services) -> Routes:
    """The routes about attributes and tags."""
    routes = Routes("catalogue", "The attributes and tags in use")

    @routes.get("/v1/attributes", scope="read")
    @routes.answers(200, AttributesSchema, example=examples.ATTRIBUTES)
    @routes.problems(503)
    def attributes() -> Response:
        """List the attributes.

        The default ones, and every other that some contact has. `mixed`: some values are of another type. `similar`:
        names that differ only by case, spaces or `_`.
        """
        (found, dirty), position = services.catalogue.attributes(g.get("shown", 0))
        return json_answer({"attributes": found, "position": position, **_refolding(dirty)})

    @routes.get("/v1/tags", scope="read")
    @routes.query(TagsQuery)
    @routes.answers(200, TagsSchema, example=examples.TAGS)
    @routes.problems(503)
    def tags(query: dict[str, Any]) -> Response:
        """List the tags that contacts have, each once."""
        (found, dirty), position = services.catalogue.tags(g.get("shown", 0))
        wanted = fold(query.get("q", ""))
        chosen = [each for each in found if wanted in fold(each["tag"])]
        document = {"tags": chosen[: query["limit"]], "total": len(chosen), "position": position}
        return json_answer(document | _refolding(dirty))

    @routes.get("/v1/values", scope="read")
    @routes.query(ValuesQuery)
    @routes.answers(200, ValuesSchema, example=examples.VALUES)
    @routes.problems(503)
    def values(query: dict[str, Any]) -> Response:
        """List the values of an attribute, the most frequent first, with how many contacts have each.

        `attribute` can be `tags` too; of lists, items are told. An attribute that was never asked for is looked up in
        the newest contacts, and then `newest` says in how many; some seconds later all are counted.
        """
        try:
            asked = query["attribute"], query.get("q", ""), query["limit"]
            return json_answer(services.values.of(*asked, at_least=g.get("shown", 0)))
        except BadCondition as fault:
            raise bad_parameter("attribute", f"is wrong: {fault}") from None

    return routes


def _refolding(dirty: int) -> dict[str, int]:
    """How many contacts an undo has yet to reach, where there are any: what is listed is not final then (R32)."""
    return {"refolding": dirty} if dirty else {}
