"""What the calls about changes of many contacts take and answer."""

from typing import Any

from marshmallow import Schema, fields, validate

from ledger.events.tags import MOST_TAGS
from service.api.description.parameters import limit, text
from service.api.description.shapes.export_shapes import SelectionBody
from service.api.description.shapes.import_bodies import said
from service.api.description.shapes.import_shapes import CountsSchema, ImportSchema
from service.api.description.shapes.shapes import Answer

EDIT: dict[str, Any] = {
    "where": ["name~Gavin"],
    "set": {"city": "Mumbai"},
    "tags": ["new customer"],
    "reason": "The shop has moved",
}


class EditsQuery(Schema):
    """For the list of changes."""

    limit = limit(100, 1000)
    cursor = text("The next_cursor of the page before", most=64)


class EditBody(SelectionBody):
    """Which contacts, and what each of them gets."""

    set = fields.Dict(
        keys=fields.String(), load_default=dict, metadata=said("Values by attribute, as PATCH of a contact takes them")
    )
    clear = fields.List(
        fields.String(),
        load_default=list,
        validate=validate.Length(max=100),
        metadata=said("Attributes whose value goes"),
    )
    tags = fields.List(
        fields.String(), load_default=list, validate=validate.Length(max=MOST_TAGS), metadata=said("Tags to add")
    )
    reason = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(max=500), metadata=said("Why; the log keeps it")
    )


class EditSchema(ImportSchema):
    """A change of many contacts: an import without a file."""

    edit = fields.Dict(
        required=True, metadata=said("The selection, the traits that each gets (null: none), the reason")
    )


class EditsSchema(Answer):
    """Changes of many contacts, the newest first."""

    edits = fields.List(fields.Nested(CountsSchema), required=True)
    next_cursor = fields.UUID(required=True, allow_none=True, metadata=said("Leads to the next page"))
