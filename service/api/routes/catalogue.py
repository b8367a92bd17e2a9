"""The attributes and the tags that contacts have (R2, R5)."""

from typing import Any

from flask import Response, g

from ledger.events.tags import fold
from projections.lists import catalogue
from projections.state.sqlite.indexes import KINDS, SPELLINGS
from projections.state.sqlite.reader import StateReader
from service.api.description import examples
from service.api.description.parameters import TagsQuery
from service.api.description.shapes import AttributesSchema, TagsSchema
from service.api.http.routing import Routes, json_answer
from service.http.services import Services
from service.queries.indexing import Indexing
from service.queries.kept import KeptAnswer


def catalogue_routes(services: Services) -> Routes:
    """The routes about attributes and tags."""
    routes = Routes("catalogue", "The attributes and tags in use")
    states = services.readers.states
    path, indexing = states.current_path, Indexing(states)
    kept_attributes = KeptAnswer(path, lambda state: (catalogue.attributes(state), _refolding(state)))
    kept_tags = KeptAnswer(path, lambda state: (catalogue.tags(state), _refolding(state)))

    @routes.get("/v1/attributes", scope="read")
    @routes.answers(200, AttributesSchema, example=examples.ATTRIBUTES)
    @routes.problems(503)
    def attributes() -> Response:
        """List the attributes.

        The default ones, and every other that some contact has. `mixed`: some values are of another type. `similar`:
        names that differ only by case, spaces or `_`.
        """
        with indexing.watching(lambda: {KINDS}):
            (found, refolding), position = kept_attributes(g.get("shown", 0))
        return json_answer({"attributes": found, "position": position, **refolding})

    @routes.get("/v1/tags", scope="read")
    @routes.query(TagsQuery)
    @routes.answers(200, TagsSchema, example=examples.TAGS)
    @routes.problems(503)
    def tags(query: dict[str, Any]) -> Response:
        """List the tags that contacts have, each once."""
        with indexing.watching(lambda: {SPELLINGS}):
            (found, refolding), position = kept_tags(g.get("shown", 0))
        wanted = fold(query.get("q", ""))
        chosen = [each for each in found if wanted in fold(each["tag"])]
        return json_answer({"tags": chosen[: query["limit"]], "total": len(chosen), "position": position, **refolding})

    return routes


def _refolding(state: StateReader) -> dict[str, int]:
    """How many contacts an undo has yet to reach, where there are any: what is listed is not final then (R32)."""
    dirty = state.dirty_count()
    return {"refolding": dirty} if dirty else {}
