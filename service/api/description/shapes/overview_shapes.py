"""The shape of the overview."""

from marshmallow import fields

from service.api.description.shapes.shapes import Answer, position_field, refolding


class GrowthSourceSchema(Answer):
    """Contacts that came from a source, and what an undo or a redo of it did."""

    name = fields.String(required=True, metadata={"description": "A file's, a key's or person's, or the source itself"})
    kind = fields.String(required=True, metadata={"enum": ["file", "call", "hub", "upstream", "ledger"]})
    import_ = fields.String(data_key="import", metadata={"description": "The import's id, of a file"})
    new = fields.Integer(required=True, metadata={"description": "How many it made"})
    undone = fields.Integer(required=True, metadata={"description": "How many an undo took away"})
    redone = fields.Integer(required=True, metadata={"description": "How many a redo brought back"})


class DaySchema(Answer):
    """A day."""

    day = fields.Date(required=True)
    contacts = fields.Integer(required=True, metadata={"description": "How many there were at its end"})
    opted_in = fields.Integer(required=True, metadata={"description": "How many of them had opted in to WhatsApp"})
    new = fields.Integer(required=True, metadata={"description": "How many were made on it"})
    merged = fields.Integer(
        required=True,
        metadata={"description": "How many were merged into others, less those that were split off again"},
    )
    undone = fields.Integer(required=True, metadata={"description": "How many an undo took away"})
    redone = fields.Integer(required=True, metadata={"description": "How many a redo brought back"})
    erased = fields.Integer(required=True, metadata={"description": "How many were erased: what they counted stays"})
    events = fields.Integer(required=True, metadata={"description": "How many events about contacts were recorded"})
    sources = fields.List(fields.Nested(GrowthSourceSchema), required=True)


class BeforeSchema(Answer):
    """The day before the first one."""

    day = fields.Date(required=True)
    contacts = fields.Integer(required=True)
    opted_in = fields.Integer(required=True)


class OverviewSchema(Answer):
    """How many contacts there are."""

    position = position_field("What it is as of", required=True)
    zone = fields.String(required=True, metadata={"description": "The time zone of the days"})
    contacts = fields.Integer(required=True, metadata={"description": "How many there are now"})
    opted_in = fields.Integer(required=True, metadata={"description": "How many of them have opted in to WhatsApp"})
    events = fields.Integer(required=True, metadata={"description": "How many events about contacts the log has"})
    before = fields.Nested(BeforeSchema, required=True)
    days = fields.List(fields.Nested(DaySchema), required=True)
    sources = fields.List(
        fields.Nested(GrowthSourceSchema),
        required=True,
        metadata={"description": "Of all these days, the most productive first"},
    )
    refolding = refolding()
