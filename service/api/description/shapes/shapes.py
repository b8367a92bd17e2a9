"""The shapes of answers, as marshmallow schemas: what the description says of them."""

from typing import Any

from marshmallow import INCLUDE, Schema, fields


class TraitValue(fields.Raw):
    """A trait's value; its JSON Schema is in `service.api.description.shapes.kinds`."""


class Answer(Schema):
    """An object that we send; later versions may add members."""

    class Meta:
        unknown = INCLUDE


class FaultSchema(Answer):
    """One thing wrong with a call."""

    pointer = fields.String(metadata={"description": "Where in the body, as a JSON Pointer (RFC 6901)"})
    parameter = fields.String(metadata={"description": "Which parameter of the query string"})
    header = fields.String(metadata={"description": "Which header"})
    message = fields.String(required=True, metadata={"description": "What is wrong, and what to do"})
    reason = fields.String(required=True, metadata={"description": "A word for programs"})


def conflict_holders() -> fields.Dict:
    """The member that says who holds what a call contradicts."""
    return fields.Dict(
        keys=fields.String(),
        values=fields.UUID(),
        metadata={"description": "Of a conflict of identity: the contacts that have the `phone` and the `user_id` now"},
    )


class ProblemSchema(Answer):
    """Any error (RFC 9457)."""

    result = fields.Boolean(required=True, metadata={"enum": [False]})
    message = fields.String(required=True, metadata={"description": "What is wrong, for a person"})
    type = fields.String(required=True, metadata={"enum": ["about:blank"]})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True, metadata={"description": "The same as message, or more than it"})
    reason = fields.String(metadata={"description": "A word for programs"})
    errors = fields.List(fields.Nested(FaultSchema), metadata={"description": "All wrong members or parameters"})
    holders = conflict_holders()
    progress = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        allow_none=True,
        metadata={"description": "Of a past that is being worked out: entries `done` `of` all; null where not known"},
    )


class TakenSchema(Answer):
    """A track call whose messages are on the bus."""

    result = fields.Boolean(required=True, metadata={"enum": [True]})
    message = fields.String(required=True)
    id = fields.UUID(required=True, metadata={"description": "The first message's"})
    ids = fields.List(fields.UUID, required=True, metadata={"description": "The messages', in the order sent"})
    notes = fields.List(fields.Nested(FaultSchema), metadata={"description": "What of the call counts as not given"})


class HealthSchema(Answer):
    """The process answers."""

    result = fields.Boolean(required=True, metadata={"enum": [True]})
    message = fields.String(required=True)


class ReadinessSchema(HealthSchema):
    """Every part is usable."""

    parts = fields.Dict(
        keys=fields.String(), values=fields.String(), required=True, metadata={"description": '"ok", by part'}
    )
    log_position = fields.Integer(metadata={"description": "The log's newest position"})
    bus_lag = fields.Integer(metadata={"description": "Messages on the bus that the log has not taken"})
    lag_events = fields.Integer(metadata={"description": "Entries of the log that are not in the state"})
    lag_seconds = fields.Float(metadata={"description": "How long the oldest of those has waited"})


class MomentField(fields.String):
    """RFC 3339 in UTC."""

    def __init__(self, description: str, **options: Any) -> None:
        super().__init__(metadata={"description": description, "format": "date-time"}, **options)


def position_field(description: str, **options: Any) -> fields.Integer:
    return fields.Integer(metadata={"description": description}, **options)


def refolding() -> fields.Integer:
    said = "While an import is being undone or redone: contacts that it has yet to reach, so that this is not final"
    return fields.Integer(metadata={"description": said})
