"""What the calls about saved views take and answer, with examples."""

from typing import Any

from marshmallow import fields, validate

from service.api.description.shapes.export_shapes import SelectionBody
from service.api.description.shapes.import_bodies import Flag, said
from service.api.description.shapes.shapes import Answer
from service.api.http.arguments import OptionalBody
from service.deployment.tables.views import MOST_NAME_CHARACTERS

QUERY = {"where": ["city=Pune"], "tag": ["vip"], "q": None, "match": "all"}
NEW_VIEW: dict[str, Any] = {"name": "Pune, vip", "query": QUERY, "columns": ["name", "phone"], "shared": True}
VIEW: dict[str, Any] = {
    "id": "01a20d6c-6b39-7a51-93fa-0c27d1f4b3a1",
    "name": NEW_VIEW["name"],
    "query": QUERY,
    "columns": NEW_VIEW["columns"],
    "sort": "-modified",
    "shared": True,
    "by": "Website",
}


class QueryBody(SelectionBody):
    """What the list is asked for."""


class ViewBody(OptionalBody):
    """A view as it is saved."""

    name = fields.String(required=True, validate=validate.Length(1, MOST_NAME_CHARACTERS))
    query = fields.Nested(QueryBody, load_default=lambda: QueryBody().load({}))
    columns = fields.List(
        fields.String(validate=validate.Length(1, 300)),
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=100),
        metadata=said("null: those of whoever looks"),
    )
    sort = fields.String(load_default="-modified", validate=validate.Length(1, 300), metadata=said("As of the list"))
    shared = Flag(load_default=False, metadata=said("Whether everybody sees it"))


class ViewSchema(Answer):
    """A saved view."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    query = fields.Dict(required=True, metadata=said("where, tag, q and match, as the list takes them"))
    columns = fields.List(fields.String(), required=True, allow_none=True)
    sort = fields.String(required=True)
    shared = fields.Boolean(required=True)
    by = fields.String(required=True, metadata=said("Who saved it, and alone may change it"))


class ViewsSchema(Answer):
    """Saved views, by name."""

    views = fields.List(fields.Nested(ViewSchema), required=True)
