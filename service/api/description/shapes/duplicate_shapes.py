"""The shapes of likely duplicates."""

from typing import Any

from marshmallow import Schema, fields

from service.api.description.parameters import limit, text
from service.api.description.shapes.contact_shapes import ContactSchema
from service.api.description.shapes.shapes import Answer

DUPLICATES: dict[str, Any] = {"pairs": [], "next_cursor": None}


class DuplicatesQuery(Schema):
    """For likely duplicates."""

    limit = limit(20, 200)
    cursor = text("The next_cursor of the page before", most=1000)


class PairSchema(Answer):
    """Two contacts that are likely one person."""

    why = fields.String(
        required=True,
        metadata={"enum": ["email", "name"], "description": "The attribute they have in common; a name: and the area"},
    )
    value = fields.String(required=True, metadata={"description": "What the younger one has"})
    contacts = fields.List(fields.Nested(ContactSchema), required=True, metadata={"description": "The older one first"})


class DuplicatesSchema(Answer):
    """A page of likely duplicates."""

    pairs = fields.List(fields.Nested(PairSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True, metadata={"description": "Null at the end"})
    newest = fields.Integer(metadata={"description": "Only so many of the newest contacts were looked at"})
