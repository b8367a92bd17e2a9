"""Saved views of the list: one's own, and those that are for everybody."""

from collections.abc import Callable
from typing import Any

from flask import Response, g

from service.api.description.shapes.view_shapes import NEW_VIEW, VIEW, ViewBody, ViewSchema, ViewsSchema
from service.api.http.arguments import bad_member
from service.api.http.routing import Routes, json_answer
from service.deployment.tables.views import NotYourView, TooManyViews, View, ViewNameTaken, ViewUnknown
from service.http.problem import Problem
from service.http.services import Services


def view_routes(services: Services) -> Routes:
    """The routes of saved views."""
    routes = Routes("views", "Saved views of the list")
    views = services.views

    @routes.get("/v1/views", scope="read")
    @routes.answers(200, ViewsSchema, example={"views": [VIEW]})
    def list_views() -> Response:
        """List the views that the caller saved, and those that are shared."""
        return json_answer({"views": [one.shown() for one in views.seen_by(g.key.name)]})

    @routes.post("/v1/views", scope="read")
    @routes.body(ViewBody, example=NEW_VIEW)
    @routes.answers(201, ViewSchema, example=VIEW)
    @routes.problems(409)
    def save_view(body: dict[str, Any]) -> Response:
        """Save a view. It belongs to the name of the key, so a new key of that name keeps it."""
        return json_answer(answered(lambda: views.save(meant("", body))).shown(), 201)

    @routes.put("/v1/views/<id>", scope="read")
    @routes.body(ViewBody, example=NEW_VIEW)
    @routes.answers(200, ViewSchema, example=VIEW)
    @routes.problems(403, 404, 409)
    def change_view(body: dict[str, Any], id: str) -> Response:
        """Put a view in the place of the one before. 403 for one that somebody else has shared."""
        return json_answer(answered(lambda: views.change(meant(id, body))).shown())

    @routes.delete("/v1/views/<id>", scope="read")
    @routes.answers(200, ViewSchema, example=VIEW)
    @routes.problems(403, 404)
    def remove_view(id: str) -> Response:
        """Remove a view; the answer is what it was."""
        return json_answer(answered(lambda: views.remove(id, g.key.name)).shown())

    def meant(id: str, body: dict[str, Any]) -> View:
        columns = None if body["columns"] is None else tuple(body["columns"])
        return View(id, body["name"], body["query"], columns, body["sort"], body["shared"], g.key.name)

    return routes


def answered(work: Callable[[], View]) -> View:
    """What `work` gives, or the problem that it meets."""
    try:
        return work()
    except ViewUnknown as fault:
        raise Problem(404, str(fault)) from None
    except NotYourView as fault:
        raise Problem(403, str(fault)) from None
    except (ViewNameTaken, TooManyViews) as fault:
        raise Problem(409, str(fault), reason="state") from None
    except ValueError as fault:
        raise bad_member("name", f"is unfit: {fault}") from None
